import type { HistoryPage } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type HarnessApi, pageSize, readPage } from './api.ts';
import { findCommits, listPullRequestCommits } from './commits.ts';
import { listReviewers } from './load.ts';
import { toBranch, toCommit, toPullRequest } from './mapping.ts';
import { branch, pullRequest } from './wire.ts';

/** Pull requests of which the reviewers and commits are asked for at the same time. */
const pullRequestsAtOnce = 8;

type Walk = (
  api: HarnessApi,
  repository: RepositoryInfo,
  page: number,
  since: Date | undefined,
) => Promise<{ info: Partial<DevInfo>; next: number | undefined; total: number | undefined }>;

const walks: Record<HistoryPage['of'], Walk> = {
  async branches(api, repository, page, since) {
    const query = { include_commit: true, sort: 'date', order: 'desc', page, limit: pageSize };
    const found = await readPage(api, api.repository(repository.name, '/branches', query), branch);
    const branches = found.items.flatMap(({ name, commit: head }) =>
      head == null ? [] : [toBranch(api, repository, name, head)],
    );
    const recent = branches.filter(({ head }) => since === undefined || head.at >= since);
    return {
      ...found,
      info: { branches: recent },
      next: recent.length < branches.length ? undefined : found.next,
    };
  },
  async commits(api, repository, page, since) {
    const found = await findCommits(api, repository, {
      git_ref: repository.defaultBranch,
      since: since && Math.floor(since.getTime() / 1000),
      page,
      limit: pageSize,
    });
    const { commits, next, total } = found ?? { commits: [], next: undefined, total: 0 };
    return { info: { commits: commits.map((one) => toCommit(api, repository, one)) }, next, total };
  },
  async 'pull-requests'(api, repository, page, since) {
    const query = {
      state: ['open', 'closed', 'merged'],
      sort: 'updated',
      order: 'desc',
      updated_gt: since?.getTime(),
      page,
      limit: pageSize,
    };
    const found = await readPage(api, api.repository(repository.name, '/pullreq', query), pullRequest);
    const info: DevInfo = { repository, branches: [], commits: [], pullRequests: [], gone: [] };
    for (let from = 0; from < found.items.length; from += pullRequestsAtOnce) {
      const some = found.items.slice(from, from + pullRequestsAtOnce);
      const loaded = await Promise.all(
        some.map(async (wire) => {
          const [reviewers, commits] = await Promise.all([
            listReviewers(api, repository, wire.number),
            listPullRequestCommits(api, repository, wire),
          ]);
          return { wire, reviewers, commits };
        }),
      );
      for (const { wire, reviewers, commits } of loaded) {
        info.commits.push(...commits.map((one) => toCommit(api, repository, one)));
        const shas = commits.map(({ sha }) => sha);
        info.pullRequests.push(toPullRequest(api, repository, wire, { reviewers, commits: shas }));
      }
    }
    return { ...found, info };
  },
};

/** Walks one kind of what a repository holds; the cursor is the number of the next page. */
export async function* history(
  api: HarnessApi,
  repository: RepositoryInfo,
  of: HistoryPage['of'],
  { since, cursor }: { since?: Date; cursor?: string },
): AsyncIterable<HistoryPage> {
  let page: number | undefined = cursor === undefined ? 1 : Number(cursor);
  while (page !== undefined) {
    const found: Awaited<ReturnType<Walk>> = await walks[of](api, repository, page, since);
    page = found.next;
    const info = { repository, branches: [], commits: [], pullRequests: [], gone: [], ...found.info };
    yield {
      of,
      info,
      cursor: page === undefined ? undefined : String(page),
      ...(found.total === undefined ? {} : { total: found.total }),
    };
  }
}
