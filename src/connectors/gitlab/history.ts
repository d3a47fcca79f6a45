import { z } from 'zod';
import type { HistoryPage } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import type { Http } from '../../kit/http.ts';
import { nextPage, numberIn, pageSize, projectPath, read } from './api.ts';
import { completePullRequest, nothing } from './load.ts';
import { toBranch, toCommit } from './mapping.ts';
import { branch, commit, mergeRequest } from './wire.ts';

/** Each costs three more requests: a page cut off by a rate limit should not have cost many. */
const pullRequestsAPage = 20;
const pullRequestsAtOnce = 5;

type Walk = (
  http: Http,
  repository: RepositoryInfo,
  page: number,
  since: Date | undefined,
) => Promise<{ info: Partial<DevInfo>; next: number | undefined; total?: number }>;

const walks: Record<HistoryPage['of'], Walk> = {
  async branches(http, repository, page, since) {
    const query = { sort: 'updated_desc', page, per_page: pageSize };
    const url = projectPath(repository.id, '/repository/branches', query);
    const answer = await http.request({ method: 'GET', url });
    const listed = read(answer, z.array(branch));
    const times = listed.map(({ commit }) => (commit.committed_date ?? commit.authored_date).getTime());
    const from = since?.getTime() ?? 0;
    const recent = listed.filter((_, index) => (times[index] ?? 0) >= from);
    // Versions before 16.4 list by name, whatever is asked: then the recent ones may be on any page.
    const isOrdered = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0));
    const isLast = isOrdered && recent.length < listed.length;
    return {
      info: {
        branches: recent.map(({ name, commit: head }) =>
          toBranch(repository, name, toCommit(repository, head)),
        ),
      },
      next: isLast ? undefined : nextPage(answer),
      total: numberIn(answer, 'x-total'),
    };
  },

  async commits(http, repository, page, since) {
    const query = {
      ref_name: repository.defaultBranch,
      since: since?.toISOString(),
      page,
      per_page: pageSize,
    };
    const url = projectPath(repository.id, '/repository/commits', query);
    // 404: the repository is empty.
    const answer = await http.request({ method: 'GET', url, accept: [404] });
    if (answer.status === 404) return { info: {}, next: undefined, total: 0 };
    const commits = read(answer, z.array(commit)).map((one) => toCommit(repository, one));
    return { info: { commits }, next: nextPage(answer), total: numberIn(answer, 'x-total') };
  },

  async 'pull-requests'(http, repository, page, since) {
    const query = {
      state: 'all',
      order_by: 'updated_at',
      sort: 'desc',
      updated_after: since?.toISOString(),
      page,
      per_page: pullRequestsAPage,
    };
    const url = projectPath(repository.id, '/merge_requests', query);
    const answer = await http.request({ method: 'GET', url });
    const listed = read(answer, z.array(mergeRequest));
    const info = nothing(repository);
    for (let from = 0; from < listed.length; from += pullRequestsAtOnce) {
      const some = listed.slice(from, from + pullRequestsAtOnce);
      for (const one of await Promise.all(some.map((wire) => completePullRequest(http, repository, wire)))) {
        info.pullRequests.push(...one.pullRequests);
        info.commits.push(...one.commits);
      }
    }
    return { info, next: nextPage(answer), total: numberIn(answer, 'x-total') };
  },
};

/** Walks one kind of what a repository holds; the cursor is the number of the next page. */
export async function* history(
  http: Http,
  repository: RepositoryInfo,
  of: HistoryPage['of'],
  { since, cursor }: { since?: Date; cursor?: string },
): AsyncIterable<HistoryPage> {
  let page: number | undefined = Number(cursor ?? 1);
  while (page !== undefined) {
    const found: Awaited<ReturnType<Walk>> = await walks[of](http, repository, page, since);
    page = found.next;
    yield {
      of,
      info: { ...nothing(repository), ...found.info },
      cursor: page?.toString(),
      ...(found.total === undefined ? {} : { total: found.total }),
    };
  }
}
