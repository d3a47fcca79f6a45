import { TielineError } from '../../../kit/errors.ts';

const unitMs: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What a step gets that names no time, or none at all: ten hours, as in Harness. */
export const defaultTimeoutMs = 10 * 3_600_000;

/** 3w 3d 20h 30m, as Harness documents it: a little less than the 2³¹ milliseconds of its timers. */
export const longestTimeoutMs = 24 * 86_400_000 + 20 * 3_600_000 + 30 * 60_000;

/** Less than this between two looks is refused. */
export const shortestRetryIntervalMs = 10_000;

/** Numbers with units, one space between them at most; seconds alone have two digits or more. */
const grammar = /^(?:[1-9]\d+s|[1-9]\d*[mhwd](?: ?\d+[smhwd])*)$/;

const wrong = (message: string): TielineError =>
  new TielineError('request-invalid', message, {
    hint: 'Write numbers with the units w, d, h, m and s, e.g. 1d, 1h 30m or 45s.',
  });

/** What surprises: Harness's own grammar has no seconds below ten but after another unit. */
const reasonFor = (text: string): string =>
  /^\ds$/.test(text) ? ': seconds alone have two digits, 10s at least' : '';

/**
 * A duration as Harness's YAML writes it, in milliseconds: `1m`, `1m 20s`, `1w2d`, `10s`. Undefined for an empty text.
 * All zeroes are 0.
 * @throws request-invalid for anything else; seconds alone below 10 are no duration there
 * @see https://developer.harness.io/docs/platform/pipelines/failure-handling/set-timeouts/
 */
export function parseDuration(text: string): number | undefined {
  if (text === '') return undefined;
  if (/^0+[smhdw](?: ?0+[smhdw])*$/.test(text)) return 0;
  if (!grammar.test(text)) throw wrong(`"${text}" is no duration${reasonFor(text)}`);
  let totalMs = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([smhdw])/g)) {
    totalMs += Number(count) * (unitMs[unit] ?? 0);
  }
  return totalMs;
}

/**
 * How long a step may take: ten hours where nothing or zero is written.
 * @throws request-invalid for what is no duration, and for more than 3w 3d 20h 30m
 */
export function readTimeoutMs(text: string): number {
  const givenMs = parseDuration(text.trim()) ?? 0;
  if (givenMs > longestTimeoutMs) throw wrong(`A time-out of ${text} is longer than 3w 3d 20h 30m`);
  return givenMs === 0 ? defaultTimeoutMs : givenMs;
}
