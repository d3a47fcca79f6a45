import { describe, expect, it } from 'vitest';
import { memoryBudgetStore } from './memory-stores.ts';
import { createRateLimits, endpointOf, retryAt } from './rate-limits.ts';

const now = new Date('2026-03-02T10:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe('retryAt', () => {
  it.each([
    ['seconds', { 'retry-after': '30' }, 30],
    ['an HTTP date', { 'retry-after': 'Mon, 02 Mar 2026 10:01:00 GMT' }, 60],
    ['ISO 8601', { 'x-ratelimit-reset': '2026-03-02T10:05:00Z' }, 300],
    ['ISO 8601 without seconds', { 'x-ratelimit-reset': '2026-03-02T10:05Z' }, 300],
    ['seconds since 1970', { 'x-ratelimit-reset': String(later(90).getTime() / 1_000) }, 90],
    ['milliseconds since 1970', { 'x-ratelimit-reset': String(later(90).getTime()) }, 90],
    ['the later of two', { 'retry-after': '10', 'x-ratelimit-reset': '2026-03-02T10:05:00Z' }, 300],
    ['seconds since 1970, of GitLab', { 'ratelimit-remaining': '0', 'ratelimit-reset': '1772445660' }, 60],
    ['the spent item of a structured header', { ratelimit: '"a";r=5;t=99, "b";r=0;t=12' }, 12],
    [
      'a clock that is an hour ahead',
      { date: '2026-03-02T11:00:00Z', 'x-ratelimit-reset': '2026-03-02T11:02:00Z' },
      120,
    ],
    ['a year, cut to a day', { 'retry-after': '31536000' }, 86_400],
  ])('reads %s', (_form, headers, seconds) => {
    expect(retryAt(headers as Record<string, string>, now)).toEqual(later(seconds));
  });

  it.each([
    {},
    { 'retry-after': '0' },
    { 'retry-after': 'soon' },
    { 'x-ratelimit-reset': '2020-01-01T00:00Z' },
    { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': '1772445660' },
    { 'ratelimit-remaining': '1999', 'ratelimit-reset': '1772445660' },
  ])('finds no moment to come in %j', (headers) => {
    expect(retryAt(headers as Record<string, string>, now)).toBeUndefined();
  });
});

describe('endpointOf', () => {
  it.each([
    ['https://a.example/rest/api/3/issue/ABC-12?x=1', 'GET a.example/rest/api/3/issue/*'],
    ['https://a.example/rest/api/2/issue/10001/comment', 'GET a.example/rest/api/2/issue/*/comment'],
    [
      'https://a.example/jira/builds/0.1/cloud/11111111-2222-3333-4444-555555555555/bulk',
      'GET a.example/jira/builds/0.1/cloud/*/bulk',
    ],
  ])('%s is %s', (url, endpoint) => {
    expect(endpointOf('GET', new URL(url))).toBe(endpoint);
  });
});

describe('what a 429 holds back', () => {
  const issue = (key: string) => new URL(`https://a.example/rest/api/3/issue/${key}`);
  const search = new URL('https://a.example/rest/api/3/search/jql');

  it.each([
    { reason: 'jira-quota-global-based', sameEndpoint: true, sameTarget: true },
    { reason: 'jira-quota-tenant-based', sameEndpoint: true, sameTarget: true },
    { reason: 'jira-burst-based', sameEndpoint: true, sameTarget: false },
    { reason: 'jira-per-issue-on-write', sameEndpoint: false, sameTarget: false },
    { reason: 'something-new', sameEndpoint: true, sameTarget: false },
    { reason: undefined, sameEndpoint: true, sameTarget: false },
  ])(
    '$reason: same endpoint $sameEndpoint, whole target $sameTarget',
    async ({ reason, sameEndpoint, sameTarget }) => {
      const limits = createRateLimits(memoryBudgetStore(), () => now);
      await limits.note('site', 'PUT', issue('ABC-1'), {
        'retry-after': '30',
        ...(reason && { 'ratelimit-reason': reason }),
      });
      const isHeld = (target: string, method: 'GET' | 'PUT', url: URL) =>
        limits.check(target, method, url).then(
          () => false,
          (error) => {
            expect(error).toMatchObject({
              code: 'rate-limited',
              retry: { after: later(30) },
              details: { sent: false },
            });
            return true;
          },
        );
      expect(await isHeld('site', 'PUT', issue('ABC-2'))).toBe(sameEndpoint);
      expect(await isHeld('site', 'GET', issue('ABC-1'))).toBe(sameTarget);
      expect(await isHeld('site', 'GET', search)).toBe(sameTarget);
      expect(await isHeld('another', 'PUT', issue('ABC-1'))).toBe(false);
    },
  );

  it('is over at its moment', async () => {
    let clock = now;
    const limits = createRateLimits(memoryBudgetStore(), () => clock);
    await limits.note('site', 'GET', search, { 'retry-after': '30' });
    clock = later(29);
    await expect(limits.check('site', 'GET', search)).rejects.toThrow('until 2026-03-02T10:00:30.000Z');
    clock = later(30);
    await limits.check('site', 'GET', search);
  });

  it('is a second for the neighbours when nothing names a time', async () => {
    const budgets = memoryBudgetStore();
    await createRateLimits(budgets, () => now).note('site', 'GET', search, {});
    expect(await budgets.find(`site ${endpointOf('GET', search)}`)).toEqual({
      until: later(1),
      reason: 'unspecified',
    });
  });
});
