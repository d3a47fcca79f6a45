import { createHash } from 'node:crypto';
import type {
  BranchInfo,
  CommitInfo,
  DevEntityKind,
  Person,
  PullRequestInfo,
  SequencedDevEntity,
} from '../../../kit/dev-info.ts';
import { entityKey, type Prepared, sortIssueKeys, tooLongUrls } from '../entity-wire.ts';
import { cutText, fitId } from '../fit-text.ts';
import { devInfoLimits as limits } from '../limits.ts';

/** The lists of a repository in a bulk request. */
export type EntityList = 'commits' | 'branches' | 'pullRequests';

/** One entity on its way, with the repository that it is sent in. */
export interface DevWire {
  repository: { id: string; wire: object; sequence: number };
  list: EntityList;
  entity: object;
}

const listOfKind: Record<DevEntityKind, EntityList> = {
  commit: 'commits',
  branch: 'branches',
  'pull-request': 'pullRequests',
};

const idPattern = /^[A-Za-z0-9~.\-_]+$/;

/**
 * The id of a branch, commit or pull request as Jira takes it: as it is where that is allowed, else in hex, and where
 * that is too long, its SHA-256. Jira Software Cloud REST API, "Store development information".
 */
export function devEntityId(id: string): string {
  if (idPattern.test(id) && id.length <= limits.id) return id;
  const hex = `~${Buffer.from(id, 'utf8').toString('hex')}`;
  return hex.length <= limits.id ? hex : `~${createHash('sha256').update(id).digest('hex')}`;
}

const cut = (text: string, limit: number = limits.text): string => cutText(text, limit);
const fits = (url: string | undefined): url is string => url !== undefined && url.length <= limits.url;

/** A person; an address that Jira cannot hold is left out. */
const personWire = ({ name, email, username, url, avatarUrl }: Person): object => ({
  name: cut(name),
  ...(email !== undefined && email.length <= limits.email && { email }),
  ...(username && { username: cut(username) }),
  ...(fits(url) && { url }),
  ...(fits(avatarUrl) && { avatar: avatarUrl }),
});

const commitWire = (commit: CommitInfo, issueKeys: string[], sequence: number): object => ({
  id: devEntityId(commit.sha),
  issueKeys,
  updateSequenceId: sequence,
  hash: cut(commit.sha),
  ...(commit.isMerge && { flags: ['MERGE_COMMIT'] }),
  message: cut(commit.message, limits.message),
  author: personWire(commit.author),
  fileCount: commit.fileCount,
  url: commit.url.toWellFormed(),
  files: commit.files
    .filter(({ url, path }) => fits(url) && path.length <= limits.path)
    .slice(0, limits.files)
    .map(({ path, url, change, linesAdded = 0, linesRemoved = 0 }) => ({
      path: path.toWellFormed(),
      url: url.toWellFormed(),
      changeType: change,
      linesAdded,
      linesRemoved,
    })),
  authorTimestamp: commit.at.toISOString(),
  displayId: commit.sha.slice(0, 7),
});

const branchWire = (branch: BranchInfo, issueKeys: string[], sequence: number): object => ({
  id: devEntityId(branch.name),
  issueKeys,
  updateSequenceId: sequence,
  name: cut(branch.name, limits.branchName),
  lastCommit: commitWire(branch.head, issueKeys, sequence),
  ...(fits(branch.createPullRequestUrl) && { createPullRequestUrl: branch.createPullRequestUrl }),
  url: branch.url.toWellFormed(),
});

/** DRAFT and NEEDSWORK are no words of the contract, but Atlassian's own app for GitHub sends them. */
const states: Record<PullRequestInfo['state'], string> = {
  open: 'OPEN',
  draft: 'DRAFT',
  merged: 'MERGED',
  declined: 'DECLINED',
};
const verdicts: Record<PullRequestInfo['reviewers'][number]['verdict'], string> = {
  approved: 'APPROVED',
  'needs-work': 'NEEDSWORK',
  unapproved: 'UNAPPROVED',
};

