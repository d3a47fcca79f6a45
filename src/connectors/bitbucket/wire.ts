import { z } from 'zod';

/** What Bitbucket Cloud sends, as far as it is read: the same entities in webhooks and in answers. */
const moment = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no time')
  .transform((text) => new Date(text));

const link = z.object({ href: z.string() });

export const account = z.object({
  display_name: z.string().nullish(),
  nickname: z.string().nullish(),
  account_id: z.string().nullish(),
  links: z.object({ html: link.nullish(), avatar: link.nullish() }).nullish(),
});
export type WireAccount = z.output<typeof account>;

export const repository = z.object({
  uuid: z.string(),
  full_name: z.string(),
  description: z.string().nullish(),
  links: z.object({ html: link }),
  mainbranch: z.object({ name: z.string() }).nullish(),
  parent: z.object({ uuid: z.string() }).nullish(),
});
export type WireRepository = z.output<typeof repository>;

export const commit = z.object({
  hash: z.string(),
  message: z.string(),
  date: moment,
  /** `Ada Park <ada@example.com>`, and who that is at Bitbucket, where it knows. */
  author: z.object({ raw: z.string(), user: account.nullish() }),
  parents: z.array(z.object({ hash: z.string() })).nullish(),
});
export type WireCommit = z.output<typeof commit>;

export const branch = z.object({ name: z.string(), target: commit });

const side = z.object({
  branch: z.object({ name: z.string() }),
  /** Null once a fork is gone. */
  repository: z.object({ uuid: z.string(), links: z.object({ html: link }).nullish() }).nullish(),
});

export const pullRequest = z.object({
  id: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.string(),
  draft: z.boolean().nullish(),
  author: account.nullish(),
  source: side,
  destination: side,
  comment_count: z.number().nullish(),
  updated_on: moment.nullish(),
  links: z.object({ html: link }),
  participants: z
    .array(
      z.object({
        user: account.nullish(),
        role: z.string().nullish(),
        approved: z.boolean().nullish(),
        state: z.string().nullish(),
      }),
    )
    .nullish(),
});
export type WirePullRequest = z.output<typeof pullRequest>;

export const webhook = z.object({ uuid: z.string(), url: z.string() });

/** Webhooks. */
const reference = z.object({ type: z.string(), name: z.string(), target: z.object({ hash: z.string() }) });

const pushChange = z.object({
  old: reference.nullish(),
  new: reference.nullish(),
  forced: z.boolean().nullish(),
  /** There are more than the five at most that are listed. */
  truncated: z.boolean().nullish(),
  commits: z.array(z.unknown()).nullish(),
});

/** A change whose commits and head are whole. */
export const wholeChange = z.object({
  new: z.object({ target: commit }),
  truncated: z.boolean().nullish(),
  commits: z.array(commit).nullish(),
});
export type WholeChange = z.output<typeof wholeChange>;

export const pushHook = z.object({ repository, push: z.object({ changes: z.array(pushChange) }) });

export const pullRequestHook = z.object({
  repository,
  pullrequest: z.object({ id: z.number(), updated_on: moment.nullish() }),
});

export const repositoryHook = z.object({
  repository,
  changes: z.object({ full_name: z.unknown(), name: z.unknown() }).partial().nullish(),
});
