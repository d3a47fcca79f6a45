import type { Commit, FileChange } from '../git/commit.ts';
import { linksOf } from '../links.ts';
import { type Activity, countConversations, type PullRequest, type Reviewer } from '../pull-request.ts';
import type { Execution, Webhook } from '../webhooks/webhook.ts';
import type { Principal, Repository, Space, World } from '../world.ts';

/** How the API shows each thing. Field names are the contract's. */

export const principalView = (one: Principal) => ({
  id: one.id,
  uid: one.uid,
  display_name: one.displayName,
  email: one.email,
  type: one.type,
  created: one.created,
  updated: one.updated,
});

export const userView = (one: Principal) => ({
  uid: one.uid,
  display_name: one.displayName,
  email: one.email,
  admin: one.admin,
  blocked: false,
  created: one.created,
  updated: one.updated,
  id: one.id,
});

export const spaceView = (world: World, space: Space) => ({
  id: space.id,
  parent_id: space.parentId,
  path: world.pathOf(space),
  identifier: space.identifier,
  description: space.description,
  created_by: space.createdBy,
  created: space.created,
  updated: space.created,
  uid: space.identifier,
});

/** 4 is the state of an archived one. */
const archivedState = 4;

export function repositoryView(world: World, repository: Repository) {
  const count = (state: string) => repository.pullRequests.filter((one) => one.state === state).length;
  return {
    id: repository.id,
    parent_id: repository.parentId,
    identifier: repository.identifier,
    path: world.pathOf(repository),
    description: repository.description,
    created_by: repository.createdBy,
    created: repository.created,
    updated: repository.updated,
    last_git_push: repository.lastPush || repository.created,
    size: 0,
    size_updated: repository.created,
    default_branch: repository.defaultBranch,
    fork_id: 0,
    num_forks: 0,
    num_pulls: repository.pullRequests.length,
    num_closed_pulls: count('closed'),
    num_open_pulls: count('open'),
    num_merged_pulls: count('merged'),
    state: repository.archived ? archivedState : 0,
    archived: repository.archived,
    git_url: linksOf(world, repository).git,
    git_ssh_url: '',
    importing: false,
    is_public: false,
    is_empty: repository.lastPush === 0,
    is_favorite: false,
    uid: repository.identifier,
  };
}

export const repositoryCore = (world: World, repository: Repository) => ({
  id: repository.id,
  parent_id: repository.parentId,
  identifier: repository.identifier,
  path: world.pathOf(repository),
  default_branch: repository.defaultBranch,
  fork_id: 0,
});

const signature = ({ name, email, when }: Commit['author']) => ({ identity: { name, email }, when });

export function commitView(commit: Commit, changes?: FileChange[]) {
  return {
    sha: commit.sha,
    parent_shas: commit.parents,
    title: commit.title,
    message: commit.message,
    author: signature(commit.author),
    committer: signature(commit.committer),
    ...(changes === undefined ? {} : { stats: statsOf(changes) }),
  };
}

function statsOf(changes: FileChange[]) {
  const sum = (pick: 'insertions' | 'deletions') => changes.reduce((total, one) => total + one[pick], 0);
  const [insertions, deletions] = [sum('insertions'), sum('deletions')];
  return {
    total: { insertions, deletions, changes: insertions + deletions },
    files: changes.map((one) => ({
      path: one.path,
      ...(one.oldPath === one.path ? {} : { old_path: one.oldPath }),
      status: one.status,
      insertions: one.insertions,
      deletions: one.deletions,
      changes: one.insertions + one.deletions,
    })),
  };
}

export const fileDiffView = (one: FileChange) => ({
  sha: one.sha,
  old_sha: one.oldSha,
  path: one.path,
  old_path: one.oldPath,
  status: one.status,
  additions: one.insertions,
  deletions: one.deletions,
  changes: one.insertions + one.deletions,
  is_binary: one.isBinary,
  is_submodule: false,
});

export function pullView(repository: Repository, pull: PullRequest, { withDescription = true } = {}) {
  const { conversations, unresolved } = countConversations(pull);
  const isOpen = pull.state === 'open';
  return {
    number: pull.number,
    created: pull.created,
    updated: pull.updated,
    edited: pull.edited,
    closed: pull.closed,
    state: pull.state,
    substate: '',
    is_draft: pull.isDraft,
    title: pull.title,
    ...(withDescription ? { description: pull.description } : {}),
    source_repo_id: repository.id,
    source_branch: pull.sourceBranch,
    source_sha: pull.sourceSha,
    target_repo_id: repository.id,
    target_branch: pull.targetBranch,
    merged: pull.merged,
    merge_method: pull.mergeMethod,
    merge_target_sha: pull.targetSha,
    merge_base_sha: pull.mergeBaseSha,
    merge_check_status: isOpen ? 'mergeable' : 'unchecked',
    rebase_check_status: isOpen ? 'mergeable' : 'unchecked',
    author: principalView(pull.author),
    merger: pull.merger === null ? null : principalView(pull.merger),
    stats: {
      commits: pull.stats.commits,
      files_changed: pull.stats.filesChanged,
      additions: pull.stats.additions,
      deletions: pull.stats.deletions,
      conversations,
      unresolved_count: unresolved,
    },
    labels: [],
  };
}

export const reviewerView = (one: Reviewer) => ({
  created: one.created,
  updated: one.updated,
  type: one.type,
  latest_review_id: one.latestReviewId,
  review_decision: one.decision,
  sha: one.sha,
  reviewer: principalView(one.principal),
  added_by: principalView(one.addedBy),
});

export const activityView = (repository: Repository, pull: PullRequest, one: Activity) => ({
  id: one.id,
  created: one.created,
  updated: one.updated,
  edited: one.edited,
  deleted: one.deleted,
  parent_id: one.parentId,
  repo_id: repository.id,
  pullreq_id: pull.id,
  order: one.order,
  sub_order: one.subOrder,
  type: one.type,
  kind: one.kind,
  text: one.text,
  payload: one.payload,
  metadata: null,
  author: principalView(one.author),
  resolved: one.resolved,
  ...(one.resolver === null ? {} : { resolver: principalView(one.resolver) }),
});

export const webhookView = (webhook: Webhook) => ({
  id: webhook.id,
  version: webhook.version,
  parent_id: webhook.parentId,
  parent_type: webhook.parentType,
  created_by: webhook.createdBy,
  created: webhook.created,
  updated: webhook.updated,
  scope: webhook.scope,
  identifier: webhook.identifier,
  display_name: webhook.displayName,
  description: webhook.description,
  url: webhook.url,
  enabled: webhook.enabled,
  insecure: webhook.insecure,
  triggers: webhook.triggers,
  latest_execution_result: webhook.latestResult,
  extra_headers: webhook.extraHeaders.map((one) => ({ ...one, value: one.masked ? '***' : one.value })),
  has_secret: webhook.secret !== '',
  uid: webhook.identifier,
});

/** A duration of the host's is in nanoseconds. */
const nanoseconds = 1_000_000;

export const executionView = (one: Execution) => ({
  id: one.id,
  retrigger_of: one.retriggerOf,
  retriggerable: true,
  created: one.created,
  webhook_id: one.webhookId,
  trigger_type: one.trigger,
  result: one.result,
  duration: Math.round(one.durationMs * nanoseconds),
  error: one.error,
  request: one.request,
  response: {
    status_code: one.response.statusCode,
    status: one.response.status,
    headers: one.response.headers,
    body: one.response.body,
  },
});
