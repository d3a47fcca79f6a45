import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TielineError } from '../../../kit/errors.ts';
import { defaultTimeoutMs, parseDuration, readTimeoutMs } from './duration.ts';

const day = 86_400_000;

describe('durations', () => {
  it.each([
    ['1m', 60_000],
    ['1m 20s', 80_000],
    ['1m20s', 80_000],
    ['10s', 10_000],
    ['1h 5s', 3_605_000],
    ['1w2d', 9 * day],
    ['3w 3d 20h 30m', 24 * day + 20 * 3_600_000 + 30 * 60_000],
    ['0s', 0],
    ['', undefined],
  ])('"%s" is %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ['5s'],
    ['1m  20s'],
    ['1m 8'],
    ['18'],
    ['m'],
    ['20mm'],
    ['m20m'],
    [' 1m'],
    ['1m '],
    ['1 m'],
    ['1a'],
    ['01m'],
    ['500ms'],
  ])('"%s" is none', (text) => {
    expect(() => parseDuration(text)).toThrow(`"${text}" is no duration`);
  });

  it('any text is a duration or refused, and is so quickly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9smhdw ]*$/)), (text) => {
        try {
          expect(parseDuration(text) ?? 0).toBeGreaterThanOrEqual(0);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TielineError);
        }
      }),
    );
  });
});

describe('the time of a step', () => {
  it.each([[''], ['0s'], ['0h 0m']])('"%s" is ten hours', (text) => {
    expect(readTimeoutMs(text)).toBe(defaultTimeoutMs);
  });

  it('is three weeks, three days, twenty hours and thirty minutes at most', () => {
    expect(readTimeoutMs('3w 3d 20h 30m')).toBe(2_147_400_000);
    expect(() => readTimeoutMs('3w 3d 20h 31m')).toThrow('longer than 3w 3d 20h 30m');
  });
});
