import { z } from 'zod';
import { projectKey } from './seed-credentials.ts';

const fieldId = z.string().regex(/^(?:customfield_\d+|[a-zA-Z]+)$/, 'must be a field id');

/** The kinds of custom fields that can be made. */
export const customFieldKinds = [
  'text',
  'paragraph',
  'number',
  'date',
  'datetime',
  'url',
  'labels',
  'select',
  'radio',
  'multi-select',
  'checkboxes',
  'cascading',
  'user',
  'users',
  'group',
  'groups',
  'project',
  'version',
  'versions',
  'sprint',
  'epic-link',
  'epic-name',
] as const;
export type CustomFieldKind = (typeof customFieldKinds)[number];

/** A choice of a field: its text alone, or with those below it in a cascading select. */
const optionSchema = z.union([
  z.string().min(1),
  z.strictObject({ value: z.string().min(1), children: z.array(z.string().min(1)).default([]) }),
]);

export const customFieldSchema = z.strictObject({
  id: z.string().regex(/^customfield_\d+$/, 'must be an id such as customfield_10050'),
  name: z.string().min(1),
  kind: z.enum(customFieldKinds),
  options: z.array(optionSchema).default([]),
  /** The field is there in these alone; everywhere when absent. */
  projects: z.array(projectKey).optional(),
  issueTypes: z.array(z.string().min(1)).optional(),
});

/** What a screen makes of a field: not there, there, or there and to be filled. */
const presence = z.enum(['hidden', 'optional', 'required']);

/** Changes where fields are; a later rule overrules an earlier one. Without rules every field is on both screens. */
export const screenRuleSchema = z.strictObject({
  fields: z.array(fieldId).min(1),
  projects: z.array(projectKey).optional(),
  issueTypes: z.array(z.string().min(1)).optional(),
  create: presence.optional(),
  edit: presence.optional(),
});

/** An issue type that is more than its name. Types that only projects name are ordinary ones. */
export const issueTypeSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  /** -1 is a sub-task, 0 an ordinary issue, 1 an epic. */
  level: z.union([z.literal(-1), z.literal(0), z.literal(1)]).default(0),
});

export const statusSchema = z.strictObject({
  name: z.string().min(1),
  category: z.enum(['new', 'indeterminate', 'done']),
});

const transitionSchema = z.strictObject({
  id: z.string().regex(/^\d+$/),
  name: z.string().min(1),
  /** Statuses that it leads away from; from everywhere when absent. */
  from: z.array(z.string().min(1)).optional(),
  to: z.string().min(1),
  /** Fields of its screen, and those among them that must be given. */
  fields: z.array(fieldId).default([]),
  required: z.array(fieldId).default([]),
  /** Who else does not see it: a condition of the workflow. */
  only: z.enum(['assignee', 'reporter', 'project-administrator']).optional(),
});

/** A workflow: the projects and issue types that have it, its first status and its transitions. */
export const workflowSchema = z.strictObject({
  projects: z.array(projectKey).optional(),
  issueTypes: z.array(z.string().min(1)).optional(),
  statuses: z.array(z.string().min(1)).min(1),
  transitions: z.array(transitionSchema),
});

export const versionSchema = z.strictObject({
  name: z.string().min(1),
  released: z.boolean().default(false),
  archived: z.boolean().default(false),
});

export const sprintSchema = z.strictObject({
  id: z.int().positive(),
  name: z.string().min(1),
  state: z.enum(['future', 'active', 'closed']),
  board: z.int().positive().default(1),
});

export const linkTypeSchema = z.strictObject({
  name: z.string().min(1),
  inward: z.string().min(1),
  outward: z.string().min(1),
});

export const defaultStatuses = [
  { name: 'To Do', category: 'new' as const },
  { name: 'In Progress', category: 'indeterminate' as const },
  { name: 'Done', category: 'done' as const },
];

/** Every status from everywhere, as in Jira's simplified workflow. */
export const defaultWorkflow = {
  statuses: ['To Do', 'In Progress', 'Done'],
  transitions: ['To Do', 'In Progress', 'Done'].map((name, index) => ({
    id: String(10 * index + 11),
    name,
    to: name,
  })),
};

export const defaultLinkTypes = [
  { name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  { name: 'Cloners', inward: 'is cloned by', outward: 'clones' },
  { name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' },
  { name: 'Relates', inward: 'relates to', outward: 'relates to' },
];
