import { z } from 'zod';
import { Secret } from '../../../kit/secret.ts';
import { holdsExpression } from './expression-text.ts';
import { findNearest } from './nearest.ts';

/** What a value of a spec is once its expressions are resolved: JSON in which there may be secrets. */
export type SpecValue =
  | null
  | boolean
  | number
  | string
  | Secret
  | SpecValue[]
  | { [name: string]: SpecValue };

/** Takes what a schema takes; of a spec as it is written, an expression in its place too. */
export type OrExpression = <T>(schema: z.ZodType<T>) => z.ZodType<T>;

/** Of a spec whose expressions are resolved. */
export const resolvedValue: OrExpression = (schema) => schema;

/** Of a spec as it is written: what an expression will give is not known. Only for checking. */
export const writtenValue: OrExpression = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  z.any().transform((value, context): T => {
    if (holdsExpression(value)) return value as T;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      context.issues.push({ code: 'custom', path, message, input: value });
    }
    return z.NEVER;
  });

/** A map that knows its fields: another is refused with the name that was probably meant. */
export const knownFields = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) => {
      const known = Object.keys(shape);
      if (issue.code !== 'unrecognized_keys') return `must be a map of ${known.join(', ')}`;
      const told = issue.keys.map((key) => {
        const near = findNearest(key, known);
        return `"${key}"${near === undefined ? '' : ` (did you mean "${near}"?)`}`;
      });
      const only = known.join(', ');
      return `has no field ${told.join(', ')}; there may be ${only}`;
    },
  });

const isAbsent = (value: unknown) => value === null || value === undefined;

/** One line of text; what YAML takes for a number or a switch is a text too. Without blanks around it. */
const scalar = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be a text' })
  .transform((value) => String(value).trim());

/** A text that must be there: `what` is its name in the message, in Harness's words. */
export const neededText = (what: string): z.ZodType<string> =>
  z.preprocess(
    (value) => (isAbsent(value) ? '' : value),
    scalar.refine((text) => text !== '', `${what} can't be empty`),
  );

/** A text that may be absent, empty or null, all of which are one. */
export const optionalText: z.ZodType<string | undefined> = z.preprocess(
  (value) => (isAbsent(value) || value === '' ? undefined : value),
  scalar.optional(),
);

/** A switch, also as a text; absent is no. */
export const yesOrNo: z.ZodType<boolean> = z
  .union([z.boolean(), z.literal(['true', 'false']), z.literal('')], { error: 'must be true or false' })
  .nullish()
  .transform((value) => value === true || value === 'true');

/** Any value, of which secrets stay secrets. */
export const anyValue = z.custom<SpecValue>(isSpecValue, 'must be a text, a number, a list or a map');

/** A list that may be absent or null. */
export const listOf = <T>(item: z.ZodType<T>): z.ZodType<T[]> =>
  z.preprocess((value) => (isAbsent(value) ? [] : value), z.array(item, { error: 'must be a list' }));

function isSpecValue(value: unknown): value is SpecValue {
  if (value === null || value instanceof Secret) return true;
  if (Array.isArray(value)) return value.every(isSpecValue);
  if (typeof value === 'object') return Object.values(value).every(isSpecValue);
  return ['string', 'number', 'boolean'].includes(typeof value);
}
