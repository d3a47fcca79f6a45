import { type Kysely, sql } from 'kysely';
import { prepared, type Schema } from '../../../database/index.ts';
import type {
  BranchInfo,
  CommitInfo,
  DevEntityKind,
  PullRequestInfo,
  RepositoryInfo,
} from '../../../kit/dev-info.ts';

/** What is remembered of one branch, commit or pull request: as it was last loaded, and what Jira was told of it. */
export interface Remembered {
  kind: DevEntityKind;
  id: string;
  /** As it was loaded, in JSON: dates are texts. */
  content: unknown;
  /** The moment of which the content tells. */
  asOf: Date;
  ownKeys: string[];
  /** Of a pull request: the branch and the commits that are shown on its issues too, see {@link memberOf}. */
  members: string[];
  shownKeys: string[];
  /** Of the content and the keys that Jira was told last; null when it was told nothing, or to forget it. */
  shownHash: string | null;
  /** The moment by which Jira was told last. */
  shownAt: Date | null;
}

/** The repository of a link, whose rows are meant. */
export interface Place {
  linkId: string;
  repositoryId: string;
}

/** How a pull request names the branch and the commits that it lends its keys to. */
export const memberOf = (kind: DevEntityKind, id: string): string => `${kind}:${id}`;

const columnsOf = (table: string) => {
  const of = (column: string) => sql.ref(`${table}.${column}`);
  return sql`${of('kind')}, ${of('id')}, content, as_of as "asOf", own_keys as "ownKeys", members,
    shown_keys as "shownKeys", shown_hash as "shownHash", shown_at as "shownAt"`;
};
const columns = columnsOf('dev_entities');

const placeLock = ({ linkId, repositoryId }: Place) =>
  sql`pg_advisory_xact_lock(hashtextextended(${`dev-panel ${linkId} ${repositoryId}`}, 0))`;

/** Makes those who work on the same repository wait for each other until the transaction ends. */
export async function lockPlace(trx: Kysely<Schema>, place: Place): Promise<void> {
  await sql`select ${placeLock(place)}`.execute(trx);
}

/** Those that are remembered of these, whatever a plan thinks of how many they are: each is looked up by its key. */
const remembered = ({ linkId, repositoryId }: Place, keys: { kind: DevEntityKind; id: string }[]) => sql`
  unnest(${keys.map(({ kind }) => kind)}::text[], ${keys.map(({ id }) => id)}::text[]) as wanted(kind, id)
  cross join lateral (
    select * from dev_entities as entity where link_id = ${linkId}::uuid and repository_id = ${repositoryId}
      and entity.kind = wanted.kind and entity.id = wanted.id limit 1
  ) as entity`;

/** What is remembered of these, in no order. */
export async function recall(
  trx: Kysely<Schema>,
  place: Place,
  keys: { kind: DevEntityKind; id: string }[],
): Promise<Remembered[]> {
  if (keys.length === 0) return [];
  const found = await sql<Remembered>`${prepared}
    select ${columnsOf('entity')} from ${remembered(place, keys)}`.execute(trx);
  return found.rows;
}

/** Where a branch stands, and the moment of which that tells. */
export interface Head {
  sha: string;
  asOf: Date;
}

/** The heads of branches, by name, as far as they are remembered. */
export async function recallHeads(
  kysely: Kysely<Schema>,
  place: Place,
  branches: string[],
): Promise<Map<string, Head>> {
  if (branches.length === 0) return new Map();
  const keys = branches.map((id) => ({ kind: 'branch' as const, id }));
  const found = await sql<{ id: string } & Head>`${prepared}
    select entity.id, entity.content->'head'->>'sha' as sha, entity.as_of as "asOf"
    from ${remembered(place, keys)}`.execute(kysely);
  return new Map(found.rows.map(({ id, ...head }) => [id, head]));
}

