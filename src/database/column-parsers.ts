import pg from 'pg';
import { TielineError } from '../kit/errors.ts';

const oids = { int8: 20, date: 1082, int8Array: 1016 } as const;

/** An int8 as a number. Throws beyond 2^53 instead of rounding: such a column must be read as text. */
function parseInt8(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new TielineError('internal-error', `the database holds ${text}, which a number cannot hold exactly`, {
    hint: 'Read this column as text: cast it in the query.',
  });
}

const asText = (text: string) => text;
/** `{1,2,NULL}`; arrays in our tables have one dimension. */
const parseInt8Array = (text: string) =>
  text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((item) => (item === 'NULL' ? null : parseInt8(item)));

const ours = new Map<number, (text: string) => unknown>([
  [oids.int8, parseInt8],
  [oids.int8Array, parseInt8Array],
  // pg makes a local midnight of it, which is another day in another zone
  [oids.date, asText],
]);

/**
 * How columns become values, in this one place: int8 and count() are numbers, timestamptz a Date, numeric and sum()
 * of int8 stay text, date stays `YYYY-MM-DD`, json is parsed, bytea a Buffer.
 */
export const columnParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : ours.get(oid)) ??
    pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};
