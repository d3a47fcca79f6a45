import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { dataCenterCaller } from '../fixtures/data-center-client.ts';
import { startReceiver } from '../fixtures/receiver.ts';
import { callersOf } from '../fixtures/simulator-client.ts';
import { defaultSeed, startJiraSimulator } from '../index.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const classic = '/rest/webhooks/1.0/webhook';
const since10 = '/rest/jira-webhook/1.0/webhooks';
const hook = {
  name: 'Tieline',
  url: 'https://tieline.example/hooks/1',
  events: ['jira:issue_updated', 'comment_created'],
  filters: { 'issue-related-events-section': 'project = MYT' },
  excludeBody: false,
  secret: 'it-is-a-secret',
};

async function startCloud(now = () => new Date()) {
  const jira = await startJiraSimulator({ edition: 'cloud', now });
  open.push(jira);
  return { jira, to: callersOf(jira) };
}

describe('webhooks of administrators', () => {
  it('are registered, listed without their secret, and removed', async () => {
    const { to } = await startCloud();
    const made = await to.asAccount(classic, { method: 'POST', body: hook });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ name: 'Tieline', isSigned: true, enabled: true });
    expect(made.text).not.toContain('it-is-a-secret');
    expect((await to.asAccount(classic)).json).toHaveLength(1);
    const path = new URL(made.json.self).pathname;
    expect((await to.asAccount(path, { method: 'DELETE' })).status).toBe(204);
    expect((await to.asAccount(path)).status).toBe(404);
    const wrong = { ...hook, events: ['issue_updated'] };
    expect((await to.asAccount(classic, { method: 'POST', body: wrong })).status).toBe(400);
  });

  it('lead to https where the seed asks for it, as the real Cloud does', async () => {
    const seed = { ...defaultSeed(), webhooksNeedHttps: true };
    const jira = await startJiraSimulator({ edition: 'cloud', seed });
    open.push(jira);
    const to = callersOf(jira);
    const plain = await to.asAccount(classic, {
      method: 'POST',
      body: { ...hook, url: 'http://tieline.example' },
    });
    expect([plain.status, plain.json.errorMessages[0]]).toEqual([400, expect.stringContaining('https')]);
    expect((await to.asAccount(classic, { method: 'POST', body: hook })).status).toBe(201);
  });

  it('are not for who does not administer Jira', async () => {
    const { to, jira } = await startCloud();
    expect((await to.asAccount(classic, {}, 'dana@tieline-demo.example')).status).toBe(403);
    expect((await to.send(jira.siteUrl + classic)).status).toBe(401);
  });

  it.each([
    ['9.12.0', classic, since10],
    ['10.0.0', since10, classic],
  ])('are at the address of Jira %s', async (version, here, elsewhere) => {
    const jira = await startJiraSimulator({ edition: 'data-center', version });
    open.push(jira);
    const ask = dataCenterCaller(jira);
    expect((await ask(here)).json).toEqual([]);
    expect((await ask(here, { as: 'dana' })).status).toBe(403);
    expect((await ask(elsewhere)).status).toBe(404);
  });

  it('keep a secret since 10 only where it belongs', async () => {
    const jira = await startJiraSimulator({ edition: 'data-center' });
    open.push(jira);
    const ask = dataCenterCaller(jira);
    const { filters: _filters, excludeBody: _excludeBody, ...common } = hook;
    const configuration = { SECRET: 'inside', EXCLUDE_BODY: 'false', FILTERS: 'project = MYT' };
    const made = await ask(since10, { method: 'POST', body: { ...common, active: true, configuration } });
    expect(made.json).toMatchObject({ active: true, configuration: { FILTERS: 'project = MYT' } });
    expect(made.text).not.toContain('inside');
    expect(made.text).not.toContain('it-is-a-secret');
  });
});

