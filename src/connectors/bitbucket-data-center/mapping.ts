import type { BranchInfo, CommitInfo, Person, PullRequestInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import type { BitbucketApi } from './api.ts';
import type { WireCommit, WirePerson, WirePullRequest, WireRepository } from './wire.ts';

/** Where to be found at the host, for people. */
export type Pages = Pick<BitbucketApi, 'page'>;

const nameOf = ({ project, slug }: WireRepository): string => `${project.key}/${slug}`;

export function toRepository(pages: Pages, wire: WireRepository): RepositoryInfo {
  return {
    id: String(wire.id),
    name: nameOf(wire),
    url: pages.page(nameOf(wire), ''),
    ...(wire.description ? { description: wire.description } : {}),
    ...(wire.origin ? { forkOf: String(wire.origin.id) } : {}),
    ...(wire.archived == null ? {} : { archived: wire.archived }),
  };
}

/** Authors of commits that Bitbucket does not know have nothing but git's name. */
const toPerson = ({ name, displayName, emailAddress }: WirePerson): Person => ({
  name: displayName || name,
  ...(emailAddress ? { email: emailAddress } : {}),
  ...(displayName ? { username: name } : {}),
});

/** Without files: Bitbucket lists those of one commit at a time, see `files.ts`. */
export function toCommit(pages: Pages, repository: RepositoryInfo, wire: WireCommit): CommitInfo {
  return {
    sha: wire.id,
    message: wire.message,
    author: toPerson(wire.author),
    at: wire.authorTimestamp,
    url: pages.page(repository.name, `/commits/${wire.id}`),
    isMerge: (wire.parents ?? []).length > 1,
    files: [],
    fileCount: 0,
  };
}

const branchUrl = (pages: Pages, repository: string, name: string): string =>
  pages.page(repository, `/browse?at=${encodeURIComponent(`refs/heads/${name}`)}`);

export function toBranch(
  pages: Pages,
  repository: RepositoryInfo,
  name: string,
  head: WireCommit,
): BranchInfo {
  const source = encodeURIComponent(`refs/heads/${name}`);
  return {
    name,
    url: branchUrl(pages, repository.name, name),
    ...(name === repository.defaultBranch
      ? {}
      : {
          createPullRequestUrl: pages.page(repository.name, `/pull-requests?create&sourceBranch=${source}`),
        }),
    head: toCommit(pages, repository, head),
  };
}

const states: Record<string, PullRequestInfo['state']> = { OPEN: 'open', MERGED: 'merged' };

const verdicts: Record<string, PullRequestInfo['reviewers'][number]['verdict']> = {
  APPROVED: 'approved',
  NEEDS_WORK: 'needs-work',
};

const sideOf = (pages: Pages, { displayId, repository }: WirePullRequest['fromRef']) => ({
  branch: displayId,
  url: branchUrl(pages, nameOf(repository), displayId),
});

export function toPullRequest(
  pages: Pages,
  repository: RepositoryInfo,
  wire: WirePullRequest,
  commits: string[],
): PullRequestInfo {
  const state = states[wire.state] ?? 'declined';
  return {
    number: wire.id,
    title: wire.title,
    description: wire.description ?? '',
    state: state === 'open' && wire.draft === true ? 'draft' : state,
    author: wire.author ? toPerson(wire.author.user) : { name: 'somebody' },
    source: { ...sideOf(pages, wire.fromRef), repositoryId: String(wire.fromRef.repository.id) },
    target: sideOf(pages, wire.toRef),
    url: pages.page(repository.name, `/pull-requests/${wire.id}`),
    ...(wire.updatedDate ? { at: wire.updatedDate } : {}),
    reviewers: (wire.reviewers ?? []).map(({ user, status }) => ({
      person: toPerson(user),
      verdict: verdicts[status ?? ''] ?? 'unapproved',
    })),
    commentCount: wire.properties?.commentCount ?? 0,
    commits,
  };
}
