import { z } from 'zod';
import type { Touched } from '../../kit/code-host.ts';
import type { DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { TielineError } from '../../kit/errors.ts';
import { type HarnessApi, pageSize, read, readAll } from './api.ts';
import { toBranch, toCommit, toPullRequest, toRepository } from './mapping.ts';
import {
  branch,
  commit,
  type HookBody,
  hookBody,
  pullRequest,
  repository as repositoryWire,
  reviewer,
  type WireCommit,
} from './wire.ts';

/** A push of more commits than this shows its newest; Jira would be told of nothing that anybody reads. */
const mostCommits = 1_000;

const commitList = z.object({ commits: z.array(commit) });

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
      return { ...nothing(repository), repository: await loadRepository(api, repository.name) };
  }
}

/** @throws status-unexpected when it is not there */
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

/** Commits with their files, newest first; undefined when git has them no longer. */
async function listWithFiles(
  api: HarnessApi,
  repository: RepositoryInfo,
  range: { git_ref: string; after?: string },
  most: number,
): Promise<WireCommit[] | undefined> {
  const found: WireCommit[] = [];
  const limit = Math.min(pageSize, most);
  for (let page = 1; found.length < most; page += 1) {
    const query = { ...range, include_stats: true, page, limit };
    const answer = await api.http.request({
      method: 'GET',
      url: api.repository(repository.name, '/commits', query),
      accept: [400, 404],
    });
    if (answer.status >= 400) return undefined;
    const { commits } = read(answer, commitList);
    found.push(...commits);
    if (commits.length < limit) break;
  }
  return found.slice(0, most);
}

async function loadPullRequest(
  api: HarnessApi,
  repository: RepositoryInfo,
  number: number,
): Promise<DevInfo> {
  const at = (tail: string, query = {}) =>
    api.repository(repository.name, `/pullreq/${number}${tail}`, query);
  const [answer, reviewers] = await Promise.all([
    api.http.request({ method: 'GET', url: at(''), accept: [404] }),
    listReviewers(api, at('/reviewers')),
  ]);
  if (answer.status === 404) {
    return { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] };
  }
  const wire = read(answer, pullRequest);
  const { source_sha: head, merge_base_sha: base } = wire;
  // Its own list of commits tells nothing of their files.
  const withFiles =
    head != null && base != null
      ? await listWithFiles(api, repository, { git_ref: head, after: base }, mostCommits)
      : undefined;
  const commits = withFiles ?? (await listCommits(api, (page) => at('/commits', { page, limit: pageSize })));
  return {
    ...nothing(repository),
    commits: commits.map((one) => toCommit(api, repository, one)),
    pullRequests: [
      toPullRequest(api, repository, wire, { reviewers, commits: commits.map(({ sha }) => sha) }),
    ],
  };
}

async function listReviewers(api: HarnessApi, url: string) {
  const answer = await api.http.request({ method: 'GET', url, accept: [404] });
  return answer.status === 404 ? [] : read(answer, z.array(reviewer));
}

/** The commits of a pull request, as many as are worth showing; none for one that is not there. */
async function listCommits(api: HarnessApi, urlOf: (page: number) => string): Promise<WireCommit[]> {
  const found: WireCommit[] = [];
  try {
    for await (const one of readAll(api, urlOf, commit)) {
      found.push(one);
      if (found.length === mostCommits) break;
    }
  } catch (thrown) {
    // Its neighbour says that it is not there, or that its commits are gone from git.
    const isGone = thrown instanceof TielineError && thrown.details.status === 404;
    if (!isGone) throw thrown;
  }
  return found;
}

export { listCommits, listReviewers };
