import { TielineError } from '../../../kit/errors.ts';
import type { FieldChoice } from '../../../kit/jira-metadata.ts';
import { Secret } from '../../../kit/secret.ts';
import type { TextForm } from '../rich-text/render-text.ts';

/** What an author writes for a field. An object is Jira's own JSON; null and an empty text clear the field. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | Secret
  | FieldValue[]
  | { [name: string]: FieldValue };

/** What the conversion of a value needs to know of the site and of the author's wishes. */
export interface FieldContext {
  api: '2' | '3';
  /** By what the site knows its users. */
  userId: 'accountId' | 'name';
  /** The one user who is meant, by {@link userId}. @throws jira-user-unknown */
  findUser(query: string): Promise<string>;
  /** The id of a sprint by its name. Absent: sprints are given by their number only. */
  findSprint?(name: string): Promise<number>;
  /** How texts of many paragraphs are written. */
  textAs: TextForm;
  now(): Date;
}

/** Whether a value is Jira's own JSON of one thing. */
export const isObject = (value: FieldValue): value is { [name: string]: FieldValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);

const longestShown = 200;

/** A value as an error message shows it: cut, never a secret. */
export function showValue(value: FieldValue): string {
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown).toWellFormed()}…`;
}

/** The error for a value that a field cannot have: `Due date: "soon" is no date. …`. */
export function invalidValue(
  field: FieldChoice,
  why: string,
  options: { hint?: string; cause?: unknown; details?: Record<string, unknown> } = {},
): TielineError {
  return new TielineError('field-value-invalid', `${field.name}: ${why}`, {
    ...options,
    fields: [{ path: field.name, message: why }],
    details: { field: field.key, ...options.details },
  });
}
