import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../database/index.ts';
import type { HistoryPage } from '../../../kit/code-host.ts';
import type { BranchInfo, CommitInfo, Person, PullRequestInfo } from '../../../kit/dev-info.ts';
import { type Place, reviveBranch, reviveCommit, revivePullRequest } from '../memory/memory.ts';
import type { Page, Paged } from './paging.ts';

/** Which pull requests, in which order: GitHub's own words. */
export interface PullRequestQuery {
  state: 'open' | 'closed' | 'all';
  sort: 'created' | 'updated';
  direction: 'asc' | 'desc';
}

/** A pull request, with the moment of which it tells. */
export type DatedPullRequest = PullRequestInfo & { at: Date };

/** A pull request, with the moment at which its present state became known. */
export type LearnedPullRequest = DatedPullRequest & { learnedAt: Date };

/** Reads what is remembered of a repository. */
export interface Remembering {
  /** Whether a backfill has brought everything of a kind, so that nothing else is to be asked. */
  isFilled(place: Place, kind: HistoryPage['of']): Promise<boolean>;
  listBranches(place: Place, page: Page): Promise<Paged<BranchInfo>>;
  findBranch(place: Place, name: string): Promise<BranchInfo | undefined>;
  listPullRequests(place: Place, query: PullRequestQuery, page: Page): Promise<Paged<DatedPullRequest>>;
  /**
   * The latest to be learned first. A host's own moment does not do: a reader stops at what is older than what it has
   * seen, and a pull request may be learned after one that changed later.
   */
  listEvents(place: Place, page: Page): Promise<Paged<LearnedPullRequest>>;
  findPullRequest(place: Place, number: number): Promise<DatedPullRequest | undefined>;
  /** Commits that are remembered, in the order asked for. */
  listCommits(place: Place, shas: string[]): Promise<CommitInfo[]>;
  /** A commit, also one that is known as a branch's head only. */
  findCommit(place: Place, sha: string): Promise<CommitInfo | undefined>;
  /**
   * The commit that a reader is led to after this one. From the head of any branch, one after the other, all that
   * are remembered, the latest to be known first: whoever stops at the first known one has seen every new one.
   */
  findNext(place: Place, sha: string): Promise<string | undefined>;
  /** A text that is another one once anything of the repository was learned. */
  findState(place: Place): Promise<string>;
  /** An author of the link, by user name. */
  findPerson(linkId: string, login: string): Promise<Person | undefined>;
}

const within = ({ linkId, repositoryId }: Place) =>
  sql`link_id = ${linkId}::uuid and repository_id = ${repositoryId}`;

const orders = {
  created: { asc: sql`id::bigint`, desc: sql`id::bigint desc` },
  updated: { asc: sql`as_of, id::bigint`, desc: sql`as_of desc, id::bigint desc` },
};
/** What Jira was told of it, it was told when it was learned. */
const learned = sql`greatest(as_of, shown_at)`;
const openStates = sql`content->>'state' in ('open', 'draft')`;
const states = { open: openStates, closed: sql`not ${openStates}`, all: sql`true` };

interface Row {
  content: unknown;
  asOf: Date;
}

const dated = ({ content, asOf }: Row): DatedPullRequest => {
  const pullRequest = revivePullRequest(content);
  return { ...pullRequest, at: pullRequest.at ?? asOf };
};

