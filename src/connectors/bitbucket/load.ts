import type { Touched } from '../../kit/code-host.ts';
import { repositoryUnseen } from '../../kit/code-host-errors.ts';
import type { BranchInfo, DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type BitbucketApi, encodePath, pageSize, read, readAll, repositoryPath } from './api.ts';
import { listFiles } from './files.ts';
import { toBranch, toCommit, toPullRequest, toRepository } from './mapping.ts';
import {
  branch,
  commit,
  pullRequest,
  repository as repositoryWire,
  type WholeChange,
  type WireCommit,
  type WirePullRequest,
  wholeChange,
} from './wire.ts';

/** A push of more commits than this shows its newest; Jira would be told of nothing that anybody reads. */
const mostCommits = 1_000;

const nothing = (repository: RepositoryInfo): DevInfo => ({
  repository,
  branches: [],
  commits: [],
  pullRequests: [],
  gone: [],
});

/** Completes what a hook touched; see kit's CodeHost. */
export async function load(
  api: BitbucketApi,
  touched: Touched,
  { trust }: { trust: boolean },
): Promise<DevInfo> {
  const { repository } = touched;
  switch (touched.kind) {
    case 'branch':
      return touched.gone && trust
        ? { ...nothing(repository), gone: [{ kind: 'branch', id: touched.name }] }
        : loadBranch(api, repository, touched.name);
    case 'push':
      return loadPush(api, repository, touched, trust);
    case 'pull-request':
      return loadPullRequest(api, repository, touched.number);
    case 'repository':
      return nothing(await loadRepository(api, repository.name));
  }
}

/** Undefined when it is not there. */
async function findRepository(api: BitbucketApi, name: string): Promise<RepositoryInfo | undefined> {
  const answer = await api.http.request({ method: 'GET', url: repositoryPath(name, ''), accept: [404] });
  return answer.status === 404 ? undefined : toRepository(read(answer, repositoryWire));
}

/** @throws status-unexpected with the status 404 when it is not there */
export async function loadRepository(api: BitbucketApi, name: string): Promise<RepositoryInfo> {
  const found = await findRepository(api, name);
  if (found !== undefined) return found;
  throw repositoryUnseen(name);
}

/** Undefined when it is not there. */
export async function findBranch(
  api: BitbucketApi,
  repository: RepositoryInfo,
  name: string,
): Promise<BranchInfo | undefined> {
  const answer = await api.http.request({
    method: 'GET',
    url: repositoryPath(repository.name, `/refs/branches/${encodePath(name)}`),
    accept: [404],
  });
  return answer.status === 404 ? undefined : toBranch(repository, name, read(answer, branch).target);
}

async function loadBranch(api: BitbucketApi, repository: RepositoryInfo, name: string): Promise<DevInfo> {
  const found = await findBranch(api, repository, name);
  return found === undefined
    ? { ...nothing(repository), gone: [{ kind: 'branch', id: name }] }
    : { ...nothing(repository), branches: [found] };
}

type Push = Touched & { kind: 'push' };

async function loadPush(
  api: BitbucketApi,
  repository: RepositoryInfo,
  push: Push,
  trust: boolean,
): Promise<DevInfo> {
  const change = wholeChange.safeParse(push.hint).data;
  const [commits, files, branchInfo] = await Promise.all([
    listPushed(api, repository, push, change),
    listFiles(api, repository, push.after),
    trust && change !== undefined
      ? { ...nothing(repository), branches: [toBranch(repository, push.branch, change.new.target)] }
      : loadBranch(api, repository, push.branch),
  ]);
  // Of the last commit only: each of the others would be a request.
  const told = commits.map((wire) => ({
    ...toCommit(repository, wire),
    ...(wire.hash === push.after ? files : {}),
  }));
  return { ...branchInfo, commits: told };
}

/** The commits of a push: of the hook when it has them all, else of the host, newest first. */
async function listPushed(
  api: BitbucketApi,
  repository: RepositoryInfo,
  { branch: name, before, after }: Push,
  change: WholeChange | undefined,
): Promise<WireCommit[]> {
  const own = change?.commits ?? [];
  if (change !== undefined && change.truncated !== true) return own;
  // A new branch is told from the main one; what that has is known already.
  const exclude = before ?? (await findRepository(api, repository.name))?.defaultBranch;
  // What the main branch begins with may be older than the link, and is left to the backfill.
  if (exclude === undefined || exclude === name) return own;
  const query = { include: after, exclude, pagelen: pageSize };
  const list = readAll(api, repositoryPath(repository.name, '/commits', query), commit, { orEmpty: true });
  const found = await take(list);
  // A force-push may have taken the commits away meanwhile.
  return found.length === 0 ? own : found;
}

async function loadPullRequest(
  api: BitbucketApi,
  repository: RepositoryInfo,
  number: number,
): Promise<DevInfo> {
  const url = repositoryPath(repository.name, `/pullrequests/${number}`);
  const [answer, commits] = await Promise.all([
    api.http.request({ method: 'GET', url, accept: [404] }),
    listPullRequestCommits(api, repository, number),
  ]);
  if (answer.status === 404) {
    return { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] };
  }
  return { ...nothing(repository), ...joined(repository, read(answer, pullRequest), commits) };
}

/** None for one that is not there, or whose fork is gone. */
export function listPullRequestCommits(
  api: BitbucketApi,
  { name }: RepositoryInfo,
  number: number,
): Promise<WireCommit[]> {
  const url = repositoryPath(name, `/pullrequests/${number}/commits`, { pagelen: pageSize });
  return take(readAll(api, url, commit, { orEmpty: true }));
}

/** A pull request with its commits. */
export function joined(repository: RepositoryInfo, wire: WirePullRequest, commits: WireCommit[]) {
  const hashes = commits.map(({ hash }) => hash);
  return {
    commits: commits.map((one) => toCommit(repository, one)),
    pullRequests: [toPullRequest(repository, wire, hashes)],
  };
}

async function take<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length === mostCommits) break;
  }
  return found;
}
