import { z } from 'zod';

/** What Harness Code sends, as far as it is read; see its API description and facts of its webhooks. */
const principal = z.object({
  display_name: z.string().default(''),
  email: z.string().optional(),
  uid: z.string().optional(),
});

const signature = z.object({
  identity: z.object({ name: z.string().default(''), email: z.string().default('') }),
  when: z.string(),
});

const paths = z.array(z.string()).nullish();

export const commit = z.object({
  sha: z.string(),
  message: z.string().default(''),
  author: signature,
  parent_shas: z.array(z.string()).nullish(),
  url: z.string().optional(),
  added: paths,
  removed: paths,
  modified: paths,
  stats: z
    .object({
      files: z
        .array(
          z.object({
            path: z.string(),
            status: z.string().optional(),
            insertions: z.number().optional(),
            deletions: z.number().optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
export type WireCommit = z.output<typeof commit>;

export const repository = z.object({
  id: z.number(),
  path: z.string(),
  default_branch: z.string().optional(),
  description: z.string().nullish(),
  fork_id: z.number().nullish(),
  archived: z.boolean().optional(),
});
export type WireRepository = z.output<typeof repository>;

export const branch = z.object({ name: z.string(), sha: z.string().optional(), commit: commit.nullish() });

export const pullRequest = z.object({
  number: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.enum(['open', 'merged', 'closed']),
  is_draft: z.boolean().nullish(),
  author: principal.nullish(),
  source_branch: z.string(),
  /** Null once the fork that it came from is gone. */
  source_repo_id: z.number().nullish(),
  source_repo: z.object({ path: z.string() }).nullish(),
  source_sha: z.string().nullish(),
  merge_base_sha: z.string().nullish(),
  target_branch: z.string(),
  /** Milliseconds. */
  updated: z.number().nullish(),
  edited: z.number().nullish(),
  created: z.number().nullish(),
  stats: z.object({ conversations: z.number().nullish() }).nullish(),
});
export type WirePullRequest = z.output<typeof pullRequest>;

export const reviewer = z.object({ reviewer: principal, review_decision: z.string().nullish() });
export type WireReviewer = z.output<typeof reviewer>;

export const webhook = z.object({ identifier: z.string(), url: z.string() });

/** A webhook's body, whatever its trigger. */
export const hookBody = z.object({
  trigger: z.string(),
  repo: repository,
  ref: z.object({ name: z.string(), repo: repository.optional() }).nullish(),
  sha: z.string().nullish(),
  old_sha: z.string().nullish(),
  forced: z.boolean().nullish(),
  head_commit: commit.nullish(),
  commits: z.array(commit).nullish(),
  total_commits_count: z.number().nullish(),
  pull_req: pullRequest.nullish(),
});
export type HookBody = z.output<typeof hookBody>;
