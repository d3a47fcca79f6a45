import { z } from 'zod';

/** What Bitbucket Data Center sends, as far as it is read: the same entities in webhooks and in answers. */

/** Milliseconds in answers; some versions write ISO 8601 into webhooks. */
const moment = z
  .union([z.number(), z.string()])
  .refine((value) => !Number.isNaN(new Date(value).getTime()), 'is no time')
  .transform((value) => new Date(value));

const person = z.object({
  name: z.string(),
  displayName: z.string().nullish(),
  emailAddress: z.string().nullish(),
});
export type WirePerson = z.output<typeof person>;

export const repository = z.object({
  id: z.number(),
  slug: z.string(),
  project: z.object({ key: z.string() }),
  description: z.string().nullish(),
  archived: z.boolean().nullish(),
  origin: z.object({ id: z.number() }).nullish(),
});
export type WireRepository = z.output<typeof repository>;

export const project = z.object({ key: z.string(), name: z.string(), type: z.string().nullish() });

export const commit = z.object({
  id: z.string(),
  message: z.string(),
  author: person,
  authorTimestamp: moment,
  committerTimestamp: moment.nullish(),
  parents: z.array(z.object({ id: z.string() })).nullish(),
});
export type WireCommit = z.output<typeof commit>;

/** A branch with its head, which is among the metadata under a name that begins with the plugin's. */
export const branch = z.object({
  displayId: z.string(),
  latestCommit: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type WireBranch = z.output<typeof branch>;

const side = z.object({ id: z.string(), displayId: z.string(), repository });

export const pullRequest = z.object({
  id: z.number(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.string(),
  /** Not before 8.18. */
  draft: z.boolean().nullish(),
  updatedDate: moment.nullish(),
  fromRef: side,
  toRef: side,
  author: z.object({ user: person }).nullish(),
  reviewers: z.array(z.object({ user: person, status: z.string().nullish() })).nullish(),
  properties: z.object({ commentCount: z.number().nullish() }).nullish(),
});
export type WirePullRequest = z.output<typeof pullRequest>;

export const webhook = z.object({ id: z.number(), url: z.string().nullish() });

/** Webhooks. */
export const refsChanged = z.object({
  date: moment.nullish(),
  repository,
  changes: z.array(
    z.object({
      refId: z.string(),
      fromHash: z.string(),
      toHash: z.string(),
      type: z.string(),
    }),
  ),
});

export const pullRequestHook = z.object({
  date: moment.nullish(),
  pullRequest: z.object({
    id: z.number(),
    updatedDate: moment.nullish(),
    toRef: z.object({ repository }),
  }),
});

export const repositoryModified = z.object({ date: moment.nullish(), old: repository, new: repository });
