import { z } from 'zod';
import type { Touched } from '../../kit/code-host.ts';
import { repositoryUnseen } from '../../kit/code-host-errors.ts';
import type { BranchInfo, DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { type BitbucketApi, pageSize, read, readAll, readPage } from './api.ts';
import { listFiles } from './files.ts';
import { toBranch, toCommit, toPullRequest, toRepository } from './mapping.ts';
import {
  commit,
  pullRequest,
  repository as repositoryWire,
  type WireCommit,
  type WirePullRequest,
} from './wire.ts';

/** A push of more commits than this shows its newest; Jira would be told of nothing that anybody reads. */
const mostCommits = 1_000;

const orEmpty = { orEmpty: true };

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
  // The hook alone does not know the address under which the host shows its pages.
  const repository = { ...touched.repository, url: api.page(touched.repository.name, '') };
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

/** @throws status-unexpected with the status 404 when it is not there */
export async function loadRepository(api: BitbucketApi, name: string): Promise<RepositoryInfo> {
  const answer = await api.http.request({ method: 'GET', url: api.repository(name, ''), accept: [404] });
  if (answer.status < 400) return toRepository(api, read(answer, repositoryWire));
  throw repositoryUnseen(name);
}

/** Undefined when the branch is not there. */
export async function findBranch(
  api: BitbucketApi,
  repository: RepositoryInfo,
  name: string,
): Promise<BranchInfo | undefined> {
  const url = api.repository(repository.name, '/commits', { until: `refs/heads/${name}`, limit: 1 });
  const [head] = (await readPage(api, url, commit, orEmpty)).items;
  return head && toBranch(api, repository, name, head);
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
  given: RepositoryInfo,
  push: Push,
  trust: boolean,
): Promise<DevInfo> {
  // A new branch is told from the default one: what that has is known already.
  const fallback = push.before === undefined ? await findDefaultBranch(api, given) : undefined;
  const repository = fallback === undefined ? given : { ...given, defaultBranch: fallback };
  const isDefault = fallback === push.branch;
  const since = push.before ?? (fallback === undefined || isDefault ? undefined : `refs/heads/${fallback}`);
  const [commits, files] = await Promise.all([
    listPushed(api, repository, push.after, since),
    listFiles(api, repository, push.after),
  ]);
  const head = commits.find(({ id }) => id === push.after);
  const branchInfo =
    trust && head !== undefined
      ? { ...nothing(repository), branches: [toBranch(api, repository, push.branch, head)] }
      : await loadBranch(api, repository, push.branch);
  // Of the last commit only: each of the others would be a request.
  const told = commits.map((wire) => ({
    ...toCommit(api, repository, wire),
    ...(wire.id === push.after ? files : {}),
  }));
  return { ...branchInfo, commits: told };
}

/** Newest first. Without a commit before, the head alone: everything else may be older than the link. */
async function listPushed(
  api: BitbucketApi,
  repository: RepositoryInfo,
  until: string,
  since: string | undefined,
): Promise<WireCommit[]> {
  const list = (start: number) =>
    api.repository(repository.name, '/commits', { until, since, start, limit: since ? pageSize : 1 });
  // A force-push may have taken the commits away meanwhile.
  return take(readAll(api, list, commit, orEmpty), since === undefined ? 1 : mostCommits);
}

/** Undefined for a repository that has none, or that is not there. */
async function findDefaultBranch(
  { http, repository: path }: BitbucketApi,
  { name }: RepositoryInfo,
): Promise<string | undefined> {
  // 204 while nothing was pushed to it.
  const answer = await http.request({ method: 'GET', url: path(name, '/default-branch'), accept: [404] });
  if (answer.status !== 200) return undefined;
  return read(answer, z.object({ displayId: z.string() })).displayId;
}

async function loadPullRequest(
  api: BitbucketApi,
  repository: RepositoryInfo,
  number: number,
): Promise<DevInfo> {
  const url = api.repository(repository.name, `/pull-requests/${number}`);
  const [answer, commits] = await Promise.all([
    api.http.request({ method: 'GET', url, accept: [404] }),
    listPullRequestCommits(api, repository, number),
  ]);
  if (answer.status === 404) {
    return { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] };
  }
  return { ...nothing(repository), ...joined(api, repository, read(answer, pullRequest), commits) };
}

/** None for one that is not there. */
export function listPullRequestCommits(
  api: BitbucketApi,
  repository: RepositoryInfo,
  number: number,
): Promise<WireCommit[]> {
  const list = (start: number) =>
    api.repository(repository.name, `/pull-requests/${number}/commits`, { start, limit: pageSize });
  return take(readAll(api, list, commit, orEmpty), mostCommits);
}

/** A pull request with its commits. */
export function joined(
  api: BitbucketApi,
  repository: RepositoryInfo,
  wire: WirePullRequest,
  commits: WireCommit[],
) {
  const shas = commits.map(({ id }) => id);
  return {
    commits: commits.map((one) => toCommit(api, repository, one)),
    pullRequests: [toPullRequest(api, repository, wire, shas)],
  };
}

async function take<T>(items: AsyncIterable<T>, most: number): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length === most) break;
  }
  return found;
}
