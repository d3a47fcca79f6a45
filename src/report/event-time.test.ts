import { describe, expect, test } from 'vitest';
import { eventTime } from './event-time.ts';

const at = (time: string) => new Date(`2026-01-14T${time}Z`);
const startedAt = at('10:00:00');
const now = at('10:10:00');

describe('when a build came to be so', () => {
  test.each([
    ['in_progress', { startedAt }, startedAt],
    ['in_progress', {}, now],
    ['pending', { startedAt }, startedAt],
    ['successful', { startedAt }, now],
    ['failed', { startedAt, finishedAt: at('10:09:00') }, at('10:09:00')],
    ['failed', { finishedAt: at('10:09:00') }, at('10:09:00')],
    // Harness says that a run finished when it was made; other clocks are ahead.
    ['failed', { startedAt, finishedAt: startedAt }, now],
    ['failed', { startedAt, finishedAt: at('10:11:00') }, now],
    ['unknown', { startedAt }, now],
  ] as const)('%s %j', (state, times, expected) => {
    expect(eventTime('build', state, times, now)).toEqual(expected);
  });
});

test('a deployment starts somewhere in its pipeline, so its states have the time at which they are told', () => {
  expect(eventTime('deployment', 'in_progress', { startedAt }, now)).toEqual(now);
  expect(eventTime('deployment', 'successful', { startedAt, finishedAt: at('10:09:00') }, now)).toEqual(now);
});

test('the end comes after the start even when this machine is behind the server', () => {
  const ahead = at('10:10:02');
  const start = eventTime('build', 'in_progress', { startedAt: ahead }, now);
  expect(eventTime('build', 'successful', { startedAt: ahead }, now).getTime()).toBeGreaterThan(
    start.getTime(),
  );
});

test('a start in the far future is a wrong clock', () => {
  const wrong = { startedAt: at('12:00:00') };
  expect(eventTime('build', 'in_progress', wrong, now)).toEqual(now);
  expect(eventTime('build', 'successful', wrong, now)).toEqual(now);
});
