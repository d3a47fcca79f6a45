import { describe, expect, it } from 'vitest';
import { findStatusError } from './verdicts.ts';

const now = new Date('2026-03-02T10:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const errorOf = (status: number, headers = {}, text = '') =>
  findStatusError('GET', { status, headers, url: new URL('https://a.example/x'), text }, now, (t) => t);

describe('the verdict on a status', () => {
  it.each([
    { status: 400, code: 'status-unexpected', retry: 'never' },
    { status: 401, code: 'remote-unauthorized', retry: 'once-repaired' },
    { status: 403, code: 'remote-forbidden', retry: 'never' },
    { status: 404, code: 'status-unexpected', retry: 'never' },
    { status: 408, code: 'remote-failed', retry: 'soon' },
    { status: 413, code: 'status-unexpected', retry: 'never' },
    { status: 425, code: 'remote-failed', retry: 'soon' },
    { status: 429, code: 'rate-limited', retry: 'soon' },
    { status: 429, headers: { 'retry-after': '7' }, code: 'rate-limited', retry: { after: later(7) } },
    { status: 500, code: 'remote-failed', retry: 'soon' },
    { status: 503, headers: { 'retry-after': '7' }, code: 'remote-failed', retry: { after: later(7) } },
    { status: 404, headers: { 'retry-after': '7' }, code: 'status-unexpected', retry: 'never' },
    { status: 999, code: 'status-unexpected', retry: 'never' },
  ])('$status with $headers is $code', ({ status, headers, code, retry }) => {
    expect(errorOf(status, headers)).toMatchObject({ code, retry, details: { status } });
  });

  it.each([200, 204, 304, 399])('%i is no error', (status) => {
    expect(errorOf(status)).toBeUndefined();
  });

  it('keeps the headers that tell a reason, and no others', () => {
    const headers = { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED', 'set-cookie': 'session=1' };
    expect(errorOf(403, headers)?.details.headers).toEqual({
      'x-seraph-loginreason': 'AUTHENTICATED_FAILED',
    });
  });

  it('keeps the address, the beginning of the answer, and the reason of a limit', () => {
    const error = errorOf(429, { 'ratelimit-reason': 'jira-burst-based' }, 'x'.repeat(10_000));
    expect(error?.message).toBe(
      'GET https://a.example/x answered 429: the rate is limited (jira-burst-based)',
    );
    expect(error?.details).toEqual({
      status: 429,
      url: 'https://a.example/x',
      answer: 'x'.repeat(4_096),
      reason: 'jira-burst-based',
    });
  });
});