describe('webhooks of an app', () => {
  async function startApp() {
    let nowMs = Date.parse('2026-11-22T10:00:00Z');
    const { jira, to } = await startCloud(() => new Date(nowMs));
    jira.faults.consentAs('dana@tieline-demo.example');
    const callback = 'https://tieline.example/oauth/callback';
    const url = new URL(`${jira.gatewayUrl}/authorize`);
    url.search = new URLSearchParams({
      audience: 'api.atlassian.com',
      client_id: 'simulated-oauth-app',
      scope: 'read:jira-work manage:jira-webhook',
      redirect_uri: callback,
      state: 's',
      response_type: 'code',
      prompt: 'consent',
    }).toString();
    const answer = await fetch(url, { redirect: 'manual' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code');
    const { json } = await to.send(`${jira.gatewayUrl}/oauth/token`, {
      method: 'POST',
      body: {
        grant_type: 'authorization_code',
        client_id: 'simulated-oauth-app',
        client_secret: 'simulated-oauth-secret',
        code,
        redirect_uri: callback,
      },
    });
    const headers = { authorization: `Bearer ${json.access_token}` };
    const hooks = `${jira.gatewayUrl}/ex/jira/${jira.cloudId}/rest/api/3/webhook`;
    return {
      jira,
      to,
      send: (method: string, body?: unknown, more = '') => to.send(hooks + more, { method, body, headers }),
      pass: (ms: number) => {
        nowMs += ms;
      },
    };
  }
  const one = (more: object = {}) => ({
    url: 'https://tieline.example/hooks',
    webhooks: [{ events: ['jira:issue_updated'], jqlFilter: 'project = MYT', ...more }],
  });

  it('are five at most, each with a filter that is a part of JQL, for thirty days', async () => {
    const { send, to, pass } = await startApp();
    const wrong = await send('POST', one({ jqlFilter: 'summary ~ x' }));
    expect(wrong.json.webhookRegistrationResult[0].errors[0]).toContain("'summary' is not supported");
    const event = await send('POST', one({ events: ['jira:version_created'] }));
    expect(event.json.webhookRegistrationResult[0].errors).toHaveLength(1);
    for (let n = 0; n < 5; n++) {
      const { json } = await send('POST', one());
      expect(json.webhookRegistrationResult[0].createdWebhookId).toEqual(expect.any(Number));
    }
    expect((await send('POST', one())).json.webhookRegistrationResult[0].errors[0]).toContain('limit of 5');
    const { values } = (await send('GET')).json;
    expect(values).toHaveLength(5);
    await send('DELETE', { webhookIds: [values[0].id] });
    const refreshed = await send('PUT', { webhookIds: [values[1].id] }, '/refresh');
    expect(refreshed.json.expirationDate).toBe(values[0].expirationDate);
    expect((await to.asAccount('/rest/api/3/webhook')).status).toBe(403);
    pass(59 * 60_000);
    expect((await send('GET')).json.total).toBe(4);
  });

  it('are sent once for all that match, signed by the secret of the app', async () => {
    const receiver = await startReceiver();
    open.push(receiver);
    const { jira, send, to } = await startApp();
    const webhooks = [
      { events: ['jira:issue_updated'], jqlFilter: 'project = MYT' },
      { events: ['jira:issue_updated'], jqlFilter: 'project = MYT', fieldIdsFilter: ['duedate'] },
      { events: ['jira:issue_updated'], jqlFilter: 'project != OPS', fieldIdsFilter: ['summary'] },
    ];
    const { json } = await send('POST', { url: receiver.url, webhooks });
    const ids = json.webhookRegistrationResult.map(
      (each: { createdWebhookId: number }) => each.createdWebhookId,
    );
    const put = (key: string) =>
      to.asAccount(`/rest/api/3/issue/${key}`, { method: 'PUT', body: { fields: { summary: 'New' } } });
    await put('MYT-1');
    await put('OPS-1');
    await jira.settled();
    const [told, ...others] = receiver.received;
    expect(others).toEqual([]);
    expect(told?.body).toMatchObject({ issue: { key: 'MYT-1' }, matchedWebhookIds: [ids[0], ids[2]] });
    const [scheme, token = ''] = (told?.headers.authorization ?? '').split(' ');
    const [head, claims = '', signature] = token.split('.');
    expect(scheme).toBe('Bearer');
    expect(JSON.parse(atob(claims))).toMatchObject({ iss: 'simulated-oauth-app' });
    const hmac = createHmac('sha256', 'simulated-oauth-secret').update(`${head}.${claims}`);
    expect(signature).toBe(hmac.digest('base64url'));
  });
});
