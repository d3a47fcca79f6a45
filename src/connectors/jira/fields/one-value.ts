import type { ErrorCode } from '../../../kit/error-catalogue.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { FieldChoice } from '../../../kit/jira-metadata.ts';
import { Secret } from '../../../kit/secret.ts';
import { renderText } from '../rich-text/render-text.ts';
import { getAllowed, toReference } from './allowed-value.ts';
import { convertCascade } from './cascade.ts';
import { type FieldContext, type FieldValue, invalidValue, isObject, showValue } from './field-value.ts';
import { readDay, readMoment, toJiraMoment } from './moments.ts';

/** One value that is not empty: a text, a secret, or Jira's own JSON of it. */
export type Scalar = string | Secret | { [name: string]: FieldValue };

interface Conversion {
  /** A text that is not empty, without blanks around it unless `isVerbatim`. */
  text(field: FieldChoice, text: string, context: FieldContext): unknown;
  isVerbatim?: true;
  /** Jira's own JSON; passed on where this is absent. */
  object?(field: FieldChoice, object: { [name: string]: FieldValue }, context: FieldContext): unknown;
  /** A secret; refused where this is absent. */
  secret?(secret: Secret, context: FieldContext): unknown;
}

const refuseObject = (field: FieldChoice, object: FieldValue): never => {
  throw invalidValue(field, `${showValue(object)} is no text`);
};

/** A text, as it is. */
const line: Conversion = {
  text: (_, text) => text,
  isVerbatim: true,
  object: refuseObject,
  secret: (secret) => secret,
};

/** One of the values that the field lists; where it lists none, Jira looks for the name. */
const choice = (by: 'name' | 'value'): Conversion => ({
  text: (field, text) =>
    field.allowedValues === undefined
      ? { [by]: text }
      : toReference(getAllowed(field, field.allowedValues, text), by),
});

const plainNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const issueKey = /^[A-Za-z][A-Za-z0-9_]*-\d+$/;
const digits = /^\d{1,15}$/;

const getIssueKey = (field: FieldChoice, text: string): string => {
  if (issueKey.test(text)) return text.toUpperCase();
  throw invalidValue(field, `${showValue(text)} is no issue key`, { hint: 'Write it like MYT-12.' });
};

async function convertUser(field: FieldChoice, text: string, context: FieldContext): Promise<unknown> {
  const { userId, findUser } = context;
  // Jira's word for: whoever the project says.
  if (field.schema.system === 'assignee' && /^(?:-1|automatic)$/i.test(text)) return { [userId]: '-1' };
  return ofField(field, async () => ({ [userId]: await findUser(text) }));
}

/** What is thrown over a value names its field. */
async function ofField<T>(field: FieldChoice, convert: () => T | Promise<T>): Promise<T> {
  try {
    return await convert();
  } catch (thrown) {
    if (!(thrown instanceof TielineError) || !ofValue.includes(thrown.code)) throw thrown;
    throw new TielineError(thrown.code, `${field.name}: ${thrown.message}`, {
      hint: thrown.hint,
      fields: [{ path: field.name, message: thrown.message }],
      details: { ...thrown.details, field: field.key },
      cause: thrown,
    });
  }
}

/** Errors that are about the value alone, and say nothing of where it stands. */
export const ofValue: ErrorCode[] = ['jira-user-unknown', 'request-invalid', 'jira-edition-unsuited'];

const rich = (field: FieldChoice, value: Scalar, { textAs, api }: FieldContext) =>
  ofField(field, () => renderText(value, textAs, api));

/** By the schema's type, or the word that {@link kindOf} has for a field that takes something else. */
const conversions: Record<string, Conversion> = {
  string: line,
  any: { ...line, object: (_, object) => object },
  'rich-text': {
    text: rich,
    isVerbatim: true,
    object: rich,
    secret: (secret, { textAs, api }) => renderText(secret, textAs, api),
  },
  url: {
    object: refuseObject,
    secret: (secret) => secret,
    text(field, text) {
      if (URL.canParse(text)) return text;
      throw invalidValue(field, `${showValue(text)} is no address`, {
        hint: 'Write it with https:// before it.',
      });
    },
  },
  labels: {
    text(field, text) {
      if (!/\s/.test(text)) return text;
      throw invalidValue(field, `the label ${showValue(text)} has a blank in it`, {
        hint: 'A label is one word; several are separated by commas.',
      });
    },
    object: refuseObject,
  },
  number: {
    text(field, text) {
      const number = plainNumber.test(text) ? Number(text) : Number.NaN;
      if (Number.isFinite(number)) return number;
      throw invalidValue(field, `${showValue(text)} is no number`, { hint: 'Write it like 18 or 19.5.' });
    },
    object: refuseObject,
  },
  date: {
    text(field, text, { now }) {
      const day = readDay(text, now());
      if (day !== undefined) return day;
      throw invalidValue(field, `${showValue(text)} is no day`, { hint: 'Write it like 2026-03-25.' });
    },
    object: refuseObject,
  },
  datetime: {
    text(field, text, { now }) {
      const at = readMoment(text, now());
      if (at !== undefined) return toJiraMoment(at);
      throw invalidValue(field, `${showValue(text)} is no moment`, {
        hint: 'Write it like 2026-03-25T18:58:16+01:00.',
      });
    },
    object: refuseObject,
  },
  option: choice('value'),
  'option-with-child': { text: convertCascade, object: convertCascade },
  resolution: choice('name'),
  component: choice('name'),
  priority: choice('name'),
  version: choice('name'),
  securitylevel: choice('name'),
  issuetype: choice('name'),
  user: { text: convertUser },
  group: { text: (_, name) => ({ name }) },
  project: {
    text(field, text) {
      const { allowedValues } = field;
      if (allowedValues === undefined) return { key: text.toUpperCase() };
      const byKey = allowedValues.find(({ key }) => key?.toUpperCase() === text.toUpperCase());
      return toReference(byKey ?? getAllowed(field, allowedValues, text), 'name');
    },
  },
  issuelink: { text: (field, text) => ({ key: getIssueKey(field, text) }) },
  'issue-key': { text: getIssueKey, object: refuseObject },
  sprint: {
    async text(field, text, { findSprint }) {
      if (digits.test(text)) return Number(text);
      if (findSprint !== undefined) return findSprint(text);
      throw invalidValue(field, `${showValue(text)} is no number of a sprint`, {
        hint: 'Give the id of the sprint: it is in the address of the sprint’s page.',
      });
    },
    object: refuseObject,
  },
  team: line,
};

/** One value as Jira takes it. @throws field-value-invalid, and what a look-up throws */
export async function convertOne(
  field: FieldChoice,
  kind: string,
  value: Scalar,
  context: FieldContext,
): Promise<unknown> {
  const conversion = conversions[kind];
  if (value instanceof Secret) {
    if (conversion?.secret !== undefined) return conversion.secret(value, context);
    throw invalidValue(field, 'a secret can be written in a text only');
  }
  if (isObject(value)) return conversion?.object ? conversion.object(field, value, context) : value;
  if (conversion === undefined) {
    throw invalidValue(field, `what a field of the kind "${kind}" takes is not known`, {
      hint: 'Give the value as an object: it is passed on to Jira as it is.',
    });
  }
  return conversion.text(field, conversion.isVerbatim ? value : value.trim(), context);
}
