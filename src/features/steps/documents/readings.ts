import { z } from 'zod';
import type { Json } from '../../../kit/action.ts';
import { checkText } from './check-expressions.ts';
import { holdsExpression } from './expression-text.ts';
import type { Plan, PlanOptions } from './plan.ts';
import type { WrongPlaces } from './wrong-places.ts';

/** What is filled while a document is read. */
export interface Reading {
  options: PlanOptions;
  wrong: WrongPlaces;
  skipped: Plan['skipped'];
  notice(text: string): void;
}

/** A map of the document. */
export type Fields = { [name: string]: Json };

export const isMap = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether anything is said by a value: neither null nor empty. */
export const saysSomething = (value: Json | undefined): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  value !== false &&
  !(typeof value === 'object' && Object.keys(value).length === 0);

const name = /^[a-zA-Z_0-9-.][-0-9a-zA-Z_\s.]{0,127}$/;
const identifier = /^[a-zA-Z_][0-9a-zA-Z_]{0,127}$/;

/** A text of the document, or an empty one where there is none. */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Identifier and name of a step, a group, a stage or a pipeline, by Harness's rules; what breaks them is told. */
export function readNames(
  fields: Fields,
  path: string[],
  { wrong }: Reading,
): { identifier: string; name: string } {
  const found = { identifier: textOf(fields.identifier), name: textOf(fields.name) };
  if (found.identifier === '') wrong.add([...path, 'identifier'], 'is missing');
  else if (!identifier.test(found.identifier)) {
    const rule = 'up to 128 letters, digits and _, and no digit first';
    wrong.add([...path, 'identifier'], `"${found.identifier}" is no identifier: ${rule}`);
  }
  if (found.name === '') wrong.add([...path, 'name'], 'is missing');
  else if (!name.test(found.name) && !holdsExpression(found.name)) {
    const rule = 'up to 128 letters, digits, blanks, and - _ .';
    wrong.add([...path, 'name'], `"${found.name}" is no name: ${rule}`);
  }
  return found;
}

/** Reads a value by a schema; what is wrong with it is told, and undefined given. */
export function readBy<T>(
  schema: z.ZodType<T>,
  value: Json | undefined,
  path: string[],
  { wrong }: Reading,
): T | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) wrong.add([...path, ...issue.path.map(String)], issue.message);
  return undefined;
}

const variable = z.looseObject({
  name: z.string({ error: 'is missing' }).min(1, 'is missing'),
  type: z.string().default('String'),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  default: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  required: z.boolean().default(false),
});

/** Variables of a pipeline or a stage: those of the type Secret are references to secrets of the hub. */
export function readVariables(
  value: Json | undefined,
  path: string[],
  reading: Reading,
  given: Record<string, string> = {},
): Record<string, string> {
  const list = readBy(z.array(variable, { error: 'must be a list' }).nullish(), value, path, reading) ?? [];
  const found: Record<string, string> = {};
  for (const [index, one] of list.entries()) {
    const text = String(given[one.name] ?? one.value ?? one.default ?? '');
    const isReference = one.type === 'Secret' && !holdsExpression(text) && text !== '';
    found[one.name] = isReference ? `<+secrets.getValue(${JSON.stringify(text)})>` : text;
    checkText(text, [...path, String(index), 'value'], reading.wrong);
    if (text === '' && one.required) {
      reading.wrong.add([...path, String(index)], `the variable "${one.name}" must have a value`);
    }
  }
  return { ...found, ...Object.fromEntries(Object.entries(given).filter(([key]) => !(key in found))) };
}
