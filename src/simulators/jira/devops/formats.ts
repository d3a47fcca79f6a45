import { z } from 'zod';

/** A text of at most so many characters; counted as Unicode characters, as JSON Schema does. */
export const text = (maximum: number) =>
  z.string().refine((value) => value.length <= maximum || [...value].length <= maximum, {
    error: `must be at most ${maximum} characters long`,
  });

// RFC 3986 leaves these out of a URI; a percent sign must begin an escape.
const uriCharacters = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

function isWebAddress(value: string): boolean {
  return uriCharacters.test(value) && /^https?:\/\/[^/?#]/i.test(value) && URL.canParse(value);
}

/** An absolute http(s) address of at most 2000 characters. */
export const url = text(2000).refine(isWebAddress, { error: 'must be a valid URL' });

const dateTime =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

function isDateTime(value: string): boolean {
  const parts = dateTime.exec(value);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  // Day 0 of the next month is the last of this one.
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** An RFC 3339 date-time with its offset. */
export const timestamp = z
  .string()
  .refine(isDateTime, { error: 'must be an RFC 3339 date-time with an offset' });

/** A whole number that fits 64 bits. */
export const int64 = z
  .number()
  .refine((value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 63, { error: 'must be an integer' });

/** A whole number of 32 bits, not negative. */
export const count = z.number().refine((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31, {
  error: 'must be 0 or more',
});

/** One word of a list. */
export const oneOf = <const T extends string>(words: readonly T[]) =>
  z.enum(words, {
    error: (issue) => (issue.input === undefined ? undefined : `must be one of ${words.join(', ')}`),
  });

/** A list with bounds. */
export const list = <T extends z.ZodType>(item: T, minimum: number, maximum: number) =>
  z
    .array(item)
    .min(minimum, { error: `must have at least ${minimum} item(s)` })
    .max(maximum, { error: `must have at most ${maximum} items` });

/** An issue key by the builds and deployments APIs. */
export const issueKey = z.string().regex(/^\w{1,255}-\d{1,255}$/, { error: 'must be a valid issue key' });

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** Jira's sentences for what is wrong with an entity, e.g. `'url' is required`. */
export function complaints(error: z.ZodError, entity: unknown): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.join('.');
    if (valueAt(entity, issue.path) === undefined) return `'${path}' is required`;
    return path === '' ? issue.message : `'${path}' ${issue.message}`;
  });
}
