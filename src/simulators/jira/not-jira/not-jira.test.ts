import { afterEach, describe, expect, it } from 'vitest';
import { type NotJiraKind, startHttpsRedirect, startNotJira } from '../index.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const ask = async (kind: NotJiraKind, path = '/rest/api/2/serverInfo', init: RequestInit = {}) => {
  const other = await startNotJira(kind);
  open.push(other);
  const answer = await fetch(other.url + path, { redirect: 'manual', ...init });
  return { other, answer, text: await answer.text() };
};

describe('what is not Jira', () => {
  const kinds: [NotJiraKind, number, string, RegExp][] = [
    ['login-page', 200, 'text/html', /type="password"/],
    ['html', 200, 'text/html', /nginx/],
    ['wrong-json', 200, 'application/json', /artifactory/],
    ['confluence', 404, 'application/json', /null for uri/],
    ['bitbucket', 404, 'application/json', /NotFoundException/],
    ['empty', 200, '', /^$/],
  ];
  it.each(kinds)('%s answers %i', async (kind, status, type, words) => {
    const { answer, text } = await ask(kind);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type') ?? '').toContain(type);
    expect(text).toMatch(words);
  });

  it('sends to another host to sign in', async () => {
    const { other, answer } = await ask('sso-redirect');
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.origin).toBe(other.ssoUrl);
    expect(location.hostname).not.toBe(new URL(other.url).hostname);
    expect((await fetch(location)).status).toBe(200);
  });

  it('may say nothing at all', async () => {
    const other = await startNotJira('slow');
    open.push(other);
    const asked = fetch(other.url, { signal: AbortSignal.timeout(50) });
    await expect(asked).rejects.toThrow(/timeout/i);
    expect(other.requests).toEqual(['GET /']);
  });
});

it.each(['GET', 'POST'])('a front sends %s to the same path by HTTPS', async (method) => {
  const front = await startHttpsRedirect('https://jira.example/jira/', 302);
  open.push(front);
  const answer = await fetch(`${front.url}/rest/api/2/myself?a=1`, { method, redirect: 'manual' });
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('https://jira.example/jira/rest/api/2/myself?a=1');
});