/** All that is remembered of a repository. */
export async function recallAll(trx: Kysely<Schema>, { linkId, repositoryId }: Place): Promise<Remembered[]> {
  const found = await sql<Remembered>`
    select ${columns} from dev_entities where link_id = ${linkId}::uuid and repository_id = ${repositoryId}`.execute(
    trx,
  );
  return found.rows;
}

/** The pull requests that lend their keys to any of these members. */
export async function recallLenders(
  trx: Kysely<Schema>,
  { linkId, repositoryId }: Place,
  members: string[],
): Promise<Pick<Remembered, 'id' | 'ownKeys' | 'members'>[]> {
  if (members.length === 0) return [];
  const found = await sql<Pick<Remembered, 'id' | 'ownKeys' | 'members'>>`${prepared}
    select id, own_keys as "ownKeys", members from dev_entities
    where link_id = ${linkId}::uuid and repository_id = ${repositoryId} and kind = 'pull-request'
      and members && ${members}::text[] order by length(id), id`.execute(trx);
  return found.rows;
}

/** JSON that jsonb can hold: it refuses NUL and half a surrogate pair, and a code host may send either. */
const storable = (value: unknown): string =>
  JSON.stringify(value, (_name, inner) =>
    typeof inner === 'string' ? inner.replaceAll('\0', '\ufffd').toWellFormed() : inner,
  );

