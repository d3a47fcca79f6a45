import type { Touched } from '../../kit/code-host.ts';
import type { CommitInfo, DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type GitHubApi, listAll, pageSize, read, repositoryPath } from './api.ts';
import { toBranch, toCommit, toPullRequest, toPushedCommit, toRepository } from './mapping.ts';
import { loadPushedCommits } from './pushed-commits.ts';
import { commit, pullRequest, push as pushBody, repository as repositoryWire, review } from './wire.ts';

/** What is known of a repository when nothing was found in it. */
export const nothing = (repository: RepositoryInfo): DevInfo => ({
  repository,
  branches: [],
  commits: [],
  pullRequests: [],
  gone: [],
});

/** Completes what a hook touched; see kit's CodeHost. */
export async function load(
  api: GitHubApi,
  touched: Touched,
  { trust }: { trust: boolean },
): Promise<DevInfo> {
  const { repository } = touched;
  switch (touched.kind) {
    case 'branch':
      return touched.gone && trust
        ? goneBranch(repository, touched.name)
        : loadBranch(api, repository, touched.name);
    case 'push':
      return loadPush(api, repository, touched, trust);
    case 'pull-request':
      return loadPullRequest(api, repository, touched.number);
    case 'repository':
      return nothing(await loadRepository(api, repository.name));
  }
}

/** @throws status-unexpected with the status 404 when it is not there */
async function loadRepository(api: GitHubApi, name: string): Promise<RepositoryInfo> {
  const answer = await api.request({ method: 'GET', url: repositoryPath(name, '') });
  return toRepository(read(answer, repositoryWire));
}

const goneBranch = (repository: RepositoryInfo, name: string): DevInfo => ({
  ...nothing(repository),
  gone: [{ kind: 'branch', id: name }],
});

/** A commit with its files, by its id or by `heads/<branch>`; undefined when it is not there. */
export async function findCommit(
  api: GitHubApi,
  repository: RepositoryInfo,
  ref: string,
): Promise<CommitInfo | undefined> {
  const answer = await api.request({
    method: 'GET',
    url: repositoryPath(repository.name, `/commits/${encodeURIComponent(ref)}`),
    // 409: the repository is empty. 422: there is no such branch.
    accept: [404, 409, 422],
  });
  return answer.status >= 400 ? undefined : toCommit(repository, read(answer, commit));
}

async function loadBranch(api: GitHubApi, repository: RepositoryInfo, name: string): Promise<DevInfo> {
  const head = await findCommit(api, repository, `heads/${name}`);
  if (head === undefined) return goneBranch(repository, name);
  return { ...nothing(repository), branches: [toBranch(repository, name, head)] };
}

type Push = Touched & { kind: 'push' };

/** The head is asked for whole, so that it has its lines counted: one request a push. */
async function loadPush(
  api: GitHubApi,
  repository: RepositoryInfo,
  push: Push,
  trust: boolean,
): Promise<DevInfo> {
  const body = pushBody.safeParse(push.hint).data;
  const [found, commits] = await Promise.all([
    findCommit(api, repository, trust ? push.after : `heads/${push.branch}`),
    loadPushedCommits(api, repository, push, body),
  ]);
  // A hook can be faster than the copy of the repository that REST reads.
  const told = trust && body?.head_commit ? toPushedCommit(repository, body.head_commit) : undefined;
  const head = found ?? told;
  if (head === undefined) return goneBranch(repository, push.branch);
  return {
    ...nothing(repository),
    branches: [toBranch(repository, push.branch, head)],
    commits: commits.map((one) => (one.sha === found?.sha ? found : one)),
  };
}

/** A pull request with its reviewers, comments and commits, asked for side by side; `gone` when it is not there. */
export async function loadPullRequest(
  api: GitHubApi,
  repository: RepositoryInfo,
  number: number,
): Promise<DevInfo> {
  const at = (tail: string, query = {}) => repositoryPath(repository.name, `/pulls/${number}${tail}`, query);
  const [answer, reviews, commits] = await Promise.all([
    api.request({ method: 'GET', url: at(''), accept: [404] }),
    listAll(api, (page) => at('/reviews', { page, per_page: pageSize }), review),
    listAll(api, (page) => at('/commits', { page, per_page: pageSize }), commit),
  ]);
  if (answer.status === 404) {
    return { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] };
  }
  const own = commits.map((one) => toCommit(repository, one));
  return {
    ...nothing(repository),
    commits: own,
    pullRequests: [toPullRequest(repository, read(answer, pullRequest), { reviews, commits: own })],
  };
}
