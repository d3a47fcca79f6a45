import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { callersOf } from '../fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../index.ts';

const minuteMs = 60_000;
const dana = 'dana@tieline-demo.example';
const callback = 'https://tieline.example/oauth/callback';
let jira: JiraSimulator;
let to: ReturnType<typeof callersOf>;
let nowMs: number;

beforeEach(async () => {
  await jira?.close();
  nowMs = Date.parse('2026-11-22T10:00:00Z');
  jira = await startJiraSimulator({ edition: 'cloud', now: () => new Date(nowMs) });
  to = callersOf(jira);
});
afterAll(() => jira.close());

const askToken = (body: Record<string, string>) =>
  to.send(`${jira.gatewayUrl}/oauth/token`, { method: 'POST', body });
const platform = (authorization: string, path: string, sent: { method?: string; body?: unknown } = {}) =>
  to.send(`${jira.gatewayUrl}/ex/jira/${jira.cloudId}${path}`, { ...sent, headers: { authorization } });

const app = { client_id: 'simulated-oauth-app', client_secret: 'simulated-oauth-secret' };
const everything = 'read:jira-work write:jira-work read:jira-user offline_access';

function consentUrl(more: Record<string, string> = {}) {
  const url = new URL(`${jira.gatewayUrl}/authorize`);
  url.search = new URLSearchParams({
    audience: 'api.atlassian.com',
    client_id: app.client_id,
    scope: everything,
    redirect_uri: callback,
    state: 'st8',
    response_type: 'code',
    prompt: 'consent',
    ...more,
  }).toString();
  return url;
}

const follow = async (url: URL, init: RequestInit = {}) => {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  const text = await answer.text();
  const location = answer.headers.get('location');
  return { status: answer.status, text, location: location === null ? undefined : new URL(location) };
};

/** The code that the browser brings back when Dana accepts. */
async function codeOf(more: Record<string, string> = {}): Promise<string> {
  jira.faults.consentAs(dana);
  const { location } = await follow(consentUrl(more));
  return location?.searchParams.get('code') ?? '';
}

const exchange = async (code: string, redirectUri = callback) =>
  askToken({ ...app, grant_type: 'authorization_code', code, redirect_uri: redirectUri });
const refresh = (token: string) => askToken({ ...app, grant_type: 'refresh_token', refresh_token: token });

describe('a service account', () => {
  const credentials = {
    grant_type: 'client_credentials',
    client_id: 'simulated-service-client',
    client_secret: 'simulated-service-secret',
  };

  it('asks for a token and works at the gateway, and nowhere else', async () => {
    const { json } = await askToken(credentials);
    expect(json).toMatchObject({ expires_in: 3600, token_type: 'Bearer' });
    const bearer = `Bearer ${json.access_token}`;
    const me = await platform(bearer, '/rest/api/3/myself');
    expect(me.json.displayName).toBe('Tieline Service');
    expect(me.json.self).toContain(`/ex/jira/${jira.cloudId}/rest/api/3/user`);
    const atSite = await to.send(`${jira.siteUrl}/rest/api/3/myself`, { headers: { authorization: bearer } });
    expect(atSite.status).toBe(403);
    nowMs += 60 * minuteMs;
    expect((await platform(bearer, '/rest/api/3/myself')).status).toBe(401);
  });

  it('is refused with a wrong secret, and without the scope', async () => {
    expect((await askToken({ ...credentials, client_secret: 'x' })).status).toBe(401);
    const bearer = `Bearer ${(await askToken(credentials)).json.access_token}`;
    for (const [path, status] of [
      ['/rest/api/3/issue/MYT-1', 200],
      ['/rest/api/2/issue/MYT-1', 200],
      ['/rest/webhooks/1.0/webhook', 401],
    ] as const) {
      const answer = await platform(bearer, path);
      expect(answer.status, path).toBe(status);
      if (status === 401) {
        expect(answer.json).toEqual({ code: 401, message: 'Unauthorized; scope does not match' });
      }
    }
    const elsewhere = `${jira.gatewayUrl}/ex/jira/00000000-0000-4000-8000-000000000000/rest/api/3/myself`;
    expect((await to.send(elsewhere, { headers: { authorization: bearer } })).status).toBe(404);
  });
});

describe('an API token with scopes', () => {
  const asDana = () => to.basic(dana, 'simulated-dana-scoped-token').authorization;

  it('is good at the gateway, by its scopes', async () => {
    expect((await platform(asDana(), '/rest/api/3/myself')).json.displayName).toBe('Dana Developer');
    const edit = { method: 'PUT', body: { fields: { summary: 'x' } } };
    expect((await platform(asDana(), '/rest/api/3/issue/MYT-1', edit)).status).toBe(401);
    const search = { method: 'POST', body: { jql: 'project = MYT' } };
    expect((await platform(asDana(), '/rest/api/3/search/jql', search)).status).toBe(200);
    expect((await platform('Basic bm8=', '/rest/api/3/myself')).json).toEqual({
      code: 401,
      message: 'Unauthorized',
    });
  });

  it('is wrong at the site, where one without scopes is right', async () => {
    const at = (token: string) =>
      to.send(`${jira.siteUrl}/rest/api/3/myself`, { headers: to.basic(dana, token) });
    expect((await at('simulated-dana-scoped-token')).status).toBe(401);
    expect((await at('simulated-dana-api-token')).status).toBe(200);
    const left = to.basic('left@tieline-demo.example', 'simulated-left-api-token');
    expect((await to.send(`${jira.siteUrl}/rest/api/3/myself`, { headers: left })).status).toBe(401);
  });
});

