import { type Kysely, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { type Database, prepared, type Schema } from '../../../database/index.ts';
import type { HistoryPage } from '../../../kit/code-host.ts';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { Change } from '../../access/index.ts';
import type { Link } from '../links/link-store.ts';

/** In this order: a pull request lends its keys to the branches and commits that are there already. */
const historyKinds = ['branches', 'commits', 'pull-requests'] as const satisfies HistoryPage['of'][];

/** Why a backfill, or a part of it, does not go on. */
export interface BackfillProblem {
  code: string;
  message: string;
  hint: string;
}

/** A walk through what the repositories of a link held before it was made. */
export interface Backfill {
  id: string;
  linkId: string;
  /** Null: for all time. */
  since: Date | null;
  state: 'running' | 'paused' | 'done' | 'cancelled';
  /** When all repositories were found; null while they are being listed. */
  listedAt: Date | null;
  /** Why the repositories could not be listed. */
  problem: BackfillProblem | null;
  createdAt: Date;
  endedAt: Date | null;
}

/** One kind of what one repository holds. */
export interface BackfillPart {
  backfillId: string;
  kind: HistoryPage['of'];
  repository: RepositoryInfo;
  state: 'waiting' | 'done' | 'failed';
  /** Where it goes on. */
  cursor: string | null;
  pages: number;
  /** Branches, pull requests or commits that were looked at. */
  entities: number;
  /** Of which Jira was told. */
  told: number;
  /** How many there are, where the host says. */
  total: number | null;
  failures: number;
  problem: BackfillProblem | null;
}

const columns = sql`id, link_id as "linkId", since, state, listed_at as "listedAt", problem, created_at as "createdAt",
  ended_at as "endedAt"`;
const partColumns = sql`backfill_id as "backfillId", kind, repository, state, cursor, pages, entities, told, total,
  failures, problem`;

/** Stores backfills and how far they are. */
export interface BackfillStore {
  /** @throws backfill-running when the link has one that has not ended */
  start(change: Change, link: Link, since: Date | null): Promise<Backfill>;
  /**
   * Pauses, resumes, cancels; of one that ended, lets the failed parts be tried again.
   * @throws backfill-ended when there is none to go on with, or none to stop
   */
  change(change: Change, link: Link, state: 'paused' | 'running' | 'cancelled'): Promise<Backfill>;
  findNewest(linkId: string): Promise<Backfill | undefined>;
  listRunning(): Promise<Backfill[]>;
  isRunning(trx: Kysely<Schema>, id: string): Promise<boolean>;
  addParts(backfillId: string, repositories: RepositoryInfo[]): Promise<void>;
  markListed(id: string, at: Date): Promise<void>;
  keepProblem(id: string, problem: BackfillProblem | null): Promise<void>;
  /** The next part that may be walked now; in the order of the repositories' names. */
  findNextPart(backfillId: string, now: Date): Promise<BackfillPart | undefined>;
  keepPage(
    trx: Kysely<Schema>,
    part: BackfillPart,
    page: { cursor: string | undefined; entities: number; told: number; total: number | undefined },
  ): Promise<void>;
  keepFailure(part: BackfillPart, problem: BackfillProblem, retryAt: Date | undefined): Promise<void>;
  /** Ends the backfill when no part is left to walk. */
  endIfDone(id: string, at: Date): Promise<void>;
  /** Parts, summed up over the repositories, by kind and state. */
  sumUp(id: string): Promise<BackfillSum[]>;
  listParts(id: string, page: { state?: BackfillPart['state']; limit: number }): Promise<BackfillPart[]>;
}

export interface BackfillSum {
  kind: HistoryPage['of'];
  repositories: number;
  waiting: number;
  failed: number;
  entities: number;
  told: number;
  /** Of the repositories that say; as many as were looked at in the others. */
  expected: number;
}

/** A backfill store on the database. */
export function createBackfillStore(database: Database): BackfillStore {
  const { kysely } = database;
  const newest = async (db: Kysely<Schema>, linkId: string): Promise<Backfill | undefined> =>
    (
      await sql<Backfill>`select ${columns} from backfills where link_id = ${linkId}::uuid
        order by id desc limit 1`.execute(db)
    ).rows[0];
  const noteOn = (link: Link) => ({
    scope: link.scope,
    subject: { kind: 'link', id: link.id, name: link.name },
  });

  return {
    async start({ trx, note, now }, link, since) {
      const made = await sql<Backfill>`
        insert into backfills (id, link_id, since, state, created_at)
        values (${uuid()}, ${link.id}::uuid, ${since}, 'running', ${now})
        on conflict do nothing returning ${columns}`.execute(trx);
      const row = made.rows[0];
      if (row === undefined) {
        throw new TielineError('backfill-running', `The backfill of the link "${link.name}" has not ended`);
      }
      await note({ action: 'backfill.started', ...noteOn(link), details: { since } });
      return row;
    },
    async change({ trx, note, now }, link, state) {
      const before = await newest(trx, link.id);
      const over = before === undefined || before.state === 'cancelled';
      if (over || (before.state === 'done' && state !== 'running')) {
        const which = before === undefined ? 'has had no backfill' : 'has no backfill that goes on';
        throw new TielineError('backfill-ended', `The link "${link.name}" ${which}`);
      }
      if (state === 'running') {
        await sql`update backfill_parts set state = 'waiting', failures = 0, retry_at = null, problem = null
          where backfill_id = ${before.id}::uuid and state = 'failed'`.execute(trx);
      }
      const changed = await sql<Backfill>`
        update backfills set state = ${state}, ended_at = ${state === 'cancelled' ? now : null}, problem = null
        where id = ${before.id}::uuid returning ${columns}`.execute(trx);
      await note({ action: `backfill.${state}`, ...noteOn(link) });
      return changed.rows[0] ?? before;
    },
    findNewest: (linkId) => newest(kysely, linkId),
    async listRunning() {
      const found = await sql<Backfill>`
        select ${columns} from backfills where state = 'running' order by id`.execute(kysely);
      return found.rows;
    },
    async isRunning(trx, id) {
      const found = await sql`${prepared}
        select from backfills where id = ${id}::uuid and state = 'running' for share`.execute(trx);
      return found.rows.length > 0;
    },
    async addParts(backfillId, repositories) {
      if (repositories.length === 0) return;
      await sql`
        insert into backfill_parts (backfill_id, repository_id, kind, repository)
        select ${backfillId}::uuid, repository->>'id', kind, repository
        from jsonb_array_elements(${JSON.stringify(repositories)}::jsonb) as repository,
          unnest(${[...historyKinds]}::text[]) as kind
        on conflict do nothing`.execute(kysely);
    },
    async markListed(id, at) {
      await sql`update backfills set listed_at = ${at}, problem = null where id = ${id}::uuid`.execute(
        kysely,
      );
    },
    async keepProblem(id, problem) {
      await sql`update backfills set problem = ${problem === null ? null : JSON.stringify(problem)}
        where id = ${id}::uuid`.execute(kysely);
    },
    async findNextPart(backfillId, now) {
      const found = await sql<BackfillPart>`
        select ${partColumns} from backfill_parts
        where backfill_id = ${backfillId}::uuid and state = 'waiting' and (retry_at is null or retry_at <= ${now})
        order by failures, repository->>'name', array_position(${[...historyKinds]}::text[], kind) limit 1`.execute(
        kysely,
      );
      return found.rows[0];
    },
    async keepPage(trx, { backfillId, repository, kind }, { cursor, entities, told, total }) {
      await sql`${prepared}
        update backfill_parts set cursor = ${cursor ?? null}, state = ${cursor === undefined ? 'done' : 'waiting'},
          pages = pages + 1, entities = entities + ${entities}, told = told + ${told},
          total = coalesce(${total ?? null}::integer, total), failures = 0, retry_at = null, problem = null
        where backfill_id = ${backfillId}::uuid and repository_id = ${repository.id} and kind = ${kind}`.execute(
        trx,
      );
    },
    async keepFailure({ backfillId, repository, kind }, problem, retryAt) {
      await sql`
        update backfill_parts set failures = failures + 1, problem = ${JSON.stringify(problem)},
          retry_at = ${retryAt ?? null}, state = ${retryAt === undefined ? 'failed' : 'waiting'}
        where backfill_id = ${backfillId}::uuid and repository_id = ${repository.id} and kind = ${kind}`.execute(
        kysely,
      );
    },
    async endIfDone(id, at) {
      await sql`update backfills set state = 'done', ended_at = ${at}
        where id = ${id}::uuid and state = 'running' and listed_at is not null
          and not exists (select from backfill_parts where backfill_id = ${id}::uuid and state = 'waiting')`.execute(
        kysely,
      );
    },
    async sumUp(id) {
      const found = await sql<BackfillSum>`
        select kind, count(*)::int as repositories, count(*) filter (where state = 'waiting')::int as waiting,
          count(*) filter (where state = 'failed')::int as failed, sum(entities)::int as entities,
          sum(told)::int as told, sum(greatest(coalesce(total, entities), entities))::int as expected
        from backfill_parts where backfill_id = ${id}::uuid group by kind order by kind`.execute(kysely);
      return found.rows;
    },
    async listParts(id, { state, limit }) {
      const found = await sql<BackfillPart>`
        select ${partColumns} from backfill_parts
        where backfill_id = ${id}::uuid and (${state ?? null}::text is null or state = ${state ?? null})
        order by repository->>'name', kind limit ${limit}`.execute(kysely);
      return found.rows;
    },
  };
}
