import type { BranchInfo, CommitInfo, Person, PullRequestInfo, RepositoryInfo } from '../../kit/dev-info.ts';
import { encodePath } from './api.ts';
import type { WireAccount, WireCommit, WirePullRequest, WireRepository } from './wire.ts';

/** Bitbucket writes its ids in braces. */
const idOf = (uuid: string): string => uuid.replace(/[{}]/g, '');

export function toRepository(wire: WireRepository): RepositoryInfo {
  return {
    id: idOf(wire.uuid),
    name: wire.full_name,
    url: wire.links.html.href,
    ...(wire.description ? { description: wire.description } : {}),
    ...(wire.mainbranch ? { defaultBranch: wire.mainbranch.name } : {}),
    ...(wire.parent ? { forkOf: idOf(wire.parent.uuid) } : {}),
  };
}

const toPerson = ({ display_name: name, nickname, links }: WireAccount): Person => ({
  name: name || nickname || 'somebody',
  ...(nickname ? { username: nickname } : {}),
  ...(links?.html ? { url: links.html.href } : {}),
  ...(links?.avatar ? { avatarUrl: links.avatar.href } : {}),
});

/** `Ada Park <ada@example.com>`, as git has it. */
function authorOf({ raw, user }: WireCommit['author']): Person {
  const open = raw.lastIndexOf('<');
  const close = raw.lastIndexOf('>');
  const email = open >= 0 && close > open ? raw.slice(open + 1, close).trim() : '';
  const name = (open >= 0 ? raw.slice(0, open) : raw).trim();
  return {
    ...(user ? toPerson(user) : {}),
    name: name || user?.display_name || 'somebody',
    ...(email === '' ? {} : { email }),
  };
}

/** Without files: Bitbucket lists those of one commit at a time, see `files.ts`. */
export function toCommit(repository: RepositoryInfo, wire: WireCommit): CommitInfo {
  return {
    sha: wire.hash,
    message: wire.message,
    author: authorOf(wire.author),
    at: wire.date,
    url: `${repository.url}/commits/${wire.hash}`,
    isMerge: (wire.parents ?? []).length > 1,
    files: [],
    fileCount: 0,
  };
}

const branchUrl = (repositoryUrl: string, name: string): string =>
  `${repositoryUrl}/branch/${encodePath(name)}`;

export function toBranch(repository: RepositoryInfo, name: string, head: WireCommit): BranchInfo {
  return {
    name,
    url: branchUrl(repository.url, name),
    ...(name === repository.defaultBranch
      ? {}
      : { createPullRequestUrl: `${repository.url}/pull-requests/new?source=${encodeURIComponent(name)}` }),
    head: toCommit(repository, head),
  };
}

/** DECLINED and SUPERSEDED are over without a merge. */
function stateOf({ state, draft }: WirePullRequest): PullRequestInfo['state'] {
  if (state === 'MERGED') return 'merged';
  if (state !== 'OPEN') return 'declined';
  return draft === true ? 'draft' : 'open';
}

type Participant = NonNullable<WirePullRequest['participants']>[number];

function verdictOf({ state, approved }: Participant): PullRequestInfo['reviewers'][number]['verdict'] {
  if (state === 'changes_requested') return 'needs-work';
  return state === 'approved' || approved === true ? 'approved' : 'unapproved';
}

/** Who was asked to review, and who judged without being asked. Those who only commented are not among them. */
const reviewersOf = (participants: Participant[]): PullRequestInfo['reviewers'] =>
  participants
    .map((participant) => ({ ...participant, verdict: verdictOf(participant) }))
    .filter(({ role, verdict }) => role === 'REVIEWER' || verdict !== 'unapproved')
    .map(({ user, verdict }) => ({ person: user ? toPerson(user) : { name: 'somebody' }, verdict }));

/** Without an address where the fork is gone. */
const sideOf = ({ branch: { name }, repository }: WirePullRequest['source']) => ({
  branch: name,
  ...(repository?.links && { url: branchUrl(repository.links.html.href, name) }),
});

export function toPullRequest(
  repository: RepositoryInfo,
  wire: WirePullRequest,
  commits: string[],
): PullRequestInfo {
  const { repository: fork } = wire.source;
  const { name: target } = wire.destination.branch;
  return {
    number: wire.id,
    title: wire.title,
    description: wire.description ?? '',
    state: stateOf(wire),
    author: wire.author ? toPerson(wire.author) : { name: 'somebody' },
    source: { ...sideOf(wire.source), repositoryId: fork ? idOf(fork.uuid) : '' },
    target: { branch: target, url: branchUrl(repository.url, target) },
    url: wire.links.html.href,
    ...(wire.updated_on ? { at: wire.updated_on } : {}),
    reviewers: reviewersOf(wire.participants ?? []),
    commentCount: wire.comment_count ?? 0,
    commits,
  };
}