describe("a user's own app (3LO)", () => {
  it('shows a page, on which a person accepts or cancels', async () => {
    const page = await follow(consentUrl());
    expect(page.status).toBe(200);
    expect(page.text).toContain('write:jira-work');
    const form = (fields: Record<string, string>) =>
      follow(new URL(`${jira.gatewayUrl}/authorize`), {
        method: 'POST',
        body: new URLSearchParams({ ...Object.fromEntries(consentUrl().searchParams), ...fields }),
      });
    const accepted = await form({ account: dana, decision: 'accept' });
    expect(accepted.location?.href.startsWith(callback)).toBe(true);
    expect(accepted.location?.searchParams.get('state')).toBe('st8');
    const { json } = await exchange(accepted.location?.searchParams.get('code') ?? '');
    const me = await platform(`Bearer ${json.access_token}`, '/rest/api/3/myself');
    expect(me.json.displayName).toBe('Dana Developer');
    const cancelled = await form({ account: dana, decision: 'cancel' });
    expect(cancelled.location?.searchParams.get('error')).toBe('access_denied');
  });

  it.each([
    ['an unknown app', { client_id: 'x' }, 400],
    ['an address that is not its own', { redirect_uri: 'https://evil.example' }, 403],
  ])('is told on a page, not by a redirect, of %s', async (_title, wrong, status) => {
    expect(await follow(consentUrl(wrong))).toMatchObject({ status, location: undefined });
  });

  it.each([
    ['a scope that it does not have', { scope: 'manage:jira-configuration' }, 'invalid_scope'],
    ['no scope', { scope: '' }, 'invalid_scope'],
    ['another audience', { audience: 'x' }, 'invalid_request'],
    ['another response', { response_type: 'token' }, 'unsupported_response_type'],
  ])('is told by the redirect of %s', async (_title, wrong, error) => {
    const { location } = await follow(consentUrl(wrong));
    expect(location?.searchParams.get('error')).toBe(error);
    expect(location?.searchParams.get('state')).toBe('st8');
  });

  it('may be allowed another address while the site runs', async () => {
    const other = 'http://127.0.0.1:4711/oauth/callback';
    jira.allowRedirect(other);
    expect((await exchange(await codeOf({ redirect_uri: other }), other)).status).toBe(200);
  });

  it('exchanges a code once, with the same address, in time', async () => {
    const code = await codeOf();
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await exchange(await codeOf(), 'https://other.example')).status).toBe(403);
    const late = await codeOf();
    nowMs += 6 * minuteMs;
    expect((await exchange(late)).status).toBe(403);
  });

  it('gets a refresh token only with offline_access, and a new one at each use', async () => {
    const without = await exchange(await codeOf({ scope: 'read:jira-work' }));
    expect(without.json.refresh_token).toBeUndefined();
    const first = (await exchange(await codeOf())).json;
    const second = (await refresh(first.refresh_token)).json;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await platform(`Bearer ${second.access_token}`, '/rest/api/3/myself')).status).toBe(200);
    nowMs += 9 * minuteMs;
    expect((await refresh(first.refresh_token)).status).toBe(200);
    nowMs += 2 * minuteMs;
    const late = await refresh(first.refresh_token);
    expect(late.status).toBe(403);
    expect(late.json).toEqual({
      error: 'unauthorized_client',
      error_description: 'refresh_token is invalid',
    });
    expect((await refresh(second.refresh_token)).status).toBe(200);
  });

  it('loses all when the person takes it back', async () => {
    const { json } = await exchange(await codeOf());
    expect(jira.faults.revokeConsent(app.client_id, dana)).toBe(true);
    expect((await platform(`Bearer ${json.access_token}`, '/rest/api/3/myself')).status).toBe(401);
    expect((await refresh(json.refresh_token)).status).toBe(403);
  });

  it('is told which sites it may reach', async () => {
    const { json } = await exchange(await codeOf());
    const headers = { authorization: `Bearer ${json.access_token}` };
    const sites = await to.send(`${jira.gatewayUrl}/oauth/token/accessible-resources`, { headers });
    expect(sites.json).toEqual([
      expect.objectContaining({
        id: jira.cloudId,
        url: jira.siteUrl,
        scopes: ['read:jira-work', 'write:jira-work', 'read:jira-user'],
      }),
    ]);
  });
});

it('tells how much of the burst limit is left, on answers of the platform API', async () => {
  const { headers } = await to.asAccount('/rest/api/3/myself');
  expect(headers.get('x-ratelimit-limit')).toBe('100');
  expect(headers.get('x-ratelimit-remaining')).toBe('99');
  expect(headers.get('x-ratelimit-nearlimit')).toBeNull();
  for (let n = 0; n < 80; n++) await to.asAccount('/rest/api/3/myself');
  const near = await to.asAccount('/rest/api/3/myself');
  expect(near.headers.get('x-ratelimit-nearlimit')).toBe('true');
});
