import type { HistoryPage } from '../../kit/code-host.ts';
import type { BranchInfo, DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type BitbucketApi, pageSize, readPage } from './api.ts';
import { findBranch, joined, listPullRequestCommits } from './load.ts';
import { toBranch, toCommit } from './mapping.ts';
import { branch, commit, pullRequest, type WireBranch } from './wire.ts';

/** Pull requests of which the commits are asked for at the same time. */
const pullRequestsAtOnce = 8;

type Walk = (
  api: BitbucketApi,
  repository: RepositoryInfo,
  start: number,
  since: Date | undefined,
) => Promise<{ info: Partial<DevInfo>; next: number | undefined }>;

const orEmpty = { orEmpty: true };

const walks: Record<HistoryPage['of'], Walk> = {
  async branches(api, repository, start, since) {
    const query = { details: true, orderBy: 'MODIFICATION', start, limit: pageSize };
    const found = await readPage(api, api.repository(repository.name, '/branches', query), branch, orEmpty);
    const branches = await withHeads(api, repository, found.items);
    const recent = branches.filter(({ head }) => since === undefined || head.at >= since);
    // By the committer's time they come newest first; ours is the author's, which a rebase leaves behind.
    const isOver = recent.length === 0 && branches.length > 0;
    return { info: { branches: recent }, next: isOver ? undefined : found.next };
  },
  async commits(api, repository, start, since) {
    const url = api.repository(repository.name, '/commits', { start, limit: pageSize });
    const found = await readPage(api, url, commit, orEmpty);
    const recent = found.items.filter(
      ({ committerTimestamp, authorTimestamp }) =>
        since === undefined || (committerTimestamp ?? authorTimestamp) >= since,
    );
    const isOver = recent.length < found.items.length;
    const commits = recent.map((one) => toCommit(api, repository, one));
    return { info: { commits }, next: isOver ? undefined : found.next };
  },
  /** What NEWEST means is not said: each page may hold some that changed since. */
  async 'pull-requests'(api, repository, start, since) {
    const query = { state: 'ALL', order: 'NEWEST', start, limit: pageSize };
    const url = api.repository(repository.name, '/pull-requests', query);
    const found = await readPage(api, url, pullRequest, orEmpty);
    const recent = found.items.filter(({ updatedDate: at }) => since === undefined || !at || at >= since);
    const info: Pick<DevInfo, 'commits' | 'pullRequests'> = { commits: [], pullRequests: [] };
    for (let from = 0; from < recent.length; from += pullRequestsAtOnce) {
      const some = recent.slice(from, from + pullRequestsAtOnce);
      const loaded = await Promise.all(
        some.map(async (wire) =>
          joined(api, repository, wire, await listPullRequestCommits(api, repository, wire.id)),
        ),
      );
      info.commits.push(...loaded.flatMap(({ commits }) => commits));
      info.pullRequests.push(...loaded.flatMap(({ pullRequests }) => pullRequests));
    }
    return { info, next: found.next };
  },
};

/** The heads come with the branches; where a plugin that gives them is switched off, they are asked for. */
async function withHeads(
  api: BitbucketApi,
  repository: RepositoryInfo,
  wires: WireBranch[],
): Promise<BranchInfo[]> {
  const branches: BranchInfo[] = [];
  for (const wire of wires) {
    const head = findHead(wire);
    const found =
      head === undefined
        ? await findBranch(api, repository, wire.displayId)
        : toBranch(api, repository, wire.displayId, head);
    if (found !== undefined) branches.push(found);
  }
  return branches;
}

function findHead({ metadata }: WireBranch) {
  const [, value] =
    Object.entries(metadata ?? {}).find(([name]) => name.endsWith(':latest-commit-metadata')) ?? [];
  return commit.safeParse(value).data;
}

/** Walks one kind of what a repository holds; the cursor is where the next page starts. */
export async function* history(
  api: BitbucketApi,
  repository: RepositoryInfo,
  of: HistoryPage['of'],
  { since, cursor }: { since?: Date; cursor?: string },
): AsyncIterable<HistoryPage> {
  let start: number | undefined = cursor === undefined ? 0 : Number(cursor);
  while (start !== undefined) {
    const found: Awaited<ReturnType<Walk>> = await walks[of](api, repository, start, since);
    start = found.next;
    yield {
      of,
      info: { repository, branches: [], commits: [], pullRequests: [], gone: [], ...found.info },
      cursor: start === undefined ? undefined : String(start),
    };
  }
}
