import type { Touched } from '../../kit/code-host.ts';
import type { BranchInfo, DevInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { encodePath, type GiteaApi, pageSize, read, readAll } from './api.ts';
import { toBranch, toCommit, toPullRequest, toPushedCommit, toRepository } from './mapping.ts';
import {
  branch,
  commit,
  type PushHook,
  pullRequest,
  pushHook,
  repository as repositoryWire,
  review,
  type WireCommit,
  type WirePullRequest,
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
export async function load(api: GiteaApi, touched: Touched, { trust }: { trust: boolean }): Promise<DevInfo> {
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
      return nothing(await loadRepository(api, repository));
  }
}

/** By its id, which a rename does not change. @throws status-unexpected with the status 404 when it is not there */
async function loadRepository({ http, path }: GiteaApi, { id }: RepositoryInfo): Promise<RepositoryInfo> {
  const answer = await http.request({ method: 'GET', url: path(`/repositories/${id}`) });
  return toRepository(read(answer, repositoryWire));
}

/** Undefined when it is not there. */
export async function findBranch(
  api: GiteaApi,
  repository: RepositoryInfo,
  name: string,
): Promise<BranchInfo | undefined> {
  const answer = await api.http.request({
    method: 'GET',
    url: api.repository(repository.name, `/branches/${encodePath(name)}`),
    accept: [404],
  });
  if (answer.status === 404) return undefined;
  return toBranch(repository, name, toPushedCommit(repository, read(answer, branch).commit));
}

async function loadBranch(api: GiteaApi, repository: RepositoryInfo, name: string): Promise<DevInfo> {
  const found = await findBranch(api, repository, name);
  return found === undefined
    ? { ...nothing(repository), gone: [{ kind: 'branch', id: name }] }
    : { ...nothing(repository), branches: [found] };
}

type Push = Touched & { kind: 'push' };

async function loadPush(
  api: GiteaApi,
  repository: RepositoryInfo,
  push: Push,
  trust: boolean,
): Promise<DevInfo> {
  const body = pushHook.safeParse(push.hint).data;
  const head = body?.head_commit;
  const [commits, branchInfo] = await Promise.all([
    pushedCommits(api, repository, push, body),
    trust && head
      ? {
          ...nothing(repository),
          branches: [toBranch(repository, push.branch, toPushedCommit(repository, head))],
        }
      : loadBranch(api, repository, push.branch),
  ]);
  return { ...branchInfo, commits };
}

/** The commits of a push: of the hook when it has them all, else of the host, newest first. */
async function pushedCommits(
  api: GiteaApi,
  repository: RepositoryInfo,
  { branch: name, before, after }: Push,
  body: PushHook | undefined,
): Promise<DevInfo['commits']> {
  const own = (body?.commits ?? []).map((wire) => toPushedCommit(repository, wire));
  const total = body?.total_commits ?? own.length;
  // A new branch is told from the default one; what that has is known already.
  const not = before ?? (name === repository.defaultBranch ? undefined : repository.defaultBranch);
  if (total <= own.length || not === undefined) return own;
  const urlOf = (page: number) =>
    api.repository(repository.name, '/commits', { sha: after, not, ...lean, page, limit: pageSize });
  // `not` is left alone before Gitea 1.20: then the total says where the push ends.
  const found = await take(readAll(api, urlOf, commit, { orEmpty: true }), Math.min(total, mostCommits));
  return found.length === 0 ? own : found.map((wire) => toCommit(repository, wire));
}

/** What makes a list of commits slow and is of no use here. Files are listed without line counts in any case. */
export const lean = { stat: false, verification: false };

async function loadPullRequest(api: GiteaApi, repository: RepositoryInfo, number: number): Promise<DevInfo> {
  const [answer, parts] = await Promise.all([
    api.http.request({
      method: 'GET',
      url: api.repository(repository.name, `/pulls/${number}`),
      accept: [404],
    }),
    listParts(api, repository, number),
  ]);
  if (answer.status === 404) {
    return { ...nothing(repository), gone: [{ kind: 'pull-request', id: String(number) }] };
  }
  return { ...nothing(repository), ...joined(repository, read(answer, pullRequest), parts) };
}

type Parts = Awaited<ReturnType<typeof listParts>>;

/** What a pull request itself does not hold: its reviews and commits, none for one that is not there. */
export async function listParts(api: GiteaApi, repository: RepositoryInfo, number: number) {
  const list = (tail: string) => (page: number) =>
    api.repository(repository.name, `/pulls/${number}${tail}`, { page, limit: pageSize, ...lean });
  const [reviews, commits] = await Promise.all([
    take(readAll(api, list('/reviews'), review, { orEmpty: true }), mostCommits),
    take(readAll(api, list('/commits'), commit, { orEmpty: true }), mostCommits),
  ]);
  return { reviews, commits };
}

/** A pull request with its commits. */
export function joined(repository: RepositoryInfo, wire: WirePullRequest, { reviews, commits }: Parts) {
  const shas = commits.map(({ sha }: WireCommit) => sha);
  return {
    commits: commits.map((one) => toCommit(repository, one)),
    pullRequests: [toPullRequest(wire, { reviews, commits: shas })],
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
