import { z } from 'zod';
import type {
  AllowedValue,
  FieldChoice,
  IssueTypeChoice,
  ProjectChoice,
  StatusChoice,
  TransitionChoice,
  UserChoice,
} from '../../kit/jira-metadata.ts';
import { isoDate } from '../../kit/paging.ts';

/** Choices for a form, and how old they are. */
export const choicesOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    fetchedAt: isoDate.meta({ description: 'When Jira said so.' }),
    ageSeconds: z.number(),
  });

export const projectChoice = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
}) satisfies z.ZodType<ProjectChoice>;

export const issueTypeChoice = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  isSubtask: z.boolean(),
}) satisfies z.ZodType<IssueTypeChoice>;

export const statusChoice = z.object({
  id: z.string(),
  name: z.string(),
  category: z.string(),
  issueTypes: z.array(z.string()).meta({ description: 'The types whose issues may have it.' }),
}) satisfies z.ZodType<StatusChoice>;

const allowedValue: z.ZodType<AllowedValue> = z
  .object({
    id: z.string(),
    label: z.string(),
    get children() {
      return z.array(allowedValue);
    },
  })
  .meta({ id: 'AllowedValue' });

export const fieldChoice = z.object({
  key: z.string(),
  name: z.string(),
  required: z.boolean(),
  hasDefault: z.boolean(),
  schema: z.object({
    type: z.string(),
    items: z.string().optional(),
    system: z.string().optional(),
    custom: z.string().optional(),
  }),
  operations: z.array(z.string()),
  allowedValues: z.array(allowedValue).optional().meta({ description: 'Absent: any value of its schema.' }),
}) satisfies z.ZodType<FieldChoice>;

export const transitionChoice = z.object({
  id: z.string(),
  name: z.string(),
  toStatus: z.object({ id: z.string(), name: z.string(), category: z.string() }),
  fields: z.array(fieldChoice),
}) satisfies z.ZodType<TransitionChoice>;

export const userChoice = z.object({
  id: z.string(),
  displayName: z.string(),
  email: z.string().optional(),
  active: z.boolean(),
}) satisfies z.ZodType<UserChoice>;
