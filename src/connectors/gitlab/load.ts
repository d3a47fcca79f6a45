import { z } from 'zod';
import type { Touched } from '../../kit/code-host.ts';
import type { CommitInfo, DevInfo, FileChange, RepositoryInfo } from '../../kit/dev-info.ts';
import type { Http } from '../../kit/http.ts';
import { find, numberIn, pageSize, projectPath, read, readAll } from './api.ts';
import {
  mostFiles,
  toBranch,
  toCommit,
  toFiles,
  toPullRequest,
  toPushedCommit,
  toRepository,
} from './mapping.ts';
import {
  approvals,
  branch,
  commit,
  fileDiff,
  mergeRequest,
  project,
  push as pushBody,
  reviewer,
  type WireMergeRequest,
} from './wire.ts';

/** More commits than these are not carried: Jira would be told of nothing that anybody reads. */
const mostCommits = 1_000;

/** What is known of a repository when nothing was found in it. */
export const nothing = (repository: RepositoryInfo): DevInfo => ({
  repository,
  branches: [],
  commits: [],
  pullRequests: [],
  gone: [],
});

/** Completes what a hook touched; see kit's CodeHost. */
export async function load(http: Http, touched: Touched, { trust }: { trust: boolean }): Promise<DevInfo> {
  const { repository } = touched;
  switch (touched.kind) {
    case 'branch': {
      const isGone = touched.gone && trust;
      const head = isGone ? undefined : await findHead(http, repository, touched.name);
      return branchInfo(repository, touched.name, head);
    }
    case 'push':
      return loadPush(http, repository, touched, trust);
    case 'pull-request':
      return loadPullRequest(http, repository, touched.number);
    case 'repository':
      return nothing(await loadRepository(http, repository.id));
  }
}

/** @throws status-unexpected with the status 404 when it is not there */
async function loadRepository(http: Http, id: string): Promise<RepositoryInfo> {
  return toRepository(read(await http.request({ method: 'GET', url: projectPath(id, '') }), project));
}

const branchInfo = (repository: RepositoryInfo, name: string, head: CommitInfo | undefined): DevInfo =>
  head === undefined
    ? { ...nothing(repository), gone: [{ kind: 'branch', id: name }] }
    : { ...nothing(repository), branches: [toBranch(repository, name, head)] };

/** The head of a branch; undefined when there is no such branch. */
async function findHead(
  http: Http,
  repository: RepositoryInfo,
  name: string,
): Promise<CommitInfo | undefined> {
  const url = projectPath(repository.id, `/repository/branches/${encodeURIComponent(name)}`);
  const found = await find(http, url, branch);
  return found && toCommit(repository, found.commit);
}

async function findCommit(
  http: Http,
  repository: RepositoryInfo,
  sha: string,
): Promise<CommitInfo | undefined> {
  const url = projectPath(repository.id, `/repository/commits/${encodeURIComponent(sha)}`);
  const found = await find(http, url, commit);
  return found && toCommit(repository, found);
}

type Push = Touched & { kind: 'push' };

/**
 * A hook lists the newest twenty commits with the names of their files; REST lists all, tells merges and the times of
 * authors, and counts lines in the diff of the last.
 */
async function loadPush(
  http: Http,
  repository: RepositoryInfo,
  push: Push,
  trust: boolean,
): Promise<DevInfo> {
  const body = pushBody.safeParse(push.hint).data;
  const told = (body?.commits ?? []).map((one) => toPushedCommit(repository, one));
  const [found, listed, files] = await Promise.all([
    trust ? findCommit(http, repository, push.after) : findHead(http, repository, push.branch),
    listPushed(http, repository, push),
    findFiles(http, repository, push.after),
  ]);
  // A hook can be faster than the copy of the repository that REST reads.
  const head = found ?? (trust ? told.find(({ sha }) => sha === push.after) : undefined);
  const filesOf = new Map(told.map((one) => [one.sha, { files: one.files, fileCount: one.fileCount }]));
  if (files !== undefined) filesOf.set(push.after, files);
  const commits = listed.length === 0 ? told : listed;
  return {
    ...branchInfo(repository, push.branch, head),
    commits: commits.map((one) => ({ ...one, ...filesOf.get(one.sha) })),
  };
}

/** What a push brought, newest first; of a new branch what the default one has not. Nothing when it is gone from git. */
async function listPushed(http: Http, repository: RepositoryInfo, push: Push): Promise<CommitInfo[]> {
  const base =
    push.before ?? (push.branch === repository.defaultBranch ? undefined : repository.defaultBranch);
  if (base === undefined) return [];
  const range = `${base}..${push.after}`;
  return listCommits(http, repository, (page) =>
    projectPath(repository.id, '/repository/commits', { ref_name: range, page, per_page: pageSize }),
  );
}

async function listCommits(
  http: Http,
  repository: RepositoryInfo,
  urlOf: (page: number) => string,
): Promise<CommitInfo[]> {
  const found: CommitInfo[] = [];
  // 400: a version of 2022 took no ranges of commits; the hook lists the newest twenty.
  for await (const one of readAll(http, urlOf, commit, [400, 404])) {
    found.push(toCommit(repository, one));
    if (found.length === mostCommits) break;
  }
  return found;
}

async function findFiles(
  http: Http,
  repository: RepositoryInfo,
  sha: string,
): Promise<{ files: FileChange[]; fileCount: number } | undefined> {
  const tail = `/repository/commits/${encodeURIComponent(sha)}/diff`;
  const url = projectPath(repository.id, tail, { per_page: mostFiles });
  const answer = await http.request({ method: 'GET', url, accept: [404] });
  if (answer.status === 404) return undefined;
  const files = toFiles(repository, sha, read(answer, z.array(fileDiff)));
  return { files: files.slice(0, mostFiles), fileCount: numberIn(answer, 'x-total') ?? files.length };
}

async function loadPullRequest(http: Http, repository: RepositoryInfo, number: number): Promise<DevInfo> {
  const [found, rest] = await Promise.all([
    find(http, projectPath(repository.id, `/merge_requests/${number}`), mergeRequest),
    loadRest(http, repository, number),
  ]);
  return found === undefined
    ? { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] }
    : pullRequestInfo(repository, found, rest);
}

/** A merge request of a list, completed. */
export async function completePullRequest(
  http: Http,
  repository: RepositoryInfo,
  wire: WireMergeRequest,
): Promise<DevInfo> {
  return pullRequestInfo(repository, wire, await loadRest(http, repository, wire.iid));
}

/** What a merge request does not tell of itself, asked for side by side. */
async function loadRest(http: Http, repository: RepositoryInfo, number: number) {
  const at = (tail: string, query = {}) =>
    projectPath(repository.id, `/merge_requests/${number}${tail}`, query);
  const [reviewers, approved, commits] = await Promise.all([
    find(http, at('/reviewers'), z.array(reviewer)),
    // Approvals can be switched off.
    find(http, at('/approvals'), approvals, [403, 404]),
    listCommits(http, repository, (page) => at('/commits', { page, per_page: pageSize })),
  ]);
  return {
    reviewers: reviewers ?? [],
    approvedBy: (approved?.approved_by ?? []).map(({ user }) => user),
    commits,
  };
}

function pullRequestInfo(
  repository: RepositoryInfo,
  wire: WireMergeRequest,
  { commits, ...rest }: Awaited<ReturnType<typeof loadRest>>,
): DevInfo {
  const more = { ...rest, commits: commits.map(({ sha }) => sha) };
  return { ...nothing(repository), commits, pullRequests: [toPullRequest(repository, wire, more)] };
}
