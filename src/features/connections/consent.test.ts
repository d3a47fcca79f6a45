import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestHub, startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

/** One of the addresses that the simulated app may lead back to. */
const publicUrl = 'http://localhost:8080';
const patience = { timeout: 10_000 };

let now = new Date();
let hub: TestHubWithJira;
beforeAll(async () => {
  hub = await startTestHubWithJira({ now: () => now, signIn: { local: true, publicUrl } });
  await hub.call('POST', '/api/v1/secrets', {
    name: 'app-secret',
    value: hub.simulator.oauthApps[0]?.clientSecret,
  });
});
afterAll(() => hub.close());

let count = 0;
/** A connection that acts by a user's consent, which nobody has given yet. */
async function connect(): Promise<string> {
  const made = await hub.call('POST', '/api/v1/connections', {
    name: `by consent ${++count}`,
    connector: 'jira',
    settings: {
      baseUrl: hub.simulator.siteUrl,
      gatewayUrl: hub.simulator.gatewayUrl,
      platform: {
        type: 'oauth',
        clientId: hub.simulator.oauthApps[0]?.clientId,
        clientSecret: { secret: 'app-secret' },
        scopes: ['read:jira-work', 'write:jira-work', 'read:jira-user'],
        authorizationUrl: hub.simulator.gatewayUrl,
      },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  expect(made).toMatchObject({ status: 201, body: { lastTest: { ok: false } } });
  return made.body.id;
}
const show = async (id: string) => (await hub.call('GET', `/api/v1/connections/${id}`)).body;
const begin = async (id: string): Promise<string> => {
  const begun = await hub.call('POST', `/api/v1/connections/${id}/authorization`);
  expect(begun.status).toBe(200);
  return begun.body.url;
};
/** Goes to the other side as a browser would, and gives the address that it leads back to, without the host. */
async function visit(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? '');
  expect(back.origin).toBe(publicUrl);
  return `${back.pathname}${back.search}`;
}
const comeBack = (path: string) => hub.call('GET', path, undefined, null);
const account = () => hub.simulator.accounts[0] ?? { email: '', displayName: '' };
const audited = async (id: string) => {
  const { rows } = await hub.database.pool.query<{ action: string; actor_kind: string }>(
    `select action, actor_kind from audit_log where subject_id = $1 order by id`,
    [id],
  );
  return rows.map(({ action, actor_kind: kind }) => `${action} by ${kind}`);
};

describe('a user', () => {
  it('authorises a connection, which works from then on, until it is forgotten', async () => {
    const id = await connect();
    expect(await show(id)).toMatchObject({ hold: { code: 'authorization-missing' } });
    hub.simulator.faults.consentAs(account().email);
    const url = await begin(id);
    const asked = new URL(url).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('redirect_uri')).toBe(`${publicUrl}/oauth/callback`);
    const page = await comeBack(await visit(url));
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(page.text).toContain(`may now act as ${account().displayName}`);
    expect(await show(id)).toMatchObject({
      hold: null,
      lastTest: { account: { name: account().displayName } },
    });

    expect((await hub.call('DELETE', `/api/v1/connections/${id}/authorization`)).status).toBe(204);
    await vi.waitFor(
      async () => expect(await show(id)).toMatchObject({ hold: { code: 'authorization-missing' } }),
      patience,
    );
    expect(await audited(id)).toEqual([
      'connection.created by token',
      'connection.authorization-asked by token',
      'connection.authorized by token',
      'connection.authorization-forgotten by token',
    ]);
  });

  it('is forgotten with the connection', async () => {
    const id = await connect();
    hub.simulator.faults.consentAs(account().email);
    await comeBack(await visit(await begin(id)));
    const count = async () =>
      (await hub.database.pool.query('select from user_grants where key = $1', [id])).rowCount;
    expect(await count()).toBe(1);
    expect((await hub.call('DELETE', `/api/v1/connections/${id}`)).status).toBe(204);
    expect(await count()).toBe(0);
  });

  it('who does not agree is told so, and nothing is kept', async () => {
    const id = await connect();
    hub.simulator.faults.consentAs(account().email);
    hub.simulator.faults.refuseConsent();
    const page = await comeBack(await visit(await begin(id)));
    expect(page).toMatchObject({ status: 422, text: expect.stringContaining('was refused there') });
    expect(await show(id)).toMatchObject({ hold: { code: 'authorization-missing' } });
    expect(await audited(id)).toContain('connection.authorization-failed by token');
  });

  it('who takes it back at Atlassian has the connection held', async () => {
    const id = await connect();
    hub.simulator.faults.consentAs(account().email);
    await comeBack(await visit(await begin(id)));
    hub.simulator.faults.revokeConsent(hub.simulator.oauthApps[0]?.clientId ?? '', account().email);
    await hub.call('POST', `/api/v1/connections/${id}/test`, {});
    expect(await show(id)).toMatchObject({ status: 'held', hold: { code: 'authorization-lost' } });
  });
});

describe('an answer from the other side', () => {
  it('counts once', async () => {
    hub.simulator.faults.consentAs(account().email);
    const back = await visit(await begin(await connect()));
    expect((await comeBack(back)).status).toBe(200);
    expect(await comeBack(back)).toMatchObject({
      status: 400,
      text: expect.stringContaining('was finished already'),
    });
  });

  it('that comes after ten minutes is too late', async () => {
    hub.simulator.faults.consentAs(account().email);
    const back = await visit(await begin(await connect()));
    now = new Date(now.getTime() + 10 * 60_000 + 1);
    expect(await comeBack(back)).toMatchObject({
      status: 400,
      text: expect.stringContaining('longer than ten minutes'),
    });
  });

  it('to a connection whose settings were changed meanwhile is refused', async () => {
    const id = await connect();
    hub.simulator.faults.consentAs(account().email);
    const back = await visit(await begin(id));
    const { name, settings } = await show(id);
    const platform = { ...settings.platform, scopes: ['read:jira-work', 'read:jira-user'] };
    await hub.call('PUT', `/api/v1/connections/${id}`, { name, settings: { ...settings, platform } });
    expect(await comeBack(back)).toMatchObject({
      status: 400,
      text: expect.stringContaining('were changed meanwhile'),
    });
  });

  it.each([
    ['without anything', ''],
    ['with a state that nobody gave', '?state=abc&code=x'],
    ['with a state that is markup', '?state=%3Cscript%3E&code=x'],
  ])('%s leads to nothing', async (_name, query) => {
    const page = await comeBack(`/oauth/callback${query}`);
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('has not asked') });
  });

  it('with an error is shown escaped', async () => {
    const state = new URL(await begin(await connect())).searchParams.get('state');
    const query = new URLSearchParams({
      state: state ?? '',
      error: 'invalid_scope',
      error_description: '<b>no</b>',
    });
    const page = await comeBack(`/oauth/callback?${query}`);
    expect(page).toMatchObject({ status: 422, text: expect.stringContaining('invalid_scope: &lt;b&gt;no') });
  });
});

