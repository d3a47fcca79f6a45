import type { HistoryPage } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import {
  type BitbucketApi,
  pageSize,
  pullRequestPageSize,
  readPage,
  repositoryPath,
  turnPage,
} from './api.ts';
import { joined, listPullRequestCommits } from './load.ts';
import { toBranch, toCommit } from './mapping.ts';
import { branch, commit, pullRequest } from './wire.ts';

/** Pull requests of which the commits are asked for at the same time. */
const pullRequestsAtOnce = 8;

interface Walked {
  info: Partial<DevInfo>;
  next: string | undefined;
  total: number | undefined;
}

interface Walk {
  /** The first page. */
  url(repository: RepositoryInfo): string;
  read(api: BitbucketApi, repository: RepositoryInfo, url: string, since: Date | undefined): Promise<Walked>;
}

const orEmpty = { orEmpty: true };

/** What is not older than `since`; the list is newest first, so an older one ends the walk. */
function cut<T>(
  found: { items: T[]; next: string | undefined },
  since: Date | undefined,
  at: (item: T) => Date | null | undefined,
): { recent: T[]; next: string | undefined } {
  const recent = found.items.filter((item) => since === undefined || (at(item) ?? since) >= since);
  return { recent, next: recent.length < found.items.length ? undefined : found.next };
}

const walks: Record<HistoryPage['of'], Walk> = {
  branches: {
    url: ({ name }) => repositoryPath(name, '/refs/branches', { sort: '-target.date', pagelen: pageSize }),
    async read(api, repository, url, since) {
      const found = await readPage(api, url, branch, orEmpty);
      const { recent, next } = cut(found, since, ({ target }) => target.date);
      const branches = recent.map(({ name, target }) => toBranch(repository, name, target));
      return { info: { branches }, next, total: found.total };
    },
  },
  commits: {
    url: ({ name, defaultBranch }) =>
      repositoryPath(name, '/commits', { include: defaultBranch, pagelen: pageSize }),
    async read(api, repository, url, since) {
      const found = await readPage(api, url, commit, orEmpty);
      const { recent, next } = cut(found, since, ({ date }) => date);
      return { info: { commits: recent.map((one) => toCommit(repository, one)) }, next, total: found.total };
    },
  },
  'pull-requests': {
    url: ({ name }) =>
      repositoryPath(name, '/pullrequests', {
        state: ['OPEN', 'MERGED', 'DECLINED', 'SUPERSEDED'],
        sort: '-updated_on',
        // Reviewers with their verdicts are left out of lists unless asked for.
        fields: '+values.participants',
        pagelen: pullRequestPageSize,
      }),
    async read(api, repository, url, since) {
      const found = await readPage(api, url, pullRequest, orEmpty);
      const { recent, next } = cut(found, since, ({ updated_on: at }) => at);
      const info: Pick<DevInfo, 'commits' | 'pullRequests'> = { commits: [], pullRequests: [] };
      for (let from = 0; from < recent.length; from += pullRequestsAtOnce) {
        const some = recent.slice(from, from + pullRequestsAtOnce);
        const loaded = await Promise.all(
          some.map(async (wire) =>
            joined(repository, wire, await listPullRequestCommits(api, repository, wire.id)),
          ),
        );
        info.commits.push(...loaded.flatMap(({ commits }) => commits));
        info.pullRequests.push(...loaded.flatMap(({ pullRequests }) => pullRequests));
      }
      return { info, next, total: found.total };
    },
  },
};

/**
 * Walks one kind of what a repository holds; the cursor is the query of the next page.
 * @throws rate-limited when live events would come short
 */
export async function* history(
  api: BitbucketApi,
  repository: RepositoryInfo,
  of: HistoryPage['of'],
  { since, cursor }: { since?: Date; cursor?: string },
): AsyncIterable<HistoryPage> {
  const first = walks[of].url(repository);
  let url: string | undefined = cursor === undefined ? first : turnPage(first, cursor);
  while (url !== undefined) {
    api.assertSpare();
    const { info, next, total }: Walked = await walks[of].read(api, repository, url, since);
    url = next === undefined ? undefined : turnPage(first, next);
    yield {
      of,
      info: { repository, branches: [], commits: [], pullRequests: [], gone: [], ...info },
      cursor: next,
      ...(total === undefined ? {} : { total }),
    };
  }
}
