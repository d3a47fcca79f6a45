import type {
  BranchInfo,
  CommitInfo,
  FileChange,
  Person,
  PullRequestInfo,
  RepositoryInfo,
} from '../../kit/dev-info.ts';
import { encodePath } from './api.ts';
import type {
  WireCommit,
  WirePayloadCommit,
  WirePullRequest,
  WireRepository,
  WireReview,
  WireUser,
} from './wire.ts';

/** Jira shows ten files of a commit; more need not be carried. */
const mostFiles = 10;

export function toRepository(wire: WireRepository): RepositoryInfo {
  return {
    id: String(wire.id),
    name: wire.full_name,
    url: wire.html_url,
    ...(wire.description ? { description: wire.description } : {}),
    ...(wire.default_branch ? { defaultBranch: wire.default_branch } : {}),
    ...(wire.parent ? { forkOf: String(wire.parent.id) } : {}),
    ...(wire.archived == null ? {} : { archived: wire.archived }),
  };
}

const toPerson = (wire: WireUser): Person => ({
  name: wire.full_name || wire.login,
  username: wire.login,
  ...(wire.email ? { email: wire.email } : {}),
  ...(wire.html_url ? { url: wire.html_url } : {}),
  ...(wire.avatar_url ? { avatarUrl: wire.avatar_url } : {}),
});

/** The words of Gitea's git for what happened to a file. */
const changes: Record<string, FileChange['change']> = {
  added: 'ADDED',
  copied: 'COPIED',
  removed: 'DELETED',
  deleted: 'DELETED',
  modified: 'MODIFIED',
  renamed: 'MOVED',
};

const filesOf = (repository: RepositoryInfo, sha: string, files: { filename: string; status: string }[]) => ({
  files: files.slice(0, mostFiles).map(({ filename, status }) => ({
    path: filename,
    url: `${repository.url}/src/commit/${sha}/${encodePath(filename)}`,
    change: changes[status] ?? 'UNKNOWN',
  })),
  fileCount: files.length,
});

/** A commit of a webhook or a branch's head; without parents a merge is not known for one. */
export function toPushedCommit(repository: RepositoryInfo, wire: WirePayloadCommit): CommitInfo {
  const listed = (names: string[] | null | undefined, status: string) =>
    (names ?? []).map((filename) => ({ filename, status }));
  const { name, email, username } = wire.author;
  return {
    sha: wire.id,
    message: wire.message,
    author: { name, ...(email ? { email } : {}), ...(username ? { username } : {}) },
    at: wire.timestamp,
    url: `${repository.url}/commit/${wire.id}`,
    isMerge: false,
    ...filesOf(repository, wire.id, [
      ...listed(wire.added, 'added'),
      ...listed(wire.removed, 'removed'),
      ...listed(wire.modified, 'modified'),
    ]),
  };
}

/** A commit of a list. */
export function toCommit(repository: RepositoryInfo, wire: WireCommit): CommitInfo {
  const { name, email, date } = wire.commit.author;
  return {
    sha: wire.sha,
    message: wire.commit.message,
    // No more of the user than webhooks tell, so that either way gives the same commit.
    author: {
      name,
      ...(email ? { email } : {}),
      ...(wire.author ? { username: wire.author.login } : {}),
    },
    at: date,
    url: `${repository.url}/commit/${wire.sha}`,
    isMerge: (wire.parents ?? []).length > 1,
    ...filesOf(
      repository,
      wire.sha,
      (wire.files ?? []).map(({ filename, status }) => ({ filename, status: status ?? '' })),
    ),
  };
}

const branchUrl = (repositoryUrl: string, name: string): string =>
  `${repositoryUrl}/src/branch/${encodePath(name)}`;

export function toBranch(repository: RepositoryInfo, name: string, head: CommitInfo): BranchInfo {
  const target = repository.defaultBranch;
  const compare =
    target === undefined || name === target
      ? {}
      : { createPullRequestUrl: `${repository.url}/compare/${encodePath(target)}...${encodePath(name)}` };
  return { name, url: branchUrl(repository.url, name), ...compare, head };
}

/** Before 1.22 only the title told a draft, by the prefixes that an installation begins with. */
const isDraft = ({ draft, title }: WirePullRequest): boolean => draft ?? /^(wip:|\[wip\])/i.test(title);

function stateOf(wire: WirePullRequest): PullRequestInfo['state'] {
  if (wire.merged === true) return 'merged';
  if (wire.state === 'closed') return 'declined';
  return isDraft(wire) ? 'draft' : 'open';
}

const verdicts: Record<string, PullRequestInfo['reviewers'][number]['verdict']> = {
  APPROVED: 'approved',
  REQUEST_CHANGES: 'needs-work',
};

/** One for each reviewer: the last review that judges counts; a comment judges nothing, a pending one is not said yet. */
function reviewersOf(wire: WirePullRequest, reviews: WireReview[]): PullRequestInfo['reviewers'] {
  const found = new Map<string, PullRequestInfo['reviewers'][number]>();
  const inOrder = reviews.toSorted((one, other) => one.id - other.id);
  for (const { user, state, dismissed } of inOrder) {
    if (!user || state === 'PENDING' || (state === 'COMMENT' && found.has(user.login))) continue;
    const verdict = dismissed === true ? undefined : verdicts[state];
    found.set(user.login, { person: toPerson(user), verdict: verdict ?? 'unapproved' });
  }
  for (const user of wire.requested_reviewers ?? []) {
    found.set(user.login, { person: toPerson(user), verdict: 'unapproved' });
  }
  return [...found.values()];
}

/** Without an address where the fork is gone, or not to be seen. */
const sideOf = ({ label, ref, repo }: WirePullRequest['head']) => {
  const branch = ref.startsWith('refs/') ? label : ref;
  return { branch, ...(repo && { url: branchUrl(repo.html_url, branch) }) };
};

export function toPullRequest(
  wire: WirePullRequest,
  more: { reviews: WireReview[]; commits: string[] },
): PullRequestInfo {
  return {
    number: wire.number,
    title: wire.title,
    description: wire.body ?? '',
    state: stateOf(wire),
    author: wire.user ? toPerson(wire.user) : { name: 'somebody' },
    source: { ...sideOf(wire.head), repositoryId: String(wire.head.repo_id) },
    target: sideOf(wire.base),
    url: wire.html_url,
    ...(wire.updated_at ? { at: wire.updated_at } : {}),
    reviewers: reviewersOf(wire, more.reviews),
    commentCount: wire.comments ?? 0,
    commits: more.commits,
  };
}
