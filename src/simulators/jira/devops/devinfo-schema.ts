import { z } from 'zod';
import { issueAssociation, requireIssues } from './association-schema.ts';
import { count, int64, list, oneOf, text, timestamp, url } from './formats.ts';

/** An entity's own id within its repository. */
const entityId = text(1024).refine((id) => /^[A-Za-z0-9~.\-_]+$/.test(id), {
  error: "may only hold alphanumeric characters and '~.-_'",
});

const issueKeys = list(
  z.string().regex(/^\p{L}[\p{L}\p{Nd}_]{1,255}-\p{Nd}{1,255}$/u, { error: 'must be a valid issue key' }),
  1,
  500,
);

const person = z.object({
  name: text(255).optional(),
  email: text(255).optional(),
  username: text(255).optional(),
  url: text(2000).optional(),
  avatar: text(2000).optional(),
});

const entity = {
  id: entityId,
  issueKeys: issueKeys.optional(),
  /** Newer than the published contract, which knows `issueKeys` alone. */
  associations: list(issueAssociation, 1, 3).optional(),
  updateSequenceId: int64,
};

/** A commit of the Development Information API 0.10. A long message is cut, not refused. */
export const commitSchema = z
  .object({
    ...entity,
    hash: text(255).optional(),
    flags: z
      .array(oneOf(['MERGE_COMMIT']))
      .refine((flags) => new Set(flags).size === flags.length, { error: 'must not repeat' })
      .optional(),
    message: z.string().transform((message) => [...message].slice(0, 1024).join('')),
    author: person,
    fileCount: count,
    url,
    files: list(
      z.object({
        path: text(1024),
        url,
        changeType: oneOf(['ADDED', 'COPIED', 'DELETED', 'MODIFIED', 'MOVED', 'UNKNOWN']),
        linesAdded: count,
        linesRemoved: count,
      }),
      0,
      10,
    ).optional(),
    authorTimestamp: timestamp,
    displayId: text(255),
  })
  .superRefine(requireIssues);

/** A branch with its last commit. */
export const branchSchema = z
  .object({
    ...entity,
    name: text(512),
    lastCommit: commitSchema,
    createPullRequestUrl: text(2000).optional(),
    // The contract gives a branch's url no format.
    url: text(2000),
  })
  .superRefine(requireIssues);

/** A pull request. `DRAFT` and `NEEDSWORK` are sent by other apps in practice; the contract lacks them. */
export const pullRequestSchema = z
  .object({
    ...entity,
    status: oneOf(['OPEN', 'MERGED', 'DECLINED', 'UNKNOWN', 'DRAFT']),
    title: text(1024),
    author: person,
    commentCount: z.number().refine((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31, {
      error: 'must be an integer',
    }),
    sourceBranch: text(255),
    sourceBranchUrl: url.optional(),
    lastUpdate: timestamp,
    destinationBranch: text(255).optional(),
    destinationBranchUrl: url.optional(),
    reviewers: z
      .array(
        z.object({
          name: text(255).optional(),
          approvalStatus: oneOf(['APPROVED', 'UNAPPROVED', 'NEEDSWORK']).default('UNAPPROVED'),
          url: url.optional(),
          avatar: url.optional(),
          email: text(254).optional(),
          accountId: text(128).optional(),
        }),
      )
      .optional(),
    url,
    displayId: text(255),
  })
  .superRefine(requireIssues);

/** A repository without its entities. */
export const repositorySchema = z.object({
  id: entityId,
  name: text(255),
  description: text(1024).optional(),
  forkOf: text(1024).optional(),
  url,
  avatar: url.optional(),
  avatarDescription: text(1024).optional(),
  updateSequenceId: int64,
});

export type Commit = z.output<typeof commitSchema>;
export type Branch = z.output<typeof branchSchema>;
export type PullRequest = z.output<typeof pullRequestSchema>;
export type RepositoryData = z.output<typeof repositorySchema>;
