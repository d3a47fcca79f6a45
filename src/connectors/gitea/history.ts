import type { HistoryPage } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type GiteaApi, pageSize, readPage } from './api.ts';
import { joined, lean, listParts } from './load.ts';
import { toBranch, toCommit, toPushedCommit } from './mapping.ts';
import { branch, commit, pullRequest } from './wire.ts';

/** Pull requests of which the reviews and commits are asked for at the same time. */
const pullRequestsAtOnce = 8;

type Walk = (
  api: GiteaApi,
  repository: RepositoryInfo,
  page: number,
  since: Date | undefined,
) => Promise<{ info: Partial<DevInfo>; next: number | undefined; total: number | undefined }>;

const orEmpty = { orEmpty: true };

const walks: Record<HistoryPage['of'], Walk> = {
  /** Gitea lists branches by name: each page may hold recent ones. */
  async branches(api, repository, page, since) {
    const url = api.repository(repository.name, '/branches', { page, limit: pageSize });
    const found = await readPage(api, url, branch, page, orEmpty);
    const branches = found.items
      .map(({ name, commit: head }) => toBranch(repository, name, toPushedCommit(repository, head)))
      .filter(({ head }) => since === undefined || head.at >= since);
    return { ...found, info: { branches } };
  },
  async commits(api, repository, page, since) {
    const query = { sha: repository.defaultBranch, ...lean, page, limit: pageSize };
    const found = await readPage(
      api,
      api.repository(repository.name, '/commits', query),
      commit,
      page,
      orEmpty,
    );
    const recent = found.items.filter(
      ({ commit: { committer } }) => since === undefined || committer.date >= since,
    );
    const commits = recent.map((one) => toCommit(repository, one));
    return { ...found, info: { commits }, next: recent.length < found.items.length ? undefined : found.next };
  },
  async 'pull-requests'(api, repository, page, since) {
    const query = { state: 'all', sort: 'recentupdate', page, limit: pageSize };
    const found = await readPage(
      api,
      api.repository(repository.name, '/pulls', query),
      pullRequest,
      page,
      orEmpty,
    );
    const recent = found.items.filter(({ updated_at: at }) => since === undefined || !at || at >= since);
    const info: Pick<DevInfo, 'commits' | 'pullRequests'> = { commits: [], pullRequests: [] };
    for (let from = 0; from < recent.length; from += pullRequestsAtOnce) {
      const some = recent.slice(from, from + pullRequestsAtOnce);
      const parts = await Promise.all(some.map(({ number }) => listParts(api, repository, number)));
      for (const [index, wire] of some.entries()) {
        const whole = joined(repository, wire, parts[index] ?? { reviews: [], commits: [] });
        info.commits.push(...whole.commits);
        info.pullRequests.push(...whole.pullRequests);
      }
    }
    return { ...found, info, next: recent.length < found.items.length ? undefined : found.next };
  },
};

/** Walks one kind of what a repository holds; the cursor is the number of the next page. */
export async function* history(
  api: GiteaApi,
  repository: RepositoryInfo,
  of: HistoryPage['of'],
  { since, cursor }: { since?: Date; cursor?: string },
): AsyncIterable<HistoryPage> {
  let page: number | undefined = cursor === undefined ? 1 : Number(cursor);
  while (page !== undefined) {
    const found: Awaited<ReturnType<Walk>> = await walks[of](api, repository, page, since);
    page = found.next;
    yield {
      of,
      info: { repository, branches: [], commits: [], pullRequests: [], gone: [], ...found.info },
      cursor: page === undefined ? undefined : String(page),
      ...(found.total === undefined ? {} : { total: found.total }),
    };
  }
}