const pullRequestWire = (pullRequest: PullRequestInfo, issueKeys: string[], sequence: number): object => ({
  id: devEntityId(String(pullRequest.number)),
  issueKeys,
  updateSequenceId: sequence,
  status: states[pullRequest.state],
  title: cut(pullRequest.title, limits.title),
  author: personWire(pullRequest.author),
  commentCount: pullRequest.commentCount,
  sourceBranch: cut(pullRequest.source.branch),
  ...(fits(pullRequest.source.url) && { sourceBranchUrl: pullRequest.source.url }),
  lastUpdate: (pullRequest.at ?? new Date(sequence)).toISOString(),
  destinationBranch: cut(pullRequest.target.branch),
  ...(fits(pullRequest.target.url) && { destinationBranchUrl: pullRequest.target.url }),
  reviewers: pullRequest.reviewers.map(({ person, verdict }) => ({
    name: cut(person.name),
    approvalStatus: verdicts[verdict],
    ...(fits(person.url) && { url: person.url }),
    ...(fits(person.avatarUrl) && { avatar: person.avatarUrl }),
    ...(person.email !== undefined && person.email.length <= limits.email && { email: person.email }),
  })),
  url: pullRequest.url.toWellFormed(),
  displayId: `#${pullRequest.number}`,
});

/** What there is to send of an entity that is there. */
type Present = Exclude<SequencedDevEntity, { kind: 'gone' }>;

function partsOf(entity: Present): { id: string; url: string; toWire(keys: string[]): object } {
  const { sequence } = entity;
  switch (entity.kind) {
    case 'commit': {
      const { commit } = entity;
      return { id: commit.sha, url: commit.url, toWire: (keys) => commitWire(commit, keys, sequence) };
    }
    case 'branch': {
      const { branch } = entity;
      return { id: branch.name, url: branch.url, toWire: (keys) => branchWire(branch, keys, sequence) };
    }
    case 'pull-request': {
      const { pullRequest } = entity;
      return {
        id: String(pullRequest.number),
        url: pullRequest.url,
        toWire: (keys) => pullRequestWire(pullRequest, keys, sequence),
      };
    }
  }
}

/** How an entity is told from the others of a request. */
const devEntityKey = (repositoryId: string, list: EntityList, id: string): string =>
  entityKey(fitId(repositoryId, limits.id), list, devEntityId(id));

/** A branch, commit or pull request as Jira takes it. Texts are cut, keys beyond the limit are left out. */
export function prepareDevEntity(entity: Present): Prepared {
  const { possible, impossible } = sortIssueKeys(entity.issueKeys);
  const { id, url, toWire } = partsOf(entity);
  const { repository, sequence } = entity;
  const reasons = tooLongUrls({ url, 'url of the repository': repository.url }, limits.url);
  if (possible.length === 0) reasons.push('it names no issue key that Jira could know');
  if (reasons.length > 0) return { ready: false, reasons, impossibleKeys: impossible };
  const issueKeys = possible.slice(0, limits.issueKeys);
  const list = listOfKind[entity.kind];
  const repositoryId = fitId(repository.id, limits.id);
  const wire: DevWire = {
    repository: {
      id: repositoryId,
      sequence,
      wire: {
        id: repositoryId,
        name: cut(repository.name),
        ...(repository.description && { description: cut(repository.description, limits.description) }),
        url: repository.url.toWellFormed(),
      },
    },
    list,
    entity: toWire(issueKeys),
  };
  return {
    ready: true,
    key: devEntityKey(repository.id, list, id),
    wire,
    issueKeys,
    leftOutKeys: possible.slice(limits.issueKeys),
    impossibleKeys: impossible,
    services: [],
    leftOutServices: [],
  };
}

/** The repositories of a request, each with its entities; the newest says how the repository is called. */
export function repositoriesOf(wires: DevWire[]): object[] {
  const repositories = new Map<string, { newest: DevWire['repository']; lists: Map<EntityList, object[]> }>();
  for (const { repository, list, entity } of wires) {
    const known = repositories.get(repository.id) ?? { newest: repository, lists: new Map() };
    if (repository.sequence > known.newest.sequence) known.newest = repository;
    known.lists.set(list, [...(known.lists.get(list) ?? []), entity]);
    repositories.set(repository.id, known);
  }
  return [...repositories.values()].map(({ newest, lists }) => ({
    ...newest.wire,
    updateSequenceId: newest.sequence,
    ...Object.fromEntries(lists),
  }));
}
