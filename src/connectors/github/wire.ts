import { z } from 'zod';

/** What GitHub sends, as far as it is read; webhooks and REST, which share most forms. */

/** ISO 8601; in the repository of a push whole seconds since 1970. */
const moment = z.union([
  z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  z
    .int()
    .min(0)
    .max(8_640_000_000_000)
    .transform((seconds) => new Date(seconds * 1_000)),
]);

/** A user, an organization or a bot. Null where it was deleted; empty where a commit's address is nobody's. */
const account = z.object({
  login: z.string().optional(),
  html_url: z.string().optional(),
  avatar_url: z.string().optional(),
});
export type WireAccount = z.output<typeof account>;

export const repository = z.object({
  id: z.int(),
  full_name: z.string().min(1),
  html_url: z.string().default(''),
  description: z.string().nullish(),
  default_branch: z.string().nullish(),
  archived: z.boolean().optional(),
  parent: z.object({ id: z.int() }).nullish(),
  pushed_at: moment.nullish(),
  updated_at: moment.nullish(),
  owner: z.object({ login: z.string().optional(), type: z.string().optional() }).nullish(),
  permissions: z.object({ admin: z.boolean().optional() }).nullish(),
});
export type WireRepository = z.output<typeof repository>;

export const commit = z.object({
  sha: z.string().min(1),
  commit: z.object({
    message: z.string(),
    author: z
      .object({ name: z.string().default(''), email: z.string().nullish(), date: moment.nullish() })
      .nullish(),
    committer: z.object({ date: moment.nullish() }).nullish(),
  }),
  author: account.nullish(),
  parents: z.array(z.object({ sha: z.string() })).default([]),
  files: z
    .array(
      z.object({
        filename: z.string(),
        status: z.string().optional(),
        additions: z.number().optional(),
        deletions: z.number().optional(),
      }),
    )
    .nullish(),
});
export type WireCommit = z.output<typeof commit>;

export const comparison = z.object({ total_commits: z.int(), commits: z.array(commit) });

const side = z.object({ ref: z.string(), repo: repository.nullish() });

export const pullRequest = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  merged_at: moment.nullish(),
  user: account.nullish(),
  html_url: z.string(),
  updated_at: moment.nullish(),
  head: side,
  base: side,
  requested_reviewers: z.array(account).nullish(),
  requested_teams: z.array(z.object({ name: z.string(), html_url: z.string().optional() })).nullish(),
  comments: z.number().default(0),
  review_comments: z.number().default(0),
});
export type WirePullRequest = z.output<typeof pullRequest>;

/** One of a list: enough to know which, and when it changed. */
export const pullRequestInList = z.object({ number: z.int(), updated_at: moment });

export const review = z.object({ user: account.nullish(), state: z.string() });
export type WireReview = z.output<typeof review>;

export const webhook = z.object({ id: z.int(), config: z.object({ url: z.string().nullish() }).nullish() });

const paths = z.array(z.string()).nullish();

export const pushedCommit = z.object({
  id: z.string().min(1),
  message: z.string(),
  timestamp: moment,
  author: z.object({
    name: z.string().default(''),
    email: z.string().nullish(),
    username: z.string().optional(),
  }),
  added: paths,
  removed: paths,
  modified: paths,
});
export type WirePushedCommit = z.output<typeof pushedCommit>;

export const push = z.object({
  repository,
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  deleted: z.boolean().optional(),
  forced: z.boolean().optional(),
  commits: z.array(pushedCommit).nullish(),
  head_commit: pushedCommit.nullish(),
});

export const refEvent = z.object({ repository, ref: z.string(), ref_type: z.string() });

export const pullRequestEvent = z.object({
  repository,
  action: z.string(),
  pull_request: z.object({ number: z.int(), updated_at: moment.nullish() }),
});

export const issueEvent = z.object({
  repository,
  action: z.string(),
  issue: z.object({ number: z.int(), updated_at: moment.nullish(), pull_request: z.unknown().optional() }),
});

export const repositoryEvent = z.object({ repository, action: z.string() });
