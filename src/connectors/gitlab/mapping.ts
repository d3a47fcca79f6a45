import type {
  BranchInfo,
  CommitInfo,
  FileChange,
  Person,
  PullRequestInfo,
  RepositoryInfo,
} from '../../kit/dev-info.ts';
import type {
  WireCommit,
  WireFileDiff,
  WireMergeRequest,
  WireProject,
  WirePushedCommit,
  WireReviewer,
  WireUser,
} from './wire.ts';

/** Jira shows ten files of a commit; more need not be carried. */
export const mostFiles = 10;

const path = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

export function toRepository(wire: WireProject): RepositoryInfo {
  return {
    id: String(wire.id),
    name: wire.path_with_namespace,
    url: wire.web_url,
    ...(wire.description ? { description: wire.description } : {}),
    ...(wire.default_branch ? { defaultBranch: wire.default_branch } : {}),
    ...(wire.forked_from_project ? { forkOf: String(wire.forked_from_project.id) } : {}),
    ...(wire.archived === undefined ? {} : { archived: wire.archived }),
  };
}

const authorOf = (name: string, email: string | null | undefined): Person => ({
  name: name || email || 'somebody',
  ...(email ? { email } : {}),
});

const filePage = ({ url }: RepositoryInfo, sha: string, file: string): string =>
  `${url}/-/blob/${sha}/${path(file)}`;

const commitPage = ({ url }: RepositoryInfo, sha: string): string => `${url}/-/commit/${sha}`;

/** A commit as REST tells it: without its files. */
export function toCommit(repository: RepositoryInfo, wire: WireCommit): CommitInfo {
  return {
    sha: wire.id,
    message: wire.message,
    author: authorOf(wire.author_name, wire.author_email),
    at: wire.authored_date,
    url: commitPage(repository, wire.id),
    isMerge: (wire.parent_ids ?? []).length > 1,
    files: [],
    fileCount: 0,
  };
}

/** A commit as a push tells it: files by their names only, and no word on whether it is a merge. */
export function toPushedCommit(repository: RepositoryInfo, wire: WirePushedCommit): CommitInfo {
  const listed = (files: string[] | null | undefined, change: FileChange['change']): FileChange[] =>
    (files ?? []).map((file) => ({ path: file, url: filePage(repository, wire.id, file), change }));
  const files = [
    ...listed(wire.added, 'ADDED'),
    ...listed(wire.removed, 'DELETED'),
    ...listed(wire.modified, 'MODIFIED'),
  ];
  return {
    sha: wire.id,
    message: wire.message,
    author: authorOf(wire.author.name, wire.author.email),
    at: wire.timestamp,
    url: commitPage(repository, wire.id),
    isMerge: false,
    files: files.slice(0, mostFiles),
    fileCount: files.length,
  };
}

/** The files of a commit by its diff, in which GitLab leaves the counting to the reader. */
export function toFiles(repository: RepositoryInfo, sha: string, diffs: WireFileDiff[]): FileChange[] {
  return diffs.map((one) => ({
    path: one.new_path,
    url: filePage(repository, sha, one.new_path),
    change: changeOf(one),
    ...linesOf(one),
  }));
}

function changeOf({ new_file, deleted_file, renamed_file }: WireFileDiff): FileChange['change'] {
  if (new_file === true) return 'ADDED';
  if (deleted_file === true) return 'DELETED';
  return renamed_file === true ? 'MOVED' : 'MODIFIED';
}

/** A file's diff begins with its first hunk; lines of the kind `--- a/file` are not in it. */
function linesOf({ diff, collapsed, too_large }: WireFileDiff): Partial<FileChange> {
  if (diff == null || collapsed === true || too_large === true) return {};
  const lines = diff.split('\n');
  return {
    linesAdded: lines.filter((line) => line.startsWith('+')).length,
    linesRemoved: lines.filter((line) => line.startsWith('-')).length,
  };
}

const branchPage = (repository: RepositoryInfo, name: string): string =>
  `${repository.url}/-/tree/${path(name)}`;

/** A branch; of its head Jira shows no files, and lists of branches tell none. */
export function toBranch(repository: RepositoryInfo, name: string, head: CommitInfo): BranchInfo {
  const query = new URLSearchParams({ 'merge_request[source_branch]': name });
  return {
    name,
    url: branchPage(repository, name),
    ...(name === repository.defaultBranch
      ? {}
      : { createPullRequestUrl: `${repository.url}/-/merge_requests/new?${query}` }),
    head: { ...head, files: [], fileCount: 0 },
  };
}

const toPerson = ({ name, username, web_url: url, avatar_url: avatarUrl }: WireUser): Person => ({
  name: name || username || 'somebody',
  ...(username ? { username } : {}),
  ...(url ? { url } : {}),
  ...(avatarUrl ? { avatarUrl } : {}),
});

const verdicts: Record<string, PullRequestInfo['reviewers'][number]['verdict']> = {
  approved: 'approved',
  requested_changes: 'needs-work',
};

/** Who was asked, by their state; and who approved without being asked, or before states were told. */
function reviewersOf(reviewers: WireReviewer[], approvedBy: WireUser[]): PullRequestInfo['reviewers'] {
  const found = new Map<string, PullRequestInfo['reviewers'][number]>();
  for (const { user, state } of reviewers) {
    found.set(user.username ?? user.name, {
      person: toPerson(user),
      verdict: verdicts[state ?? ''] ?? 'unapproved',
    });
  }
  for (const user of approvedBy) {
    found.set(user.username ?? user.name, { person: toPerson(user), verdict: 'approved' });
  }
  return [...found.values()];
}

function stateOf({ state, draft, work_in_progress }: WireMergeRequest): PullRequestInfo['state'] {
  if (state === 'merged') return 'merged';
  if (state === 'closed') return 'declined';
  return draft === true || work_in_progress === true ? 'draft' : 'open';
}

export function toPullRequest(
  repository: RepositoryInfo,
  wire: WireMergeRequest,
  more: { reviewers: WireReviewer[]; approvedBy: WireUser[]; commits: string[] },
): PullRequestInfo {
  // Of a fork that was deleted nothing is known but that it is not this one.
  const sourceId = wire.source_project_id == null ? '' : String(wire.source_project_id);
  return {
    number: wire.iid,
    title: wire.title,
    description: wire.description ?? '',
    state: stateOf(wire),
    author: toPerson(wire.author ?? { name: '' }),
    source: {
      branch: wire.source_branch,
      ...(sourceId === repository.id ? { url: branchPage(repository, wire.source_branch) } : {}),
      repositoryId: sourceId,
    },
    target: { branch: wire.target_branch, url: branchPage(repository, wire.target_branch) },
    url: wire.web_url,
    at: wire.updated_at,
    reviewers: reviewersOf(more.reviewers, more.approvedBy),
    commentCount: wire.user_notes_count,
    commits: more.commits,
  };
}
