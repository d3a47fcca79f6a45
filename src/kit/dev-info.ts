import type { Sequenced } from './jira.ts';

/** Somebody at a code host. */
export interface Person {
  name: string;
  email?: string;
  username?: string;
  url?: string;
  avatarUrl?: string;
}

/** A repository, whatever its host. */
export interface RepositoryInfo {
  /** The host's own id, which a rename does not change. */
  id: string;
  /** The full path, e.g. `acme/shop/checkout`. */
  name: string;
  url: string;
  description?: string;
  defaultBranch?: string;
  /** Of the repository that it is a fork of. */
  forkOf?: string;
  archived?: boolean;
}

/** What happened to a file in a commit. Jira's words; see the Development Information API, version 0.10. */
export const fileChangeTypes = ['ADDED', 'COPIED', 'DELETED', 'MODIFIED', 'MOVED', 'UNKNOWN'] as const;

export interface FileChange {
  path: string;
  url: string;
  change: (typeof fileChangeTypes)[number];
  /** Undefined where the host does not tell. */
  linesAdded?: number;
  linesRemoved?: number;
}

export interface CommitInfo {
  sha: string;
  message: string;
  author: Person;
  /** When it was authored. */
  at: Date;
  url: string;
  isMerge: boolean;
  /** The first ones; `fileCount` counts all. */
  files: FileChange[];
  fileCount: number;
}

export interface BranchInfo {
  /** Without `refs/heads/`. */
  name: string;
  url: string;
  createPullRequestUrl?: string;
  head: CommitInfo;
  /** When it last changed by the host's word; the time of receipt stands for it where the host tells none. */
  at?: Date;
}

export const pullRequestStates = ['open', 'draft', 'merged', 'declined'] as const;
export const reviewVerdicts = ['approved', 'needs-work', 'unapproved'] as const;

export interface PullRequestInfo {
  number: number;
  title: string;
  description: string;
  state: (typeof pullRequestStates)[number];
  author: Person;
  source: { branch: string; url?: string; repositoryId: string };
  target: { branch: string; url?: string };
  url: string;
  /** When it last changed by the host's word. */
  at?: Date;
  reviewers: { person: Person; verdict: (typeof reviewVerdicts)[number] }[];
  commentCount: number;
  /** The commits that are in it, as far as the host lists them. */
  commits: string[];
}

/** What is known of a repository's branches, commits and pull requests after something touched them. */
export interface DevInfo {
  repository: RepositoryInfo;
  branches: BranchInfo[];
  commits: CommitInfo[];
  pullRequests: PullRequestInfo[];
  /** What is no longer there: branch names, pull request numbers as text, commit ids. */
  gone: { kind: DevEntityKind; id: string; at?: Date }[];
}

export const devEntityKinds = ['branch', 'commit', 'pull-request'] as const;
export type DevEntityKind = (typeof devEntityKinds)[number];

/** By what an entity is known at Jira's side. `id` is the host's: a branch's name, a commit's id, a number as text. */
export interface DevEntityKey {
  repositoryId: string;
  kind: DevEntityKind;
  id: string;
}

/**
 * One state of one branch, commit or pull request, with the issues that it is shown on, and those that it was shown on
 * before and is no longer. Texts of any length.
 */
export type DevEntity = { repository: RepositoryInfo; issueKeys: string[]; formerIssueKeys: string[] } & (
  | { kind: 'branch'; branch: BranchInfo }
  | { kind: 'commit'; commit: CommitInfo }
  | { kind: 'pull-request'; pullRequest: PullRequestInfo }
  /** No longer there, or of no issue any more: Jira forgets it. */
  | { kind: 'gone'; of: DevEntityKind; id: string }
);

/** How entities are submitted. Jira takes these for a request, not for an entity. */
export interface DevSubmission {
  /** By which all of it can be found and deleted again. */
  properties: Record<string, string>;
  /** Old things: Jira takes more of them, later, and runs no smart commits on them. */
  backfill: boolean;
}

/** A {@link DevEntity} with the sequence number that orders its states. */
export type SequencedDevEntity = Sequenced<DevEntity>;
