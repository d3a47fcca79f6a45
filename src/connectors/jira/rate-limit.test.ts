import { expect, it } from 'vitest';
import { readRateLimit } from './rate-limit.ts';

it.each<[string, Record<string, string>, ReturnType<typeof readRateLimit>]>([
  ['no header', { date: 'Sun, 22 Nov 2026 10:00:00 GMT' }, undefined],
  [
    'Cloud, far from the limit',
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99' },
    { limit: 100, remaining: 99, near: false },
  ],
  [
    'Cloud, near it, with a reset without seconds',
    { 'x-ratelimit-nearlimit': 'true', 'x-ratelimit-reset': '2026-11-22T11:00Z' },
    { reset: '2026-11-22T11:00:00.000Z', near: true },
  ],
  ['what is no number', { 'x-ratelimit-limit': 'many' }, undefined],
])('what headers say of the rate limit: %s', (_, headers, report) => {
  expect(readRateLimit(headers)).toEqual(report);
});
