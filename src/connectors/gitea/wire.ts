import { z } from 'zod';

/** What Gitea and Forgejo send, as far as it is read; see `modules/structs` of Gitea and its API description. */
const moment = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no time')
  .transform((text) => new Date(text));

export const user = z.object({
  login: z.string(),
  full_name: z.string().nullish(),
  email: z.string().nullish(),
  avatar_url: z.string().nullish(),
  html_url: z.string().nullish(),
});
export type WireUser = z.output<typeof user>;

export const repository = z.object({
  id: z.number(),
  full_name: z.string(),
  html_url: z.string(),
  description: z.string().nullish(),
  default_branch: z.string().nullish(),
  parent: z.object({ id: z.number() }).nullish(),
  archived: z.boolean().nullish(),
  permissions: z.object({ admin: z.boolean() }).nullish(),
});
export type WireRepository = z.output<typeof repository>;

const paths = z.array(z.string()).nullish();

/** A commit in a webhook, and the head of a branch. It tells no parents. */
export const payloadCommit = z.object({
  id: z.string(),
  message: z.string(),
  author: z.object({ name: z.string(), email: z.string().nullish(), username: z.string().nullish() }),
  timestamp: moment,
  added: paths,
  removed: paths,
  modified: paths,
});
export type WirePayloadCommit = z.output<typeof payloadCommit>;

const gitUser = z.object({ name: z.string(), email: z.string().nullish(), date: moment });

/** A commit in a list. */
export const commit = z.object({
  sha: z.string(),
  commit: z.object({ message: z.string(), author: gitUser, committer: gitUser }),
  /** The user whose address the author has. */
  author: user.nullish().catch(null),
  parents: z.array(z.object({ sha: z.string() })).nullish(),
  files: z.array(z.object({ filename: z.string(), status: z.string().nullish() })).nullish(),
});
export type WireCommit = z.output<typeof commit>;

export const branch = z.object({ name: z.string(), commit: payloadCommit });

const side = z.object({
  /** The branch, even where it is gone and `ref` is `refs/pull/4/head`. */
  label: z.string(),
  ref: z.string(),
  /** -1 once the repository is gone. */
  repo_id: z.number(),
  repo: z.object({ html_url: z.string() }).nullish(),
});

export const pullRequest = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  merged: z.boolean().nullish(),
  /** Not before Gitea 1.22. */
  draft: z.boolean().nullish(),
  user: user.nullish(),
  comments: z.number().nullish(),
  html_url: z.string(),
  updated_at: moment.nullish(),
  head: side,
  base: side,
  requested_reviewers: z.array(user).nullish(),
});
export type WirePullRequest = z.output<typeof pullRequest>;

export const review = z.object({
  id: z.number(),
  /** Null where a team is asked. */
  user: user.nullish(),
  state: z.string(),
  dismissed: z.boolean().nullish(),
});
export type WireReview = z.output<typeof review>;

/** `username` is the older word for its name. */
export const organization = z
  .object({ name: z.string().nullish(), username: z.string().nullish(), full_name: z.string().nullish() })
  .transform(({ name, username, full_name: fullName }) => ({ name: name ?? username ?? '', fullName }))
  .refine(({ name }) => name !== '', 'has no name');

export const webhook = z.object({ id: z.number(), config: z.record(z.string(), z.string()) });

/** Webhooks. */
export const pushHook = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  /** The first ones: five, where an installation says nothing else (`FEED_MAX_COMMIT_NUM`). */
  commits: z.array(payloadCommit).nullish(),
  total_commits: z.number().nullish(),
  head_commit: payloadCommit.nullish(),
  repository,
});
export type PushHook = z.output<typeof pushHook>;

export const refHook = z.object({ ref: z.string(), ref_type: z.string(), repository });

export const pullRequestHook = z.object({
  action: z.string(),
  number: z.number(),
  pull_request: z.object({ updated_at: moment.nullish() }),
  repository,
});

export const commentHook = z.object({
  issue: z.object({ number: z.number(), pull_request: z.unknown().nullish() }),
  is_pull: z.boolean().nullish(),
  repository,
});

export const repositoryHook = z.object({ action: z.string(), repository });
