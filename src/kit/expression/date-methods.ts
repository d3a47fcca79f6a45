import { type Callable, takes, textAt, wholeAt } from './arguments.ts';
import { asDay, dateText, type ExpressionValue, isDay, kindOf } from './value.ts';
import { failed, shortEnough, type Work, wrongKind } from './work.ts';

const dayMs = 86_400_000;
const units: Readonly<Record<string, number>> = {
  Weeks: 7 * dayMs,
  Days: dayMs,
  Hours: 3_600_000,
  Minutes: 60_000,
  Seconds: 1_000,
};

/** The moment so many months later, at the last day of that month where it has no such day. */
function plusMonths(date: Date, months: number): number {
  const moved = new Date(date);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  return moved.setUTCDate(Math.min(date.getUTCDate(), lastDay));
}

/** The moment as a date of the same kind as the one it was counted from. */
function likeDate(date: Date, moment: number, work: Work): Date {
  const moved = new Date(moment);
  const year = moved.getUTCFullYear();
  if (!(year >= 1 && year <= 9_999)) throw failed(work, 'the date is outside of the years 1 to 9999');
  return isDay(date) ? asDay(moved) : moved;
}

/** `plusDays`, `minusMonths` and the like, for one direction. */
function moves(word: string, sign: 1 | -1): [string, Callable<Date>][] {
  const byMonths = ([unit, months]: [string, number]): [string, Callable<Date>] => [
    `${word}${unit}`,
    takes(1, (date, args, work) =>
      likeDate(date, plusMonths(date, sign * months * wholeAt(args, 0, work)), work),
    ),
  ];
  const byLength = ([unit, length]: [string, number]): [string, Callable<Date>] => [
    `${word}${unit}`,
    takes(1, (date, args, work) => {
      if (isDay(date) && length < dayMs)
        throw failed(work, `a day has no time; use currentTime() for ${unit}`);
      return likeDate(date, date.getTime() + sign * length * wholeAt(args, 0, work), work);
    }),
  ];
  const months: [string, number][] = [
    ['Years', 12],
    ['Months', 1],
  ];
  return [...months.map(byMonths), ...Object.entries(units).map(byLength)];
}

const padded = (value: number, length: number) => String(value).padStart(length, '0');

/** Letters of a format, as in Java's DateTimeFormatter. */
const formatLetters: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: (date) => padded(date.getUTCFullYear(), 4),
  yy: (date) => padded(date.getUTCFullYear() % 100, 2),
  MM: (date) => padded(date.getUTCMonth() + 1, 2),
  M: (date) => String(date.getUTCMonth() + 1),
  dd: (date) => padded(date.getUTCDate(), 2),
  d: (date) => String(date.getUTCDate()),
  HH: (date) => padded(date.getUTCHours(), 2),
  mm: (date) => padded(date.getUTCMinutes(), 2),
  ss: (date) => padded(date.getUTCSeconds(), 2),
  SSS: (date) => padded(date.getUTCMilliseconds(), 3),
  XXX: () => 'Z',
  Z: () => '+0000',
};

function format(date: Date, pattern: string, work: Work): string {
  return pattern.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*/g, (found: string, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    const letters = Object.hasOwn(formatLetters, found) ? formatLetters[found] : undefined;
    if (letters) return letters(date);
    const known = Object.keys(formatLetters).join(', ');
    throw failed(work, `a format has no letters ${found}; there are ${known}, and texts between '…'`);
  });
}

/** A text of a day or a moment as a date. Throws `expression-failed` for any other. */
export function parseDate(text: string, work: Work): Date {
  const isDayText = /^\d{4}-\d\d-\d\d$/.test(text);
  // Jira writes the zone without a colon.
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : '';
  const date = new Date(isDayText ? text : moment);
  if (Number.isNaN(date.getTime())) {
    throw failed(work, 'a date is written as 2026-11-22, a moment as 2026-11-22T13:18:00Z');
  }
  return isDayText ? asDay(date) : date;
}

/** The methods of a day or a moment. All of them count in UTC. */
export const dateMethods: Readonly<Record<string, Callable<Date>>> = {
  ...Object.fromEntries([...moves('plus', 1), ...moves('minus', -1)]),
  format: takes(1, (date, args, work) => format(date, shortEnough(textAt(args, 0, work), work), work)),
  toString: takes(0, dateText),
  toLocalDate: takes(0, asDay),
  toEpochMilli: takes(0, (date) => date.getTime()),
  getYear: takes(0, (date) => date.getUTCFullYear()),
  getMonthValue: takes(0, (date) => date.getUTCMonth() + 1),
  getDayOfMonth: takes(0, (date) => date.getUTCDate()),
  isBefore: takes(1, (date, args, work) => date < dateAt(args, work)),
  isAfter: takes(1, (date, args, work) => date > dateAt(args, work)),
};

function dateAt([value = null]: ExpressionValue[], work: Work): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'string') return parseDate(value, work);
  throw wrongKind(work, 'Argument 1', 'a date', kindOf(value));
}
