import { z } from 'zod';
import { TielineError } from '../../../../kit/errors.ts';
import { type ExpressionMap, isDay } from '../../../../kit/expression/index.ts';
import { isFields } from '../../json-fields.ts';
import { isTimeZone, type WallClock, wallClockOf } from './wall-clock.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** A calendar that does not open within a year does not open. */
const farthestDays = 366;

const weekDays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'must be a time zone of the IANA database, such as Europe/Berlin' });
const clockTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day such as 09:00');

const byFields = z.strictObject({
  startField: z.string().min(1).meta({ description: 'A field of the issue with a date or a moment.' }),
  endField: z.string().min(1),
  timeZone: timeZone.default('UTC').meta({ description: 'Where a date begins and ends.' }),
});
const byCalendar = z.strictObject({
  days: z.array(z.enum(weekDays)).min(1),
  from: clockTime,
  to: clockTime.meta({ description: 'At or before `from`: of the next day.' }),
  timeZone,
  except: z
    .array(z.iso.date())
    .max(1_000)
    .default([])
    .meta({ description: 'Days on which it stays closed.' }),
});

const wrongsOf = (schema: typeof byFields | typeof byCalendar, given: unknown): string => {
  const issues = schema.safeParse(given).error?.issues ?? [];
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
};

/** When an approval may take effect. What is wrong is told of the kind of window that was meant. */
export const changeWindow = z.union([byFields, byCalendar], {
  error: ({ input }) =>
    wrongsOf(
      isFields(input) && ('startField' in input || 'endField' in input) ? byFields : byCalendar,
      input,
    ),
});
export type ChangeWindow = z.output<typeof changeWindow>;

/** How a window stands at a moment. */
export interface WindowState {
  isOpen: boolean;
  /** When it opens, if it is closed and will. */
  opensAt?: Date;
  /** Why it does not, in words that end a sentence. */
  why?: string;
}

/** The names of the issue's fields that a window looks at. */
export const namesIn = (window: ChangeWindow): string[] =>
  'days' in window ? [] : [window.startField, window.endField];

/** Whether a window is open. @throws approval-criteria-invalid for a field that holds no date */
export function windowAt(window: ChangeWindow, issue: ExpressionMap, now: Date): WindowState {
  return 'days' in window ? calendarAt(window, now) : fieldsAt(window, issue, now);
}

function fieldsAt(window: z.output<typeof byFields>, issue: ExpressionMap, now: Date): WindowState {
  const clock = wallClockOf(window.timeZone);
  const start = momentIn(issue, window.startField, clock, 0);
  // A last day belongs to the window.
  const end = momentIn(issue, window.endField, clock, dayMs);
  if (start === undefined || end === undefined) {
    const empty = start === undefined ? window.startField : window.endField;
    return { isOpen: false, why: `the field "${empty}" of the issue is empty` };
  }
  if (now >= end || start >= end) return { isOpen: false, why: `it has ended at ${end.toISOString()}` };
  return now >= start ? { isOpen: true } : { isOpen: false, opensAt: start };
}

function momentIn(issue: ExpressionMap, name: string, clock: WallClock, moreMs: number): Date | undefined {
  const value = Object.hasOwn(issue, name) ? issue[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return isDay(value) ? clock.momentOf(value.getTime() + moreMs, 'first') : value;
  throw new TielineError(
    'approval-criteria-invalid',
    `The change window cannot be read: the field "${name}" holds no date`,
    { hint: 'Name two fields of the issue that hold dates or moments.' },
  );
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

function calendarAt(calendar: z.output<typeof byCalendar>, now: Date): WindowState {
  const { days, except } = calendar;
  const clock = wallClockOf(calendar.timeZone);
  const [from, to] = [minutesOf(calendar.from), minutesOf(calendar.to)];
  const length = to > from ? to - from : to - from + 24 * 60;
  const today = Math.floor(clock.at(now) / dayMs) * dayMs;
  // What opened yesterday may still be open.
  for (let day = today - dayMs; day <= today + farthestDays * dayMs; day += dayMs) {
    const date = new Date(day);
    const weekDay = weekDays[date.getUTCDay()];
    if (weekDay === undefined || !days.includes(weekDay)) continue;
    if (except.includes(date.toISOString().slice(0, 10))) continue;
    const opensAt = clock.momentOf(day + from * minuteMs, 'first');
    const closesAt = clock.momentOf(day + (from + length) * minuteMs, 'last');
    if (now < closesAt) return now >= opensAt ? { isOpen: true } : { isOpen: false, opensAt };
  }
  return { isOpen: false, why: 'the calendar opens on no day within a year' };
}
