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
  [
    'GitHub, with a reset in seconds',
    { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '999', 'x-ratelimit-reset': '1795345200' },
    { limit: 5_000, remaining: 999, reset: '2026-11-22T11:00:00.000Z', near: true },
  ],
  [
    'GitLab, in names of the draft',
    { 'ratelimit-limit': '2000', 'ratelimit-remaining': '400', 'ratelimit-reset': '1795345200' },
    { limit: 2_000, remaining: 400, reset: '2026-11-22T11:00:00.000Z', near: false },
  ],
  [
    'Bitbucket Cloud, which tells no figure of what is left',
    {
      'x-ratelimit-limit': '1000',
      'x-ratelimit-resource': 'api-repository-access',
      'x-ratelimit-nearlimit': 'True',
    },
    { limit: 1_000, near: true },
  ],
  [
    'Bitbucket Data Center, which fills up all the time',
    { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '11', 'x-ratelimit-fillrate': '5' },
    { limit: 60, remaining: 11, near: true },
  ],
  ['what is no number', { 'x-ratelimit-limit': 'many' }, undefined],
  ['a reset that is no moment', { 'x-ratelimit-reset': 'soon' }, undefined],
])('what headers say of the rate limit: %s', (_, headers, report) => {
  expect(readRateLimit(headers)).toEqual(report);
});
