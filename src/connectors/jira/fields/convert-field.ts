import type { FieldChoice } from '../../../kit/jira-metadata.ts';
import { Secret } from '../../../kit/secret.ts';
import { kindOf, setElsewhere } from './field-kind.ts';
import { type FieldContext, type FieldValue, invalidValue, isObject, showValue } from './field-value.ts';
import { convertOne, type Scalar } from './one-value.ts';
import { splitList } from './split-list.ts';
import { convertTimeTracking } from './time-tracking.ts';

/**
 * A value as Jira's API takes it in `fields`. Null and an empty text clear the field, an object is Jira's own JSON, a text
 * for many values is separated by commas.
 *
 * Jira Cloud platform REST API v3 and Jira Server and Data Center REST API v2: "Create issue", "Edit issue".
 * @throws field-value-invalid naming the field, the value and, where the field lists them, the allowed values
 * @throws jira-user-unknown, and what the text of a rich field or a look-up of the context throws
 */
export async function convertField(
  field: FieldChoice,
  value: FieldValue,
  context: FieldContext,
): Promise<unknown> {
  const { kind, isMany } = kindOf(field.schema);
  const instead = setElsewhere[kind];
  if (instead !== undefined) {
    throw invalidValue(field, 'it cannot be set as a field', { hint: instead });
  }
  if (kind === 'any' && typeof value !== 'string') return value;
  if (kind === 'timetracking') return convertTimeTracking(field, value);
  const convert = (one: Scalar) => convertOne(field, kind, one, context);
  return isMany ? convertMany(field, value, convert) : convertSingle(field, value, context, convert);
}

const isEmpty = (value: FieldValue) => value === null || (typeof value === 'string' && value.trim() === '');

async function convertMany(
  field: FieldChoice,
  value: FieldValue,
  convert: (one: Scalar) => Promise<unknown>,
): Promise<unknown> {
  if (isEmpty(value)) return [];
  const items = typeof value === 'string' ? splitValues(field, value) : [value].flat();
  const converted: unknown[] = [];
  // One after the other: two look-ups of one person are one, and of several errors the first is told.
  for (const item of items) {
    if (isObject(item)) converted.push(item);
    else if (Array.isArray(item) || isEmpty(item))
      throw invalidValue(field, `${showValue(item)} is no value of it`);
    else converted.push(await convert(toScalar(item)));
  }
  return converted;
}

/** A value that has a comma in its own name needs no quotes where it stands alone. */
const splitValues = ({ allowedValues = [] }: FieldChoice, text: string): string[] =>
  allowedValues.some(({ label }) => label === text.trim()) ? [text.trim()] : splitList(text);

async function convertSingle(
  field: FieldChoice,
  value: FieldValue,
  context: FieldContext,
  convert: (one: Scalar) => Promise<unknown>,
): Promise<unknown> {
  const [only, ...others] = Array.isArray(value) ? value : [value];
  if (others.length > 0) throw invalidValue(field, `it takes one value, not ${showValue(value)}`);
  if (only === undefined || isEmpty(only)) return cleared(field, context);
  if (Array.isArray(only)) throw invalidValue(field, `${showValue(only)} is no value of it`);
  return convert(isObject(only) ? only : toScalar(only));
}

/** Cloud lets go of a parent by a word of its own; see "Edit issue". Every other field is empty when it is null. */
const cleared = ({ schema }: FieldChoice, { api }: FieldContext): unknown =>
  schema.system === 'parent' && api === '3' ? { none: true } : null;

const toScalar = (value: FieldValue): Scalar =>
  typeof value === 'string' || value instanceof Secret ? value : String(value);
