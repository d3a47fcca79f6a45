import type { MergeMethod } from './git/merge.ts';
import type { Principal } from './world.ts';

export const pullRequestStates = ['open', 'merged', 'closed'] as const;
export type PullRequestState = (typeof pullRequestStates)[number];

export const reviewDecisions = ['pending', 'reviewed', 'approved', 'changereq'] as const;
export type ReviewDecision = (typeof reviewDecisions)[number];

/** Someone who is asked for a review or has given one. */
export interface Reviewer {
  principal: Principal;
  addedBy: Principal;
  type: 'assigned' | 'requested' | 'self_assigned';
  decision: ReviewDecision;
  /** The commit that was looked at; empty before the first review. */
  sha: string;
  latestReviewId: number | null;
  created: number;
  updated: number;
}

/** A line in the history of a pull request, comments included. */
export interface Activity {
  id: number;
  parentId: number | null;
  order: number;
  subOrder: number;
  type: string;
  kind: 'system' | 'comment' | 'change-comment';
  text: string;
  payload: Record<string, unknown>;
  author: Principal;
  created: number;
  updated: number;
  edited: number;
  deleted: number | null;
  resolved: number | null;
  resolver: Principal | null;
}

/** A pull request inside one repository. Times are milliseconds since 1970. */
export interface PullRequest {
  number: number;
  id: number;
  state: PullRequestState;
  isDraft: boolean;
  title: string;
  description: string;
  sourceBranch: string;
  sourceSha: string;
  targetBranch: string;
  /** The target's head when last looked at. */
  targetSha: string;
  mergeBaseSha: string;
  author: Principal;
  created: number;
  updated: number;
  edited: number;
  closed: number | null;
  merged: number | null;
  mergeMethod: MergeMethod | null;
  merger: Principal | null;
  stats: { commits: number; filesChanged: number; additions: number; deletions: number };
  reviewers: Reviewer[];
  activities: Activity[];
}

/** The counts of a pull request's conversations. */
export function countConversations({ activities }: PullRequest): {
  conversations: number;
  unresolved: number;
} {
  const threads = activities.filter(
    (one) => one.kind !== 'system' && one.parentId === null && one.deleted === null,
  );
  return {
    conversations: threads.length,
    unresolved: threads.filter((one) => one.resolved === null).length,
  };
}

/** Adds a line to the history, and says that the pull request has changed. */
export function addActivity(
  pull: PullRequest,
  id: number,
  at: number,
  given: Pick<Activity, 'type' | 'kind' | 'author'> & Partial<Activity>,
): Activity {
  const thread = pull.activities.filter((one) => one.parentId === null);
  const activity: Activity = {
    id,
    parentId: null,
    order: thread.length + 1,
    subOrder: 0,
    text: '',
    payload: {},
    created: at,
    updated: at,
    edited: at,
    deleted: null,
    resolved: null,
    resolver: null,
    ...given,
  };
  pull.activities.push(activity);
  pull.updated = at;
  return activity;
}