/** Writes rows anew, as they are. */
export async function remember(
  trx: Kysely<Schema>,
  { linkId, repositoryId }: Place,
  rows: Remembered[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`${prepared}
    insert into dev_entities (link_id, repository_id, kind, id, content, as_of, own_keys, members, shown_keys,
      shown_hash, shown_at)
    select ${linkId}::uuid, ${repositoryId}, kind, id, content, "asOf", "ownKeys", members, "shownKeys",
      "shownHash", "shownAt"
    from jsonb_to_recordset(${storable(rows)}::jsonb) as row(kind text, id text, content jsonb,
      "asOf" timestamptz, "ownKeys" text[], members text[], "shownKeys" text[], "shownHash" text, "shownAt" timestamptz)
    on conflict (link_id, repository_id, kind, id) do update set content = excluded.content, as_of = excluded.as_of,
      own_keys = excluded.own_keys, members = excluded.members, shown_keys = excluded.shown_keys,
      shown_hash = excluded.shown_hash, shown_at = excluded.shown_at`.execute(trx);
}

/** Forgets rows. */
export async function forget(
  trx: Kysely<Schema>,
  { linkId, repositoryId }: Place,
  keys: { kind: DevEntityKind; id: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  await sql`${prepared}
    delete from dev_entities where link_id = ${linkId}::uuid and repository_id = ${repositoryId}
      and (kind, id) in (select * from unnest(${keys.map(({ kind }) => kind)}::text[], ${keys.map(({ id }) => id)}::text[]))`.execute(
    trx,
  );
}

/** Forgets a repository with all that is in it; gives those of which Jira was told. */
export async function forgetRepository(
  trx: Kysely<Schema>,
  { linkId, repositoryId }: Place,
): Promise<Pick<Remembered, 'kind' | 'id' | 'shownKeys' | 'shownAt'>[]> {
  await sql`delete from dev_repositories where link_id = ${linkId}::uuid and repository_id = ${repositoryId}`.execute(
    trx,
  );
  const gone = await sql<Pick<Remembered, 'kind' | 'id' | 'shownKeys' | 'shownAt'>>`
    delete from dev_entities where link_id = ${linkId}::uuid and repository_id = ${repositoryId}
    returning kind, id, shown_keys as "shownKeys", shown_at as "shownAt"`.execute(trx);
  return gone.rows.filter(({ shownKeys }) => shownKeys.length > 0);
}

/** The repositories of a link of which anything was seen. */
export async function listRepositories(kysely: Kysely<Schema>, linkId: string): Promise<RepositoryInfo[]> {
  const found = await sql<{ info: RepositoryInfo }>`
    select info from dev_repositories where link_id = ${linkId}::uuid order by name`.execute(kysely);
  return found.rows.map(({ info }) => info);
}

/** Forgets a link altogether. */
export async function forgetLink(trx: Kysely<Schema>, linkId: string): Promise<void> {
  await sql`delete from dev_entities where link_id = ${linkId}::uuid`.execute(trx);
  await sql`delete from dev_repositories where link_id = ${linkId}::uuid`.execute(trx);
}

/** How much is shown of a link, by kind. */
export async function countShown(
  kysely: Kysely<Schema>,
  linkId: string,
): Promise<{ kind: DevEntityKind; count: number }[]> {
  const found = await sql<{ kind: DevEntityKind; count: number }>`
    select kind, count(*)::int as count from dev_entities
    where link_id = ${linkId}::uuid and shown_keys <> '{}' group by kind order by kind`.execute(kysely);
  return found.rows;
}

/** Makes those who work on the same repository wait for each other, and remembers it by its newest name. */
export async function lockRepository(
  trx: Kysely<Schema>,
  linkId: string,
  info: RepositoryInfo,
  seenAt: Date,
): Promise<void> {
  await sql`${prepared}
    with lock as materialized (select ${placeLock({ linkId, repositoryId: info.id })})
    insert into dev_repositories (link_id, repository_id, name, info, seen_at)
    select ${linkId}::uuid, ${info.id}, ${info.name}, ${storable(info)}, ${seenAt}::timestamptz from lock
    on conflict (link_id, repository_id) do update set name = excluded.name, info = excluded.info,
      seen_at = excluded.seen_at
    where dev_repositories.seen_at <= excluded.seen_at`.execute(trx);
}

const revived = (value: unknown): Date | undefined =>
  typeof value === 'string' ? new Date(value) : undefined;

/** A commit as it was remembered. */
export function reviveCommit(content: unknown): CommitInfo {
  const commit = content as CommitInfo;
  return { ...commit, at: new Date(commit.at) };
}

/** A branch as it was remembered. */
export function reviveBranch(content: unknown): BranchInfo {
  const branch = content as BranchInfo;
  return { ...branch, at: revived(branch.at), head: reviveCommit(branch.head) };
}

/** A pull request as it was remembered. */
export function revivePullRequest(content: unknown): PullRequestInfo {
  const pullRequest = content as PullRequestInfo;
  return { ...pullRequest, at: revived(pullRequest.at) };
}

/** The names of what is remembered of a kind from before a moment. */
export async function listRemembered(
  kysely: Kysely<Schema>,
  { linkId, repositoryId }: Place,
  kind: DevEntityKind,
  before: Date,
): Promise<{ id: string }[]> {
  const found = await sql<{ id: string }>`
    select id from dev_entities where link_id = ${linkId}::uuid and repository_id = ${repositoryId}
      and kind = ${kind} and as_of < ${before} order by id`.execute(kysely);
  return found.rows;
}

/** What is shown of a repository, in a lasting order. */
export async function listShown(
  kysely: Kysely<Schema>,
  { linkId, repositoryId }: Place,
): Promise<Remembered[]> {
  const found = await sql<Remembered>`
    select ${columns} from dev_entities where link_id = ${linkId}::uuid and repository_id = ${repositoryId}
      and shown_keys <> '{}' order by kind, id`.execute(kysely);
  return found.rows;
}

/** A repository as it was seen last. */
export async function findRepository(
  kysely: Kysely<Schema>,
  { linkId, repositoryId }: Place,
): Promise<RepositoryInfo | undefined> {
  const found = await sql<{ info: RepositoryInfo }>`
    select info from dev_repositories where link_id = ${linkId}::uuid and repository_id = ${repositoryId}`.execute(
    kysely,
  );
  return found.rows[0]?.info;
}
