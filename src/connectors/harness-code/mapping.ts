import type {
  BranchInfo,
  CommitInfo,
  FileChange,
  Person,
  PullRequestInfo,
  RepositoryInfo,
} from '../../kit/dev-info.ts';
import type { HarnessApi } from './api.ts';
import type { WireCommit, WirePullRequest, WireRepository, WireReviewer } from './wire.ts';

/** Jira shows ten files of a commit; more need not be carried. */
const mostFiles = 10;

const path = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** Where to be found at the host, for people. */
export type Pages = Pick<HarnessApi, 'page'>;

export function toRepository(pages: Pages, wire: WireRepository): RepositoryInfo {
  return {
    id: String(wire.id),
    name: wire.path,
    url: pages.page(wire.path, ''),
    ...(wire.description ? { description: wire.description } : {}),
    ...(wire.default_branch ? { defaultBranch: wire.default_branch } : {}),
    ...(wire.fork_id ? { forkOf: String(wire.fork_id) } : {}),
    ...(wire.archived === undefined ? {} : { archived: wire.archived }),
  };
}

const changes: Record<string, FileChange['change']> = {
  ADDED: 'ADDED',
  COPIED: 'COPIED',
  DELETED: 'DELETED',
  MODIFIED: 'MODIFIED',
  RENAMED: 'MOVED',
};

function filesOf(pages: Pages, repository: RepositoryInfo, wire: WireCommit): FileChange[] {
  const urlOf = (file: string) => pages.page(repository.name, `/files/${wire.sha}/~/${path(file)}`);
  if (wire.stats?.files) {
    return wire.stats.files.map(({ path: file, status = '', insertions, deletions }) => ({
      path: file,
      url: urlOf(file),
      change: changes[status.toUpperCase()] ?? 'UNKNOWN',
      ...(insertions === undefined ? {} : { linesAdded: insertions }),
      ...(deletions === undefined ? {} : { linesRemoved: deletions }),
    }));
  }
  const listed = (files: string[] | null | undefined, change: FileChange['change']): FileChange[] =>
    (files ?? []).map((file) => ({ path: file, url: urlOf(file), change }));
  return [
    ...listed(wire.added, 'ADDED'),
    ...listed(wire.removed, 'DELETED'),
    ...listed(wire.modified, 'MODIFIED'),
  ];
}

export function toCommit(pages: Pages, repository: RepositoryInfo, wire: WireCommit): CommitInfo {
  const files = filesOf(pages, repository, wire);
  const { name, email } = wire.author.identity;
  return {
    sha: wire.sha,
    message: wire.message,
    author: { name, ...(email === '' ? {} : { email }) },
    at: new Date(wire.author.when),
    url: pages.page(repository.name, `/commit/${wire.sha}`),
    isMerge: (wire.parent_shas ?? []).length > 1,
    files: files.slice(0, mostFiles),
    fileCount: files.length,
  };
}

const branchPage = (pages: Pages, repository: string, name: string): string =>
  pages.page(repository, `/files/${path(name)}`);

export function toBranch(
  pages: Pages,
  repository: RepositoryInfo,
  name: string,
  head: WireCommit,
): BranchInfo {
  const target = repository.defaultBranch ?? 'main';
  return {
    name,
    url: branchPage(pages, repository.name, name),
    ...(name === target
      ? {}
      : {
          createPullRequestUrl: pages.page(repository.name, `/pulls/compare/${path(target)}...${path(name)}`),
        }),
    head: toCommit(pages, repository, head),
  };
}

const toPerson = ({ display_name: name, email, uid }: WireReviewer['reviewer']): Person => ({
  name: name === '' ? (uid ?? 'somebody') : name,
  ...(email ? { email } : {}),
  ...(uid ? { username: uid } : {}),
});

const verdicts: Record<string, PullRequestInfo['reviewers'][number]['verdict']> = {
  approved: 'approved',
  changereq: 'needs-work',
};

function stateOf({ state, is_draft }: WirePullRequest): PullRequestInfo['state'] {
  if (state === 'merged') return 'merged';
  if (state === 'closed') return 'declined';
  return is_draft === true ? 'draft' : 'open';
}

function sourceOf(
  pages: Pages,
  repository: RepositoryInfo,
  { source_branch: branch, source_repo_id: id, source_repo: fork }: WirePullRequest,
): PullRequestInfo['source'] {
  // Of a fork that was deleted nothing is known but that it is not this one.
  const repositoryId = id === null ? '' : String(id ?? repository.id);
  const name = repositoryId === repository.id ? repository.name : fork?.path;
  return { branch, ...(name && { url: branchPage(pages, name, branch) }), repositoryId };
}

export function toPullRequest(
  pages: Pages,
  repository: RepositoryInfo,
  wire: WirePullRequest,
  more: { reviewers: WireReviewer[]; commits: string[] },
): PullRequestInfo {
  const updated = wire.updated ?? wire.edited ?? wire.created;
  return {
    number: wire.number,
    title: wire.title,
    description: wire.description ?? '',
    state: stateOf(wire),
    author: wire.author ? toPerson(wire.author) : { name: 'somebody' },
    source: sourceOf(pages, repository, wire),
    target: {
      branch: wire.target_branch,
      url: branchPage(pages, repository.name, wire.target_branch),
    },
    url: pages.page(repository.name, `/pulls/${wire.number}`),
    ...(updated == null ? {} : { at: new Date(updated) }),
    reviewers: more.reviewers.map(({ reviewer, review_decision: decision }) => ({
      person: toPerson(reviewer),
      verdict: verdicts[decision ?? ''] ?? 'unapproved',
    })),
    commentCount: wire.stats?.conversations ?? 0,
    commits: more.commits,
  };
}