it('states and verifiers are not in the database as they are', async () => {
  const url = await begin(await connect());
  const state = new URL(url).searchParams.get('state') ?? 'none';
  expect(await hub.dump()).not.toContain(state);
});

it('a connection that acts by a credential has nothing to authorise', async () => {
  const { id } = await hub.connectJira();
  const begun = await hub.call('POST', `/api/v1/connections/${id}/authorization`);
  expect(begun).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
});

it('only editors may begin or forget an authorisation', async () => {
  const path = `/api/v1/connections/${await connect()}/authorization`;
  const operator = await hub.makeToken('operator');
  expect((await hub.call('POST', path, undefined, operator)).status).toBe(403);
  expect((await hub.call('DELETE', path, undefined, operator)).status).toBe(403);
});

it('a hub without a public address says that it needs one', async () => {
  const plain = await startTestHub();
  try {
    await plain.call('POST', '/api/v1/secrets', { name: 's', value: 'x' });
    const made = await plain.call('POST', '/api/v1/connections', {
      name: 'x',
      connector: 'jira',
      settings: {
        baseUrl: hub.simulator.siteUrl,
        platform: { type: 'oauth', clientId: 'c', clientSecret: { secret: 's' } },
      },
      saveFailing: true,
    });
    const begun = await plain.call('POST', `/api/v1/connections/${made.body.id}/authorization`);
    expect(begun).toMatchObject({ status: 422, body: { code: 'public-url-missing' } });
  } finally {
    await plain.close();
  }
});
