import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import type { Touched } from '../../../kit/code-host.ts';
import type { CommitInfo, DevInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import type { OpenedHost } from '../code-hosts.ts';
import type { Link } from '../links/link-store.ts';

/** The head of a repository's default branch; undefined while it is empty. @throws as the code host does */
export async function findDefaultHead(
  { codeHost, connection }: OpenedHost,
  repository: RepositoryInfo,
): Promise<string | undefined> {
  const { defaultBranch } = repository;
  if (defaultBranch === undefined) return undefined;
  const touched = { kind: 'branch', repository, name: defaultBranch, gone: false } as const;
  const { branches } = await codeHost.load(connection, touched, { trust: false });
  return branches[0]?.head.sha;
}

interface GapParts {
  database: Database;
  link: Pick<Link, 'id' | 'createdAt'>;
  host: OpenedHost;
}

/** Git keeps whole seconds, so that what was made right after the link bears a moment before it. */
const gitTickMs = 1_000;

/** The moment from which on what is made is the link's to tell; what is older is for a backfill. */
export const startOf = ({ createdAt }: Pick<Link, 'createdAt'>): Date =>
  new Date(createdAt.getTime() - gitTickMs);

/**
 * The commits of pushes whose webhooks were lost, when a push comes that does not go on from the head that is known. Once
 * that is taken in, the branch stands as at the host, and no look would miss them.
 * @throws as the code host does
 */
export async function loadGap(
  parts: GapParts,
  touched: Touched,
  known: string | undefined,
): Promise<CommitInfo[]> {
  if (touched.kind !== 'push' || touched.before === undefined || known === touched.before) return [];
  const { from, since } = known === undefined ? await findBase(parts, touched) : { from: known };
  if (from === undefined || from === touched.before) return [];
  const { hint: _, ...push } = touched;
  const { codeHost, connection } = parts.host;
  const { commits } = await codeHost.load(connection, { ...push, before: from }, { trust: false });
  return since === undefined ? commits : commits.filter(({ at }) => at >= since);
}

/**
 * The commits by which the host is ahead of a push: more was pushed while it waited. Once the branch is taken in as it
 * stands now, the webhook of that, should it be lost, would be missed by nobody.
 * @throws as the code host does
 */
export async function loadAhead(
  { codeHost, connection }: OpenedHost,
  touched: Touched,
  { branches }: DevInfo,
  known: string | undefined,
): Promise<CommitInfo[]> {
  const head = branches[0]?.head.sha;
  if (touched.kind !== 'push' || head === undefined || head === touched.after || head === known) return [];
  const { hint: _, ...push } = touched;
  const ahead = { ...push, before: touched.after, after: head };
  return (await codeHost.load(connection, ahead, { trust: false })).commits;
}

/**
 * From where a branch that nobody told of is counted: its head from before the link, else the default branch. Before the
 * link's first look nobody knows which branches are older than it: of any, only commits `since` then are meant.
 */
async function findBase(
  { database, link, host }: GapParts,
  { repository, branch }: Touched & { kind: 'push' },
): Promise<{ from: string | undefined; since?: Date }> {
  const found = await sql<{ head: string | null; looked: boolean }>`
    select exists (select from looked_repositories where link_id = ${link.id}::uuid) as looked,
      (select left_out->>${branch}::text from looked_repositories
        where link_id = ${link.id}::uuid and repository_id = ${repository.id}) as head`.execute(
    database.kysely,
  );
  const { head = null, looked = false } = found.rows[0] ?? {};
  if (head !== null) return { from: head };
  if (branch === repository.defaultBranch) return { from: undefined };
  const from = await findDefaultHead(host, repository);
  return looked ? { from } : { from, since: startOf(link) };
}
