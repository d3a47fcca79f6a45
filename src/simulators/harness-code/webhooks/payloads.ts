import type { Commit, FileChange } from '../git/commit.ts';
import { nilSha } from '../git/repository.ts';
import { linksOf } from '../links.ts';
import type { Activity, PullRequest } from '../pull-request.ts';
import type { Principal, Repository, World } from '../world.ts';

type Json = Record<string, unknown>;

/** More commits than these are not told: `total_commits_count` alone says that there are more. */
const mostCommits = 20;

const principalInfo = (one: Principal): Json => ({
  id: one.id,
  uid: one.uid,
  display_name: one.displayName,
  email: one.email,
  type: one.type,
  created: one.created,
  updated: one.updated,
});

function repositoryInfo(world: World, repository: Repository): Json {
  const links = linksOf(world, repository);
  return {
    id: repository.id,
    path: world.pathOf(repository),
    identifier: repository.identifier,
    description: repository.description,
    default_branch: repository.defaultBranch,
    url: links.page,
    git_url: links.git,
    git_ssh_url: '',
    uid: repository.identifier,
  };
}

/** Paths by what happened to them; a rename is an addition and a removal. */
function filesOf(changes: FileChange[]): Json {
  const paths = (wanted: FileChange['status'][], pick: (one: FileChange) => string) =>
    changes.filter(({ status }) => wanted.includes(status)).map(pick);
  return {
    added: paths(['ADDED', 'COPIED', 'RENAMED'], (one) => one.path),
    removed: paths(['DELETED', 'RENAMED'], (one) => one.oldPath),
    modified: paths(['MODIFIED'], (one) => one.path),
  };
}

function commitInfo(world: World, repository: Repository, commit: Commit, changes: FileChange[] = []): Json {
  const signature = ({ name, email, when }: Commit['author']) => ({ identity: { name, email }, when });
  return {
    sha: commit.sha,
    message: commit.message,
    author: signature(commit.author),
    committer: signature(commit.committer),
    url: linksOf(world, repository).commit(commit.sha),
    ...filesOf(changes),
  };
}

/** One commit, whose files are not told: the host does not look them up for it. */
async function singleCommit(world: World, repository: Repository, sha: string): Promise<Json> {
  const commit = commitInfo(world, repository, await repository.git.getCommit(sha));
  return { head_commit: commit, commit };
}

/** What was pushed. Undefined where the host finds no commit, as after going back: it then sends nothing at all. */
async function pushedCommits(
  world: World,
  repository: Repository,
  oldSha: string,
  newSha: string,
): Promise<Json | undefined> {
  const range = { from: newSha, after: oldSha };
  const commits = await repository.git.listCommits({ ...range, limit: mostCommits });
  if (commits.length === 0) return undefined;
  const changes = await repository.git.listChanges(commits.map((one) => one.sha));
  const infos = commits.map((one) => commitInfo(world, repository, one, changes.get(one.sha)));
  const total =
    commits.length < mostCommits
      ? commits.length
      : await repository.git.countCommits(range.from, range.after);
  return { head_commit: infos[0], commits: infos, total_commits_count: total, commit: infos[0] };
}

const base = (world: World, trigger: string, repository: Repository, by: Principal): Json => ({
  trigger,
  repo: repositoryInfo(world, repository),
  principal: principalInfo(by),
});

/** A change of a branch or a tag; the nil id stands for nothing before or after. */
export interface RefChange {
  ref: string;
  oldSha: string;
  newSha: string;
  forced: boolean;
}

/** The body for a change of a branch or a tag, or undefined where the host would fail to make one. */
export async function refPayload(
  world: World,
  trigger: string,
  repository: Repository,
  by: Principal,
  { ref, oldSha, newSha, forced }: RefChange,
): Promise<Json | undefined> {
  let details: Json | undefined = {};
  if (oldSha === nilSha) details = await singleCommit(world, repository, newSha);
  else if (newSha !== nilSha) details = await pushedCommits(world, repository, oldSha, newSha);
  if (details === undefined) return undefined;
  return {
    ...base(world, trigger, repository, by),
    ref: { name: ref, repo: repositoryInfo(world, repository) },
    sha: newSha,
    ...details,
    old_sha: oldSha,
    forced,
  };
}

function pullRequestInfo(world: World, repository: Repository, pull: PullRequest): Json {
  return {
    number: pull.number,
    state: pull.state,
    is_draft: pull.isDraft,
    title: pull.title,
    description: pull.description,
    source_repo_id: repository.id,
    source_branch: pull.sourceBranch,
    target_repo_id: repository.id,
    target_branch: pull.targetBranch,
    merge_base_sha: pull.mergeBaseSha,
    ...(pull.mergeMethod === null ? {} : { merge_strategy: pull.mergeMethod }),
    author: principalInfo(pull.author),
    pr_url: linksOf(world, repository).pull(pull.number),
  };
}

/** What a pull request's event tells beside the pull request. */
export interface PullDetails {
  /** The source's commit, without its files. */
  commit?: boolean;
  /** What came to the source branch. */
  pushed?: { oldSha: string; forced: boolean };
  comment?: Activity;
  more?: Json;
}

const commentInfo = (comment: Activity): Json => ({
  id: comment.id,
  ...(comment.parentId === null ? {} : { parent_id: comment.parentId }),
  text: comment.text,
  created: comment.created,
  updated: comment.updated,
  kind: comment.kind,
});

/** The body for a pull request's event. It bears no moment of the event itself: the host tells none. */
export async function pullPayload(
  world: World,
  trigger: string,
  repository: Repository,
  by: Principal,
  pull: PullRequest,
  details: PullDetails,
): Promise<Json | undefined> {
  const repo = repositoryInfo(world, repository);
  const body: Json = {
    ...base(world, trigger, repository, by),
    pull_req: pullRequestInfo(world, repository, pull),
    target_ref: { name: `refs/heads/${pull.targetBranch}`, repo },
    ref: { name: `refs/heads/${pull.sourceBranch}`, repo },
  };
  if (details.pushed !== undefined) {
    const { oldSha, forced } = details.pushed;
    const pushed = await pushedCommits(world, repository, oldSha, pull.sourceSha);
    if (pushed === undefined) return undefined;
    Object.assign(body, { sha: pull.sourceSha, ...pushed, old_sha: oldSha, forced });
  } else if (details.commit === true) {
    Object.assign(body, { sha: pull.sourceSha, ...(await singleCommit(world, repository, pull.sourceSha)) });
  }
  if (details.comment !== undefined) body.comment = commentInfo(details.comment);
  return { ...body, ...details.more };
}
