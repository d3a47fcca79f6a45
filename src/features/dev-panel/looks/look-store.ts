import { type Kysely, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database, Schema } from '../../../database/index.ts';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import type { Change } from '../../access/index.ts';
import type { BackfillProblem } from '../backfill/backfill-store.ts';
import { codeEventStream } from '../events/code-event.ts';
import type { Place } from '../memory/memory.ts';
import type { Finding } from './findings.ts';

/** A look at everything that a link covers, compared with what is remembered of it. */
export interface Look {
  id: string;
  linkId: string;
  cause: 'schedule' | 'request';
  /** Whether every branch is looked at, so that those that are gone are found. */
  whole: boolean;
  wantedAt: Date;
  /** Null while it waits for its turn. */
  startedAt: Date | null;
  endedAt: Date | null;
  /** While the host's rate limit makes it wait. */
  retryAt: Date | null;
  /** Branches and pull requests that were looked at. */
  checked: number;
  /** What Jira had to be told. */
  changes: number;
  /** Of the changes those that a webhook should have told. */
  missed: number;
  /** The first of the changes. */
  repaired: Finding[];
  problem: BackfillProblem | null;
}

/** How a repository stood when it was last looked at. */
export interface RepositoryMark {
  info: RepositoryInfo;
  lookedAt: Date;
  /** When every branch was looked at. */
  wholeAt: Date | null;
  /** Branches from before the link that nobody asked for, by name, with their heads. */
  leftOut: Record<string, string>;
}

/** So many changes of a look are kept by name; the others are counted. */
const mostFindings = 200;
const keptForMs = 30 * 24 * 60 * 60 * 1000;

const columns = sql`id, link_id as "linkId", cause, whole, wanted_at as "wantedAt", started_at as "startedAt",
  ended_at as "endedAt", retry_at as "retryAt", checked, changes, missed, repaired, problem`;
const isDue = (now: Date) => sql`links.disconnecting_since is null
  and not exists (select from backfills where link_id = links.id and state = 'running')
  and (exists (select from link_looks where link_id = links.id and ended_at is null
      and (retry_at is null or retry_at <= ${now}))
    or (links.next_look_at <= ${now}
      and not exists (select from link_looks where link_id = links.id and ended_at is null)))`;

/** Stores looks, when the next ones are due, and how far they are. */
export interface LookStore {
  /** Asks for a look at everything, at once; one that waits for its turn stands for all who ask. */
  request(change: Change, link: { id: string; scope: string; name: string }): Promise<Look>;
  /** Links that are to be looked at: never while a backfill runs. */
  listDue(now: Date): Promise<string[]>;
  /** Begins a due look, or goes on with one that was cut off; undefined when it is no longer due. */
  begin(linkId: string, now: Date, nextAt: Date): Promise<Look | undefined>;
  /** Whether it may go on: the link is there, and no backfill of it runs. */
  mayGoOn(look: Look): Promise<boolean>;
  /** Whether the link is there and stays so until the transaction ends. */
  keepsLink(trx: Kysely<Schema>, linkId: string): Promise<boolean>;
  /** Whether webhooks of a repository came that nobody has looked at yet. */
  hasEventsWaiting(trx: Kysely<Schema>, place: Place): Promise<boolean>;
  add(
    trx: Kysely<Schema>,
    look: Look,
    found: { checked: number; findings: Finding[]; missed: number },
  ): Promise<void>;
  /** The next look is at this moment, unless it is to be later. */
  putOff(linkId: string, until: Date): Promise<void>;
  postpone(look: Look, problem: BackfillProblem, retryAt: Date): Promise<void>;
  end(look: Look, at: Date, problem: BackfillProblem | null): Promise<void>;
  /** Newest first. */
  list(linkId: string, limit: number): Promise<Look[]>;
  listMarks(linkId: string): Promise<Map<string, RepositoryMark>>;
  putMark(linkId: string, mark: RepositoryMark): Promise<void>;
  forgetMark(trx: Kysely<Schema>, linkId: string, repositoryId: string): Promise<void>;
}