/** Reads the memory of the panel. */
export function createRemembering(kysely: Kysely<Schema>): Remembering {
  const countWhere = async (where: ReturnType<typeof sql>): Promise<number> => {
    const found = await sql<{
      count: number;
    }>`select count(*)::int as count from dev_entities where ${where}`.execute(kysely);
    return found.rows[0]?.count ?? 0;
  };
  const rowsOf = async (query: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
    (await query.execute(kysely)).rows;

  return {
    async isFilled({ linkId, repositoryId }, kind) {
      const found = await sql`
        select 1 from backfill_parts join backfills on backfills.id = backfill_id
        where link_id = ${linkId}::uuid and repository_id = ${repositoryId} and kind = ${kind}
          and backfill_parts.state = 'done' limit 1`.execute(kysely);
      return found.rows.length > 0;
    },
    async listBranches(place, { offset, limit }) {
      const where = sql`${within(place)} and kind = 'branch'`;
      const rows = await rowsOf(
        sql<Row>`select content, as_of as "asOf" from dev_entities where ${where} order by id offset ${offset} limit ${limit}`,
      );
      return { items: rows.map(({ content }) => reviveBranch(content)), total: await countWhere(where) };
    },
    async findBranch(place, name) {
      const [row] = await rowsOf(sql<Row>`
        select content, as_of as "asOf" from dev_entities
        where ${within(place)} and kind = 'branch' and id = ${name}`);
      return row && reviveBranch(row.content);
    },
    async listPullRequests(place, { state, sort, direction }, { offset, limit }) {
      const where = sql`${within(place)} and kind = 'pull-request' and ${states[state]}`;
      const rows = await rowsOf(sql<Row>`
        select content, as_of as "asOf" from dev_entities where ${where}
        order by ${orders[sort][direction]} offset ${offset} limit ${limit}`);
      return { items: rows.map(dated), total: await countWhere(where) };
    },
    async listEvents(place, { offset, limit }) {
      const where = sql`${within(place)} and kind = 'pull-request'`;
      const found = await sql<Row & { learnedAt: Date }>`
        select content, as_of as "asOf", ${learned} as "learnedAt" from dev_entities where ${where}
        order by ${learned} desc, id::bigint desc offset ${offset} limit ${limit}`.execute(kysely);
      const items = found.rows.map((row) => ({ ...dated(row), learnedAt: row.learnedAt }));
      return { items, total: await countWhere(where) };
    },
    async findPullRequest(place, number) {
      const [row] = await rowsOf(sql<Row>`
        select content, as_of as "asOf" from dev_entities
        where ${within(place)} and kind = 'pull-request' and id = ${String(number)}`);
      return row && dated(row);
    },
    async listCommits(place, shas) {
      const rows = await rowsOf(sql<Row>`
        select content, as_of as "asOf" from dev_entities
        where ${within(place)} and kind = 'commit' and id = any(${shas}::text[])
        order by array_position(${shas}::text[], id)`);
      return rows.map(({ content }) => reviveCommit(content));
    },
    async findCommit(place, sha) {
      const [row] = await rowsOf(sql<Row>`
        (select content, as_of as "asOf" from dev_entities
          where ${within(place)} and kind = 'commit' and id = ${sha})
        union all
        (select content->'head', as_of as "asOf" from dev_entities
          where ${within(place)} and kind = 'branch' and content->'head'->>'sha' = ${sha} limit 1)
        limit 1`);
      return row && reviveCommit(row.content);
    },
    async findNext(place, sha) {
      const found = await sql<{ id: string }>`
        with heads as materialized (
          select content->'head'->>'sha' as sha from dev_entities where ${within(place)} and kind = 'branch'
        )
        select id from dev_entities
        where ${within(place)} and kind = 'commit' and id <> ${sha} and id not in (select sha from heads)
          and (${sha} in (select sha from heads) or learned < (
            select learned from dev_entities where ${within(place)} and kind = 'commit' and id = ${sha}))
        order by learned desc limit 1`.execute(kysely);
      return found.rows[0]?.id;
    },
    async findState(place) {
      const found = await sql<{ state: string }>`
        select concat_ws(' ', (select seen_at from dev_repositories where ${within(place)}),
          (select max(learned) from dev_entities where ${within(place)} and kind = 'commit')) as state`.execute(
        kysely,
      );
      return found.rows[0]?.state ?? '';
    },
    async findPerson(linkId, login) {
      const found = await sql<{ person: Person }>`
        select content->'author' as person from dev_entities
        where link_id = ${linkId}::uuid and kind in ('commit', 'pull-request')
          and (content #>> '{author,username}' = ${login}
            or replace(content #>> '{author,name}', ' ', '-') = ${login})
        limit 1`.execute(kysely);
      return found.rows[0]?.person;
    },
  };
}
