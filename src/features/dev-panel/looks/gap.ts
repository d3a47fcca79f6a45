import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import type { Touched } from '../../../kit/code-host.ts';
import type { CommitInfo, DevInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import type { OpenedHost } from '../code-hosts.ts';

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

/**
 * The commits of pushes whose webhooks were lost, when a push comes that does not go on from the head that is known. Once
 * that is taken in, the branch stands as at the host, and no look would miss them.
 * @throws as the code host does
 */
export async function loadGap(
  parts: { database: Database; linkId: string; host: OpenedHost },
  touched: Touched,
  known: string | undefined,
): Promise<CommitInfo[]> {
  if (touched.kind !== 'push' || touched.before === undefined || known === touched.before) return [];
  const from = known ?? (await findBase(parts, touched));
  if (from === undefined || from === touched.before) return [];
  const { hint: _, ...push } = touched;
  const { codeHost, connection } = parts.host;
  return (await codeHost.load(connection, { ...push, before: from }, { trust: false })).commits;
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

/** From where a branch that nobody told of is counted: its head from before the link, else the default branch. */
async function findBase(
  { database, linkId, host }: { database: Database; linkId: string; host: OpenedHost },
  { repository, branch }: Touched & { kind: 'push' },
): Promise<string | undefined> {
  const found = await sql<{ head: string | null; looked: boolean }>`
    select exists (select from looked_repositories where link_id = ${linkId}::uuid) as looked,
      (select left_out->>${branch}::text from looked_repositories
        where link_id = ${linkId}::uuid and repository_id = ${repository.id}) as head`.execute(
    database.kysely,
  );
  const { head = null, looked = false } = found.rows[0] ?? {};
  if (head !== null) return head;
  // Before the first look nobody knows which branches are older than the link.
  return looked && branch !== repository.defaultBranch ? findDefaultHead(host, repository) : undefined;
}
