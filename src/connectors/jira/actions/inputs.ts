import { z } from 'zod';
import { Secret } from '../../../kit/secret.ts';
import type { FieldValue } from '../fields/field-value.ts';
import { textForms } from '../rich-text/render-text.ts';

const name = z.string().trim().min(1).max(255);

/** An issue by its key, as people write it. */
export const issueKey = z
  .string()
  .trim()
  .regex(/^[A-Za-z][A-Za-z0-9_]*-\d+$/, 'expected an issue key such as MYT-1')
  .transform((key) => key.toUpperCase())
  .meta({ description: 'Issue key, e.g. MYT-1.' });

/** A project by its key. */
export const projectKey = name
  .transform((key) => key.toUpperCase())
  .meta({ description: 'Project key, e.g. MYT.' });

const isText = (value: unknown) =>
  (typeof value === 'string' && value.trim() !== '') || value instanceof Secret;

/** A text that may be a secret as a whole. */
const text: z.ZodType<string | Secret> = z
  .any()
  .refine(isText, { message: 'expected a text' })
  .meta({ type: 'string' });

const isFieldValue = (value: unknown): boolean =>
  value === null ||
  value instanceof Secret ||
  ['string', 'number', 'boolean'].includes(typeof value) ||
  (typeof value === 'object' && Object.values(value).every(isFieldValue));

const fieldValue: z.ZodType<FieldValue> = z.any().refine(isFieldValue, {
  message: 'expected what JSON can hold',
});

/** Fields by display name or key, each with its value. */
export const fieldList = z
  .array(z.strictObject({ name: name.meta({ description: 'Display name or key.' }), value: fieldValue }))
  .max(500)
  .default([]);

/** How the texts of fields and comments are written. */
export const textAs = z.enum(textForms).default('markdown');

const role = z.strictObject({ type: z.enum(['group', 'role']), value: name });

/** A comment, for everybody or for a group or role alone. */
export const newComment = z.strictObject({ text, visibility: role.optional() });

/** People by e-mail address, name, display name or account id. */
export const people = z.array(name).max(50);

/** The issue `type` the other one, e.g. `is blocked by` MYT-2. */
export const newLink = z.strictObject({
  type: name.meta({
    description: 'The words of a link type in either direction, e.g. "blocks", "is blocked by".',
  }),
  issue: issueKey,
});

const mostFileCharacters = 20 * 1024 * 1024;
const fileName = name.regex(/^[^/\\\r\n\0]+$/, 'expected a file name without a folder');

/** A file: a text, or bytes in base64 (RFC 4648 §4). */
export const newAttachment = z
  .strictObject({
    name: fileName,
    text: z.string('expected a text, and no secret').max(mostFileCharacters).optional(),
    content: z.base64('expected bytes in base64').max(mostFileCharacters).optional(),
  })
  .refine(({ text, content }) => (text === undefined) !== (content === undefined), {
    message: 'expected either text or content',
  });

/** A step of the workflow: by the status that it leads to, by its own name, or by both. */
export const transitionTo = z
  .strictObject({
    status: z.string().trim().max(255).default(''),
    transitionName: z.string().trim().max(255).default(''),
    fields: fieldList.meta({ description: 'Fields of its screen.' }),
  })
  .refine(({ status, transitionName }) => status !== '' || transitionName !== '', {
    message: 'expected a status or a transitionName',
  });

/** What may be added to any issue. */
export const additions = {
  comment: newComment.optional(),
  watchers: people.default([]),
  links: z.array(newLink).max(50).default([]),
  attachments: z.array(newAttachment).max(20).default([]),
};

export type NewComment = z.output<typeof newComment>;
export type NewLink = z.output<typeof newLink>;
export type NewAttachment = z.output<typeof newAttachment>;
export type TransitionTo = z.output<typeof transitionTo>;
export type GivenField = z.output<typeof fieldList>[number];
