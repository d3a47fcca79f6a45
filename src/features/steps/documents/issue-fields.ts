import { z } from 'zod';
import {
  anyValue,
  knownFields,
  listOf,
  neededText,
  type OrExpression,
  optionalText,
  type SpecValue,
} from './spec-values.ts';

/** A field of an issue and what it is to hold. */
export interface GivenField {
  name: string;
  value: SpecValue;
}

/** The fields of a spec; one name given twice is refused, as Harness does. */
export const fieldsOf = (or: OrExpression) =>
  or(
    listOf(knownFields({ name: or(optionalText).optional(), value: anyValue.optional() })).superRefine(
      (fields, context) => {
        const names = fields.flatMap(({ name }) => (name === undefined || name.includes('<+') ? [] : [name]));
        const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
        if (twice.length === 0) return;
        context.addIssue({ code: 'custom', message: `Duplicate jira fields: [${twice.join(', ')}]` });
      },
    ),
  );

/** What of the fields is sent as one, what is told as something else, and what is left out, with a word on it. */
export interface SortedFields {
  fields: GivenField[];
  /** By the name of the field in lower case: those asked for. */
  apart: Record<string, SpecValue>;
  notices: string[];
}

/**
 * Leaves out what Harness leaves out: fields without a name, with no value at all, or with the text "null", which an
 * expression of Harness gives that leads to nothing. An empty text stays: it clears the field.
 */
export function sortFields(
  given: readonly { name?: string; value?: SpecValue }[],
  apart: readonly string[],
): SortedFields {
  const sorted: SortedFields = { fields: [], apart: {}, notices: [] };
  for (const { name, value = null } of given) {
    const isApart = apart.find((one) => one === name?.toLowerCase());
    if (name === undefined) sorted.notices.push('A field without a name is left out');
    else if (value === null) sorted.notices.push(`The field "${name}" is left out: it has no value`);
    else if (value === 'null') {
      sorted.notices.push(`The field "${name}" is left out: its value is the text "null"`);
    } else if (isApart !== undefined) sorted.apart[isApart] = value;
    else sorted.fields.push({ name, value });
  }
  return sorted;
}

/** What a comment may be given as: a text, or a text and who may see it. */
const commentOf = (or: OrExpression) =>
  or(
    z.union(
      [
        z.string().transform((text) => ({ text, visibility: undefined })),
        knownFields({ text: or(anyValue), visibility: anyValue.optional() }),
      ],
      { error: 'must be a text, or a map of text and visibility' },
    ),
  ).optional();

/** Fields of a spec that Harness does not have: both steps that write an issue take them. */
export const beyondHarness = (or: OrExpression) => ({
  textAs: or(
    z.enum(['markdown', 'plain', 'adf', 'wiki'], { error: 'must be markdown, plain, adf or wiki' }),
  ).optional(),
  comment: commentOf(or),
  watchers: or(listOf(anyValue)).optional(),
  links: or(listOf(knownFields({ type: or(neededText('type')), issue: or(neededText('issue')) }))).optional(),
  attachments: or(listOf(anyValue)).optional(),
});

/** The comment of a step: from its field of that name, or from its own place. */
export function commentFrom(
  field: SpecValue | undefined,
  comment: { text: SpecValue; visibility?: SpecValue } | undefined,
): { text: SpecValue; visibility?: SpecValue } | undefined {
  if (comment !== undefined) return comment;
  if (field === undefined || field === '') return undefined;
  return { text: typeof field === 'number' || typeof field === 'boolean' ? String(field) : field };
}

/** Without what is undefined or an empty list: an action knows its own defaults. */
export function given(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
