import { Secret } from '../secret.ts';
import { joined, numberOf, pieceOf, textOf, toNumber } from './convert.ts';
import { matchesWhole } from './patterns.ts';
import type { BinaryOperator } from './tree.ts';
import { described, type ExpressionValue, isMap, kindOf } from './value.ts';
import { failed, secretMisused, spend, type Work, wrongKind } from './work.ts';

/**
 * Whether two values are equal as JEXL has it: a number and a text are compared as numbers, a boolean and a text as
 * texts, lists and maps by what they hold. Null equals null only.
 */
export function equal(left: ExpressionValue, right: ExpressionValue, work: Work): boolean {
  if (left instanceof Secret || right instanceof Secret) throw secretMisused(work, 'A comparison');
  if (left === right) return true;
  if (left === null || right === null) return false;
  spend(work, 1);
  if (typeof left === 'object' || typeof right === 'object') return equalObjects(left, right, work);
  if (typeof left === typeof right) return false;
  if (typeof left === 'boolean' || typeof right === 'boolean') return String(left) === String(right);
  return numberOf(String(left)) === numberOf(String(right));
}

function equalObjects(left: ExpressionValue, right: ExpressionValue, work: Work): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null, work));
  }
  if (isMap(left) && isMap(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every(
        (name) => Object.hasOwn(right, name) && equal(left[name] ?? null, right[name] ?? null, work),
      )
    );
  }
  const moments = [left, right].map(momentOf);
  return moments[0] !== undefined && moments[0] === moments[1];
}

/** Milliseconds since 1970 of a date, or of a text that is written like one. */
function momentOf(value: ExpressionValue): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d(T|$)/.test(value)) return undefined;
  const moment = Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(moment) ? undefined : moment;
}

/** Below, at or above zero, as the left value stands to the right one; undefined when one is null. */
function order(left: ExpressionValue, right: ExpressionValue, work: Work): number | undefined {
  if (left instanceof Secret || right instanceof Secret) throw secretMisused(work, 'A comparison');
  if (left === null || right === null) return undefined;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (left instanceof Date || right instanceof Date) {
    const [first, second] = [momentOf(left), momentOf(right)];
    if (first === undefined || second === undefined) throw failed(work, 'a date is compared with dates only');
    return first - second;
  }
  return toNumber(left, work, 'A comparison by size') - toNumber(right, work, 'A comparison by size');
}

/** `=~`: a text that the pattern on the right matches as a whole, an item of the list, a key of the map. */
function matches(left: ExpressionValue, right: ExpressionValue, work: Work): boolean {
  if (left instanceof Secret || right instanceof Secret) throw secretMisused(work, 'A match');
  if (Array.isArray(right)) return right.some((item) => equal(left, item, work));
  if (left === null) return false;
  if (isMap(right)) return Object.hasOwn(right, textOf(left, work, 'A key'));
  if (typeof right !== 'string')
    throw wrongKind(work, '=~', 'a pattern or a list on its right', kindOf(right));
  return matchesWhole(right, textOf(left, work, 'A match'), work);
}

function affix(
  test: (text: string, part: string) => boolean,
): (left: ExpressionValue, right: ExpressionValue, work: Work) => boolean {
  return (left, right, work) =>
    left !== null && right !== null && test(textOf(left, work, 'A match'), textOf(right, work, 'A match'));
}

const startsWith = affix((text, part) => text.startsWith(part));
const endsWith = affix((text, part) => text.endsWith(part));

function plus(left: ExpressionValue, right: ExpressionValue, work: Work): ExpressionValue {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  const hasText = [left, right].some((value) => typeof value === 'string' || value instanceof Secret);
  if (!hasText)
    throw failed(
      work,
      `+ adds numbers and joins texts, not ${described(kindOf(left))} and ${described(kindOf(right))}`,
    );
  return joined([pieceOf(left, work), pieceOf(right, work)], work);
}

function arithmetic(
  sign: string,
  count: (left: number, right: number) => number,
): (left: ExpressionValue, right: ExpressionValue, work: Work) => number {
  return (left, right, work) => {
    const value = count(toNumber(left, work, sign), toNumber(right, work, sign));
    if (!Number.isFinite(value)) throw failed(work, `${sign} gives no number`);
    return value;
  };
}

const compared =
  (test: (order: number) => boolean, ofNulls: boolean) =>
  (left: ExpressionValue, right: ExpressionValue, work: Work): boolean => {
    const found = order(left, right, work);
    return found === undefined ? ofNulls && left === right : test(found);
  };

/** What the operators make of two values. Those that may leave out their right side are the evaluator's own. */
export const operators: Readonly<
  Record<
    Exclude<BinaryOperator, 'or' | 'and' | 'elvis' | 'default'>,
    (left: ExpressionValue, right: ExpressionValue, work: Work) => ExpressionValue
  >
> = {
  equal,
  unequal: (left, right, work) => !equal(left, right, work),
  matches,
  matchesNot: (left, right, work) => !matches(left, right, work),
  startsWith,
  startsNotWith: (left, right, work) => !startsWith(left, right, work),
  endsWith,
  endsNotWith: (left, right, work) => !endsWith(left, right, work),
  less: compared((found) => found < 0, false),
  atMost: compared((found) => found <= 0, true),
  greater: compared((found) => found > 0, false),
  atLeast: compared((found) => found >= 0, true),
  plus,
  minus: arithmetic('-', (left, right) => left - right),
  times: arithmetic('*', (left, right) => left * right),
  dividedBy: arithmetic('/', (left, right) => left / right),
  remainder: arithmetic('%', (left, right) => left % right),
};

/** Whether JEXL's `?:` takes the right side: null, an empty text, false, the text "false", zero. */
export function isNothing(value: ExpressionValue): boolean {
  return value === null || value === '' || value === false || value === 'false' || value === 0;
}
