import { describe, expect, it } from 'vitest';
import { JqlError } from './jql.ts';
import { readJqlTime } from './jql-times.ts';

const now = new Date('2026-11-22T23:30:00Z');
const read = (value: string, zone: string) =>
  new Date(readJqlTime(value, 'updated', now, zone)).toISOString();

describe('a moment in JQL', () => {
  it.each([
    ['2026-11-22 12:00', 'Etc/UTC', '2026-11-22T12:00:00.000Z'],
    ['2026/11/22 12:00', 'Europe/Berlin', '2026-11-22T11:00:00.000Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-11-22 12:00', 'America/New_York', '2026-11-22T17:00:00.000Z'],
    ['-1h 30m', 'Asia/Tokyo', '2026-11-22T22:00:00.000Z'],
    ['-2w', 'Etc/UTC', '2026-11-08T23:30:00.000Z'],
    ['now()', 'Etc/UTC', '2026-11-22T23:30:00.000Z'],
    ['startOfDay()', 'Etc/UTC', '2026-11-22T00:00:00.000Z'],
    ['startOfDay()', 'Europe/Berlin', '2026-11-22T23:00:00.000Z'],
    ['startOfDay(-1d)', 'Etc/UTC', '2026-11-21T00:00:00.000Z'],
    ['endOfMonth()', 'Etc/UTC', '2026-11-30T23:59:59.999Z'],
  ])('%s in %s is %s', (value, zone, moment) => {
    expect(read(value, zone)).toBe(moment);
  });

  it('is refused in other words', () => {
    expect(() => read('soon', 'Etc/UTC')).toThrow(JqlError);
  });
});
