import { z } from 'zod';

/** What GitLab sends, as far as it is read. */

/** ISO 8601 from REST; `2026-11-22 10:00:00 UTC` from webhooks. */
const moment = z
  .string()
  .transform((text) => text.replace(/^(\S+) (\S+) UTC$/, '$1T$2Z'))
  .pipe(z.iso.datetime({ offset: true }))
  .transform((text) => new Date(text));

const user = z.object({
  name: z.string().default(''),
  username: z.string().optional(),
  web_url: z.string().optional(),
  avatar_url: z.string().nullish(),
});
export type WireUser = z.output<typeof user>;

/** A project, in webhooks and in REST. */
export const project = z.object({
  id: z.int(),
  path_with_namespace: z.string().min(1),
  web_url: z.string().default(''),
  description: z.string().nullish(),
  default_branch: z.string().nullish(),
  archived: z.boolean().optional(),
  forked_from_project: z.object({ id: z.int() }).nullish(),
});
export type WireProject = z.output<typeof project>;

export const commit = z.object({
  id: z.string().min(1),
  message: z.string(),
  author_name: z.string().default(''),
  author_email: z.string().nullish(),
  authored_date: moment,
  committed_date: moment.nullish(),
  parent_ids: z.array(z.string()).nullish(),
});
export type WireCommit = z.output<typeof commit>;

export const branch = z.object({ name: z.string(), commit });

/** One file of a commit's diff. */
export const fileDiff = z.object({
  new_path: z.string(),
  diff: z.string().nullish(),
  new_file: z.boolean().optional(),
  renamed_file: z.boolean().optional(),
  deleted_file: z.boolean().optional(),
  /** With these the diff is left out. */
  collapsed: z.boolean().nullish(),
  too_large: z.boolean().nullish(),
});
export type WireFileDiff = z.output<typeof fileDiff>;

export const mergeRequest = z.object({
  iid: z.int(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  draft: z.boolean().nullish(),
  /** The word of versions before 14. */
  work_in_progress: z.boolean().nullish(),
  author: user.nullish(),
  source_branch: z.string(),
  source_project_id: z.int().nullish(),
  target_branch: z.string(),
  web_url: z.string(),
  updated_at: moment,
  user_notes_count: z.number().default(0),
});
export type WireMergeRequest = z.output<typeof mergeRequest>;

export const reviewer = z.object({ user, state: z.string().nullish() });
export type WireReviewer = z.output<typeof reviewer>;

export const approvals = z.object({ approved_by: z.array(z.object({ user })).nullish() });

export const webhook = z.object({ id: z.int(), url: z.string() });

const paths = z.array(z.string()).nullish();

export const pushedCommit = z.object({
  id: z.string().min(1),
  message: z.string(),
  timestamp: moment,
  author: z.object({ name: z.string().default(''), email: z.string().nullish() }),
  added: paths,
  removed: paths,
  modified: paths,
});
export type WirePushedCommit = z.output<typeof pushedCommit>;

export const push = z.object({
  project,
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  commits: z.array(pushedCommit).nullish(),
  total_commits_count: z.int().nullish(),
});

const mergeRequestAttributes = z.object({ iid: z.int(), updated_at: moment.nullish() });

export const mergeRequestEvent = z.object({ project, object_attributes: mergeRequestAttributes });

export const noteEvent = z.object({ project, merge_request: mergeRequestAttributes.nullish() });

/** What happened to a project: from the hook of a group, or of the whole GitLab. */
export const projectEvent = z.object({ project_id: z.int(), path_with_namespace: z.string().min(1) });
