import { JqlError } from './jql-tokens.ts';

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** How far a clock of the zone is ahead of UTC at a moment, in milliseconds. */
function offsetMs(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/** The moment at which a clock of the zone shows this; `wall` is that as if it were UTC. */
function momentOf(wall: number, timeZone: string): number {
  const guess = wall - offsetMs(wall, timeZone);
  return wall - offsetMs(guess, timeZone);
}

/** The start of the day, week or month in which a clock of the zone stands, moved by so many of them. */
function startOf(unit: string, nowMs: number, timeZone: string, moved: number): number {
  const wall = new Date(nowMs + offsetMs(nowMs, timeZone));
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
  const start = {
    day: Date.UTC(year, month, day + moved),
    week: Date.UTC(year, month, day - wall.getUTCDay() + 7 * moved),
    month: Date.UTC(year, month + moved, 1),
    year: Date.UTC(year + moved, 0, 1),
  }[unit];
  return momentOf(start ?? 0, timeZone);
}

/**
 * The moment that JQL means: a day, a minute, a distance from now such as `-4w 2d`, or a function. What is written as a
 * clock shows it is read in the time zone of who asks, whatever the zone of the server.
 */
export function readJqlTime(value: string, field: string, now: Date, timeZone: string): number {
  const nowMs = now.getTime();
  if (/^now\(\)$/i.test(value)) return nowMs;
  const bound = /^(start|end)of(day|week|month|year)\(["']?([+-]?\d+)?[dwMy]?["']?\)$/i.exec(value);
  if (bound !== null) {
    const [, which = '', unit = '', moved = '0'] = bound;
    const isEnd = which.toLowerCase() === 'end';
    return startOf(unit.toLowerCase(), nowMs, timeZone, Number(moved) + (isEnd ? 1 : 0)) - (isEnd ? 1 : 0);
  }
  const relative = /^([+-]?)((?:\d+[mhdw]\s*)+)$/.exec(value);
  if (relative !== null) {
    const [, sign, amounts = ''] = relative;
    const distance = [...amounts.matchAll(/(\d+)([mhdw])/g)].reduce(
      (sum, [, amount, unit = 'm']) => sum + Number(amount) * (unitMs[unit] ?? 0),
      0,
    );
    return nowMs + (sign === '-' ? -distance : distance);
  }
  const written = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: (\d{1,2}):(\d{2}))?$/.exec(value);
  if (written !== null) {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = written
      .slice(1)
      .map((one) => (one === undefined ? undefined : Number(one)));
    return momentOf(Date.UTC(year, month - 1, day, hour, minute), timeZone);
  }
  throw new JqlError(
    `Date value '${value}' for field '${field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
  );
}
