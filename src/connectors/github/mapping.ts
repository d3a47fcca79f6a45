import type {
  BranchInfo,
  CommitInfo,
  FileChange,
  Person,
  PullRequestInfo,
  RepositoryInfo,
} from '../../kit/dev-info.ts';
import type {
  WireAccount,
  WireCommit,
  WirePullRequest,
  WirePushedCommit,
  WireRepository,
  WireReview,
} from './wire.ts';

/** Jira shows ten files of a commit; more need not be carried. */
const mostFiles = 10;

/** GitHub shows what a deleted account did under this name. */
const ghost = 'ghost';

const path = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

export function toRepository(wire: WireRepository): RepositoryInfo {
  return {
    id: String(wire.id),
    name: wire.full_name,
    url: wire.html_url,
    ...(wire.description ? { description: wire.description } : {}),
    ...(wire.default_branch ? { defaultBranch: wire.default_branch } : {}),
    ...(wire.parent ? { forkOf: String(wire.parent.id) } : {}),
    ...(wire.archived === undefined ? {} : { archived: wire.archived }),
  };
}

/** The scheme and host of a page of GitHub's. */
const siteOf = ({ url }: RepositoryInfo): string => URL.parse(url)?.origin ?? '';

function authorOf(
  repository: RepositoryInfo,
  { name, email, login }: { name: string; email?: string | null; login?: string },
): Person {
  return {
    name: name || login || ghost,
    ...(email ? { email } : {}),
    ...(login ? { username: login, url: `${siteOf(repository)}/${encodeURIComponent(login)}` } : {}),
  };
}

const changes: Record<string, FileChange['change']> = {
  added: 'ADDED',
  copied: 'COPIED',
  removed: 'DELETED',
  modified: 'MODIFIED',
  changed: 'MODIFIED',
  renamed: 'MOVED',
};

const filePage = ({ url }: RepositoryInfo, sha: string, file: string): string =>
  `${url}/blob/${sha}/${path(file)}`;

const commitPage = ({ url }: RepositoryInfo, sha: string): string => `${url}/commit/${sha}`;

/** A commit as REST tells it. Its files are there only when it was asked for by itself. */
export function toCommit(repository: RepositoryInfo, wire: WireCommit): CommitInfo {
  const { sha, commit, author } = wire;
  const files = (wire.files ?? []).map(({ filename, status = '', additions, deletions }) => ({
    path: filename,
    url: filePage(repository, sha, filename),
    change: changes[status] ?? 'UNKNOWN',
    ...(additions === undefined ? {} : { linesAdded: additions }),
    ...(deletions === undefined ? {} : { linesRemoved: deletions }),
  }));
  return {
    sha,
    message: commit.message,
    author: authorOf(repository, {
      name: commit.author?.name ?? '',
      email: commit.author?.email,
      login: author?.login,
    }),
    at: commit.author?.date ?? commit.committer?.date ?? new Date(0),
    url: commitPage(repository, sha),
    isMerge: wire.parents.length > 1,
    files: files.slice(0, mostFiles),
    fileCount: files.length,
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
    author: authorOf(repository, { ...wire.author, login: wire.author.username }),
    at: wire.timestamp,
    url: commitPage(repository, wire.id),
    isMerge: false,
    files: files.slice(0, mostFiles),
    fileCount: files.length,
  };
}

const branchPage = (repositoryUrl: string, name: string): string => `${repositoryUrl}/tree/${path(name)}`;

/** A branch; of its head Jira shows no files, and lists of branches tell none. */
export function toBranch(repository: RepositoryInfo, name: string, head: CommitInfo): BranchInfo {
  return {
    name,
    url: branchPage(repository.url, name),
    ...(name === repository.defaultBranch
      ? {}
      : { createPullRequestUrl: `${repository.url}/pull/new/${path(name)}` }),
    head: { ...head, files: [], fileCount: 0 },
  };
}

/** People as their commits name them, by login: accounts tell neither name nor e-mail address. */
function peopleOf(commits: CommitInfo[]): Map<string, Person> {
  return new Map(commits.flatMap(({ author }) => (author.username ? [[author.username, author]] : [])));
}

const toPerson = (wire: WireAccount | null | undefined, people: Map<string, Person>): Person => {
  const { login = ghost, html_url: url, avatar_url: avatarUrl } = wire ?? {};
  return {
    name: login,
    username: login,
    ...people.get(login),
    ...(url && { url }),
    ...(avatarUrl && { avatarUrl }),
  };
};

/** A dismissed review counts no more; a comment takes no earlier verdict back. */
const verdicts: Record<string, PullRequestInfo['reviewers'][number]['verdict']> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'needs-work',
  DISMISSED: 'unapproved',
};

function reviewersOf(
  wire: WirePullRequest,
  reviews: WireReview[],
  people: Map<string, Person>,
): PullRequestInfo['reviewers'] {
  const found = new Map<string, PullRequestInfo['reviewers'][number]>();
  for (const { user, state } of reviews) {
    const login = user?.login ?? ghost;
    if (login === wire.user?.login) continue;
    const verdict = verdicts[state] ?? found.get(login)?.verdict ?? 'unapproved';
    found.set(login, { person: toPerson(user, people), verdict });
  }
  for (const user of wire.requested_reviewers ?? []) {
    const login = user.login ?? ghost;
    if (!found.has(login)) found.set(login, { person: toPerson(user, people), verdict: 'unapproved' });
  }
  const teams = (wire.requested_teams ?? []).map(({ name, html_url: url }) => ({
    person: { name, ...(url && { url }) },
    verdict: 'unapproved' as const,
  }));
  return [...found.values(), ...teams];
}

function stateOf({ state, draft, merged_at }: WirePullRequest): PullRequestInfo['state'] {
  if (merged_at != null) return 'merged';
  if (state === 'closed') return 'declined';
  return draft === true ? 'draft' : 'open';
}

export function toPullRequest(
  repository: RepositoryInfo,
  wire: WirePullRequest,
  more: { reviews: WireReview[]; commits: CommitInfo[] },
): PullRequestInfo {
  const people = peopleOf(more.commits);
  const { head, base } = wire;
  return {
    number: wire.number,
    title: wire.title,
    description: wire.body ?? '',
    state: stateOf(wire),
    author: toPerson(wire.user, people),
    source: {
      branch: head.ref,
      ...(head.repo == null ? {} : { url: branchPage(head.repo.html_url, head.ref) }),
      // Of a fork that was deleted nothing is known but that it is not this one.
      repositoryId: head.repo == null ? '' : String(head.repo.id),
    },
    target: { branch: base.ref, url: branchPage(repository.url, base.ref) },
    url: wire.html_url,
    ...(wire.updated_at == null ? {} : { at: wire.updated_at }),
    reviewers: reviewersOf(wire, more.reviews, people),
    commentCount: wire.comments + wire.review_comments,
    commits: more.commits.map(({ sha }) => sha),
  };
}
