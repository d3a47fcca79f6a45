import { z } from 'zod';
import type { Touched } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { TielineError } from '../../kit/errors.ts';
import { type HarnessApi, read } from './api.ts';
import { listPullRequestCommits, listWithFiles, mostCommits } from './commits.ts';
import { toBranch, toCommit, toPullRequest, toRepository } from './mapping.ts';
import {
  branch,
  type HookBody,
  hookBody,
  pullRequest,
  repository as repositoryWire,
  reviewer,
  type WireCommit,
} from './wire.ts';

const nothing = (repository: RepositoryInfo): DevInfo => ({
  repository,
  branches: [],
  commits: [],
  pullRequests: [],
  gone: [],
});

/** Completes what a hook touched; see kit's CodeHost. */
export async function load(
  api: HarnessApi,
  touched: Touched,
  { trust }: { trust: boolean },
): Promise<DevInfo> {
  // The hook alone does not know where the host shows its pages.
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
async function loadRepository(api: HarnessApi, name: string): Promise<RepositoryInfo> {
  const answer = await api.http.request({ method: 'GET', url: api.repository(name, '') });
  return toRepository(api, read(answer, repositoryWire));
}

async function loadBranch(api: HarnessApi, repository: RepositoryInfo, name: string): Promise<DevInfo> {
  const answer = await api.http.request({
    method: 'GET',
    url: api.repository(repository.name, `/branches/${encodeURIComponent(name)}`),
    accept: [404],
  });
  if (answer.status === 404) return { ...nothing(repository), gone: [{ kind: 'branch', id: name }] };
  const found = read(answer, branch);
  if (found.commit == null) {
    throw new TielineError('answer-unexpected', `${answer.url} tells a branch without its commit`);
  }
  return { ...nothing(repository), branches: [toBranch(api, repository, name, found.commit)] };
}

type Push = Touched & { kind: 'push' };

async function loadPush(
  api: HarnessApi,
  repository: RepositoryInfo,
  push: Push,
  trust: boolean,
): Promise<DevInfo> {
  const body = hookBody.safeParse(push.hint).data;
  const [commits, branchInfo] = await Promise.all([
    pushedCommits(api, repository, push, body),
    trust && body?.head_commit != null
      ? { ...nothing(repository), branches: [toBranch(api, repository, push.branch, body.head_commit)] }
      : loadBranch(api, repository, push.branch),
  ]);
  return { ...branchInfo, commits: commits.map((wire) => toCommit(api, repository, wire)) };
}

/** The commits of a push: of the hook when it has them all, else of the host, newest first. */
async function pushedCommits(
  api: HarnessApi,
  repository: RepositoryInfo,
  { before, after }: Push,
  body: HookBody | undefined,
): Promise<WireCommit[]> {
  const own = body?.commits ?? (body?.head_commit ? [body.head_commit] : []);
  // A new branch brings what is on others already: its head tells enough. The hook tells it without its files.
  if (before === undefined) return (await listWithFiles(api, repository, { git_ref: after }, 1)) ?? own;
  if (body?.total_commits_count != null && body.total_commits_count <= own.length) return own;
  // A force-push may have taken the commits away meanwhile.
  return (await listWithFiles(api, repository, { git_ref: after, after: before }, mostCommits)) ?? own;
}

async function loadPullRequest(
  api: HarnessApi,
  repository: RepositoryInfo,
  number: number,
): Promise<DevInfo> {
  const [answer, reviewers] = await Promise.all([
    api.http.request({
      method: 'GET',
      url: api.repository(repository.name, `/pullreq/${number}`),
      accept: [404],
    }),
    listReviewers(api, repository, number),
  ]);
  if (answer.status === 404) {
    return { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] };
  }
  const wire = read(answer, pullRequest);
  const commits = await listPullRequestCommits(api, repository, wire);
  return {
    ...nothing(repository),
    commits: commits.map((one) => toCommit(api, repository, one)),
    pullRequests: [
      toPullRequest(api, repository, wire, { reviewers, commits: commits.map(({ sha }) => sha) }),
    ],
  };
}

/** None for a pull request that is not there. */
export async function listReviewers(api: HarnessApi, repository: RepositoryInfo, number: number) {
  const url = api.repository(repository.name, `/pullreq/${number}/reviewers`);
  const answer = await api.http.request({ method: 'GET', url, accept: [404] });
  return answer.status === 404 ? [] : read(answer, z.array(reviewer));
}
