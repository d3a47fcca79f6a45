import { describe, expect, it } from 'vitest';
import { type RetryVerdict, TielineError } from '../kit/errors.ts';
import { deadAfterMs, nextAttempt } from './retry.ts';

const now = new Date('2026-11-20T10:00:00Z');
const at = (ms: number) => new Date(now.getTime() + ms);
const minute = 60_000;

const wait = (given: { retry: RetryVerdict; attempts?: number; random?: number; receivedAt?: Date }) => {
  const { retry, attempts = 1, random = 0.5, receivedAt = now } = given;
  const error = new TielineError('network-failed', 'no', { retry });
  const next = nextAttempt({ error, attempts, since: receivedAt, now, random });
  return next === undefined ? undefined : next.getTime() - now.getTime();
};

describe('the wait after a failure', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [8, 128_000],
    [10, 512_000],
    [11, 10 * minute],
    [12, 10 * minute],
    [5_000, 10 * minute],
  ])('number %d is %d ms', (attempts, ms) => {
    expect(wait({ retry: 'soon', attempts })).toBe(ms);
  });

  it.each([
    [0, 700],
    [0.5, 1_000],
    [1, 1_300],
  ])('is spread: chance %d makes the first %d ms', (random, ms) => {
    expect(wait({ retry: 'soon', random })).toBe(ms);
  });

  it.each([
    ['until the moment that the other side named', { after: at(5 * minute) }, 0, 5 * minute],
    ['a little longer than it named, never shorter', { after: at(5 * minute) }, 1, 5 * minute + 1_000],
    ['as ever, when the moment is over', { after: at(-minute) }, 0.5, 1_000],
  ])('is %s', (_name, retry, random, ms) => {
    expect(wait({ retry, random })).toBe(ms);
  });

  it.each<[string, RetryVerdict, Date]>([
    ['the error says never', 'never', now],
    ['the day is over', 'soon', at(-deadAfterMs)],
    ['the next try would come after the day', 'soon', at(-deadAfterMs + 999)],
    ['the other side asks for more than a day', { after: at(deadAfterMs + minute) }, now],
  ])('has no end when %s', (_name, retry, receivedAt) => {
    expect(wait({ retry, receivedAt })).toBeUndefined();
  });

  it('goes on to the last second of the day', () => {
    expect(wait({ retry: 'soon', receivedAt: at(-deadAfterMs + 1_000) })).toBe(1_000);
  });
});