/** A look store on the database. */
export function createLookStore(database: Database): LookStore {
  const { kysely } = database;

  return {
    async request({ trx, note, now }, link) {
      const found = await sql<Look>`
        insert into link_looks (id, link_id, cause, whole, wanted_at)
        values (${uuid()}, ${link.id}::uuid, 'request', true, ${now})
        on conflict (link_id) where started_at is null do update set whole = true
        returning ${columns}`.execute(trx);
      const { id, scope, name } = link;
      await note({ action: 'link.look-requested', scope, subject: { kind: 'link', id, name } });
      return the(found.rows);
    },
    async listDue(now) {
      const found = await sql<{ id: string }>`
        select id from links where ${isDue(now)} order by next_look_at`.execute(kysely);
      return found.rows.map(({ id }) => id);
    },
    begin: (linkId, now, nextAt) =>
      database.transaction('look', async (trx) => {
        const due = await sql`
          select from links where id = ${linkId}::uuid and ${isDue(now)} for update`.execute(trx);
        if (due.rows.length === 0) return undefined;
        await sql`update links set next_look_at = ${nextAt} where id = ${linkId}::uuid`.execute(trx);
        await sql`delete from link_looks where link_id = ${linkId}::uuid
          and ended_at < ${new Date(now.getTime() - keptForMs)}`.execute(trx);
        const open = await sql<Look>`
          update link_looks set started_at = coalesce(started_at, ${now}), retry_at = null
          where id = (select id from link_looks where link_id = ${linkId}::uuid and ended_at is null
            and (retry_at is null or retry_at <= ${now}) order by started_at nulls last limit 1)
          returning ${columns}`.execute(trx);
        if (open.rows.length > 0) return open.rows[0];
        const made = await sql<Look>`
          insert into link_looks (id, link_id, cause, whole, wanted_at, started_at)
          values (${uuid()}, ${linkId}::uuid, 'schedule', false, ${now}, ${now}) returning ${columns}`.execute(
          trx,
        );
        return the(made.rows);
      }),
    async mayGoOn({ id, linkId }) {
      const found = await sql`
        select from link_looks join links on links.id = link_id
        where link_looks.id = ${id}::uuid and ended_at is null and disconnecting_since is null
          and not exists (select from backfills where link_id = ${linkId}::uuid and state = 'running')`.execute(
        kysely,
      );
      return found.rows.length > 0;
    },
    async keepsLink(trx, linkId) {
      const found = await sql`
        select from links where id = ${linkId}::uuid and disconnecting_since is null for share`.execute(trx);
      return found.rows.length > 0;
    },
    async hasEventsWaiting(trx, { linkId, repositoryId }) {
      const found = await sql`
        select from deliveries where stream = ${codeEventStream(linkId, repositoryId)}
          and state in ('queued', 'sending') limit 1`.execute(trx);
      return found.rows.length > 0;
    },
    async add(trx, { id }, { checked, findings, missed }) {
      await sql`
        update link_looks set checked = checked + ${checked}, changes = changes + ${findings.length},
          missed = missed + ${missed},
          repaired = case when jsonb_array_length(repaired) < ${mostFindings}
            then repaired || ${JSON.stringify(findings.slice(0, mostFindings))}::jsonb else repaired end
        where id = ${id}::uuid`.execute(trx);
    },
    async putOff(linkId, until) {
      await sql`update links set next_look_at = greatest(next_look_at, ${until}) where id = ${linkId}::uuid`.execute(
        kysely,
      );
    },
    async postpone({ id }, problem, retryAt) {
      await sql`update link_looks set problem = ${JSON.stringify(problem)}, retry_at = ${retryAt}
        where id = ${id}::uuid`.execute(kysely);
    },
    async end({ id }, at, problem) {
      await sql`update link_looks set ended_at = ${at}, retry_at = null,
          problem = ${problem === null ? null : JSON.stringify(problem)}
        where id = ${id}::uuid`.execute(kysely);
    },
    async list(linkId, limit) {
      const found = await sql<Look>`
        select ${columns} from link_looks where link_id = ${linkId}::uuid order by id desc limit ${limit}`.execute(
        kysely,
      );
      return found.rows;
    },
    async listMarks(linkId) {
      const found = await sql<RepositoryMark & { id: string }>`
        select repository_id as id, info, looked_at as "lookedAt", whole_at as "wholeAt", left_out as "leftOut"
        from looked_repositories where link_id = ${linkId}::uuid`.execute(kysely);
      return new Map(found.rows.map(({ id, ...mark }) => [id, mark]));
    },
    async putMark(linkId, { info, lookedAt, wholeAt, leftOut }) {
      await sql`
        insert into looked_repositories (link_id, repository_id, info, looked_at, whole_at, left_out)
        select id, ${info.id}, ${JSON.stringify(info)}, ${lookedAt}, ${wholeAt}, ${JSON.stringify(leftOut)}
        from links where id = ${linkId}::uuid
        on conflict (link_id, repository_id) do update set info = excluded.info, looked_at = excluded.looked_at,
          whole_at = excluded.whole_at, left_out = excluded.left_out`.execute(kysely);
    },
    async forgetMark(trx, linkId, repositoryId) {
      await sql`delete from looked_repositories where link_id = ${linkId}::uuid
        and repository_id = ${repositoryId}`.execute(trx);
    },
  };
}

function the([look]: Look[]): Look {
  if (look === undefined) throw new TypeError('an upsert without a row');
  return look;
}
