import { z } from 'zod';
import type { HistoryPage } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type GitHubApi, pageIn, pageSize, read, repositoryPath } from './api.ts';
import { branchesQuery, branchPage, toWireCommit } from './branches-query.ts';
import { loadPullRequest, nothing } from './load.ts';
import { toBranch, toCommit } from './mapping.ts';
import { commit, pullRequestInList } from './wire.ts';

/** Each costs three requests: a page cut off by the rate limit should not have cost many. */
const pullRequestsAPage = 20;
/** GitHub limits what is asked for at the same time, too. */
const pullRequestsAtOnce = 4;

type Walk = (
  api: GitHubApi,
  repository: RepositoryInfo,
  from: { cursor: string | undefined; since: Date | undefined },
) => Promise<{ info: Partial<DevInfo>; next: string | undefined; total?: number }>;

const walks: Record<HistoryPage['of'], Walk> = {
  // REST lists branches by name and without their commits; GraphQL in order of time, a hundred a request.
  async branches(api, repository, { cursor, since }) {
    const [owner, name] = repository.name.split('/');
    const variables = { owner, name, first: pageSize, after: cursor ?? null };
    const { refs } = (await api.query(branchesQuery, variables, branchPage)).repository;
    const recent = refs.nodes.filter(
      ({ target }) =>
        since === undefined || target.committedDate === undefined || target.committedDate >= since,
    );
    const branches = recent.flatMap(({ name, target }) => {
      const head = toWireCommit(target);
      return head === undefined ? [] : [toBranch(repository, name, toCommit(repository, head))];
    });
    const isLast = !refs.pageInfo.hasNextPage || recent.length < refs.nodes.length;
    return {
      info: { branches },
      next: isLast ? undefined : (refs.pageInfo.endCursor ?? undefined),
      total: refs.totalCount,
    };
  },

  async commits(api, repository, { cursor, since }) {
    const query = {
      sha: repository.defaultBranch,
      since: since?.toISOString(),
      page: Number(cursor ?? 1),
      per_page: pageSize,
    };
    const url = repositoryPath(repository.name, '/commits', query);
    // 409: the repository is empty.
    const answer = await api.request({ method: 'GET', url, accept: [409] });
    if (answer.status === 409) return { info: {}, next: undefined, total: 0 };
    const commits = read(answer, z.array(commit)).map((one) => toCommit(repository, one));
    return { info: { commits }, next: pageIn(answer, 'next')?.toString(), ...totalOf(answer, pageSize) };
  },

  async 'pull-requests'(api, repository, { cursor, since }) {
    const url = repositoryPath(repository.name, '/pulls', {
      state: 'all',
      sort: 'updated',
      direction: 'desc',
      page: Number(cursor ?? 1),
      per_page: pullRequestsAPage,
    });
    const answer = await api.request({ method: 'GET', url });
    const listed = read(answer, z.array(pullRequestInList));
    const recent = listed.filter(({ updated_at: at }) => since === undefined || at >= since);
    const info: DevInfo = nothing(repository);
    for (let from = 0; from < recent.length; from += pullRequestsAtOnce) {
      const some = recent.slice(from, from + pullRequestsAtOnce);
      const loaded = await Promise.all(some.map(({ number }) => loadPullRequest(api, repository, number)));
      for (const { pullRequests, commits } of loaded) {
        info.pullRequests.push(...pullRequests);
        info.commits.push(...commits);
      }
    }
    const next = recent.length < listed.length ? undefined : pageIn(answer, 'next')?.toString();
    return { info, next, ...(since === undefined ? totalOf(answer, pullRequestsAPage) : {}) };
  },
};

/** GitHub tells the number of pages, not of items: the last page counts as full. */
function totalOf(answer: { headers: Record<string, string> }, perPage: number): { total?: number } {
  const last = pageIn(answer, 'last');
  return last === undefined ? {} : { total: last * perPage };
}

/**
 * Walks one kind of what a repository holds; the cursor is the number of the next page, of branches GitHub's own.
 * @throws rate-limited when live events would come short
 */
export async function* history(
  api: GitHubApi,
  repository: RepositoryInfo,
  of: HistoryPage['of'],
  { since, cursor }: { since?: Date; cursor?: string },
): AsyncIterable<HistoryPage> {
  let at = cursor;
  do {
    api.assertSpare();
    const { info, next, total } = await walks[of](api, repository, { cursor: at, since });
    at = next;
    yield {
      of,
      info: { ...nothing(repository), ...info },
      cursor: at,
      ...(total === undefined ? {} : { total }),
    };
  } while (at !== undefined);
}
