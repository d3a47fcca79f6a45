import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

let hub: TestHubWithJira;
let settings: Record<string, unknown>;
beforeAll(async () => {
  hub = await startTestHubWithJira();
  settings = await hub.jiraSettings();
});
afterAll(() => hub.close());

const post = (path: string, body: object, token?: string) =>
  hub.call('POST', `/api/v1/connections${path}`, body, token);
let count = 0;
const named = (changes: object = {}) => ({
  name: `connection ${++count}`,
  connector: 'jira',
  settings,
  ...changes,
});

describe('a connection', () => {
  it('is made, found by id and by name, changed, listed and deleted', async () => {
    const made = await post('', named({ name: 'Main Jira' }));
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Main Jira', scope: 'account', status: 'passed', hold: null, lastTest: { ok: true } },
    });
    const { id } = made.body;
    for (const path of [id, 'main%20jira', 'account.Main%20Jira']) {
      expect((await hub.call('GET', `/api/v1/connections/${path}`)).body).toMatchObject({ id });
    }
    const changed = await hub.call('PUT', `/api/v1/connections/${id}`, { name: 'Other Jira', settings });
    expect(changed).toMatchObject({ status: 200, body: { id, name: 'Other Jira' } });
    expect((await hub.call('GET', '/api/v1/connections/Main%20Jira')).status).toBe(404);
    expect((await hub.call('DELETE', `/api/v1/connections/${id}`)).status).toBe(204);
    expect((await hub.call('GET', `/api/v1/connections/${id}`)).status).toBe(404);
  });

  it('shows its secrets as references only', async () => {
    const { text } = await post('', named());
    expect(text).toContain('account.jira-client-secret');
    for (const { apiToken } of hub.simulator.accounts) expect(text).not.toContain(apiToken);
    for (const { clientSecret } of hub.simulator.clients) expect(text).not.toContain(clientSecret);
  });

  it('has its name alone also when several take it at the same moment', async () => {
    const others = await Promise.all(Array.from({ length: 8 }, () => post('', named())));
    const renamed = { name: 'Wanted by all', settings };
    const answers = await Promise.all(
      others.map(({ body }) => hub.call('PUT', `/api/v1/connections/${body.id}`, renamed)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
  });

  it('has its name alone in its scope, whatever the case, when it is made and when it is renamed', async () => {
    await post('', named({ name: 'Taken' }));
    const other = await post('', named());
    const renamed = { name: 'tAKEN', settings };
    const conflict = { status: 409, body: { code: 'name-taken' } };
    expect(await post('', named({ name: 'TAKEN' }))).toMatchObject(conflict);
    expect(await hub.call('PUT', `/api/v1/connections/${other.body.id}`, renamed)).toMatchObject(conflict);
    expect((await post('', named({ name: 'taken', scope: 'acme' }))).status).toBe(201);
  });

  it.each<[string, object, string[]]>([
    ['an address that is none', { baseUrl: 'jira' }, ['settings.baseUrl']],
    ['an address with a password', { baseUrl: 'https://me:secret@jira.example.com' }, ['settings.baseUrl']],
    ['no address', { baseUrl: undefined }, ['settings.baseUrl']],
    [
      'a secret in clear',
      { devops: { clientId: 'c', clientSecret: 'clear' } },
      ['settings.devops.clientSecret'],
    ],
    ['a credential of no kind', { platform: { type: 'magic' } }, ['settings.platform.type']],
    ['no credential', { platform: undefined, devops: undefined }, ['settings.platform']],
    ['a cloud id that is none', { cloudId: 'x' }, ['settings.cloudId']],
    [
      'an address range that is none',
      { allowAddresses: ['10.0.0.1/32', 'x'] },
      ['settings.allowAddresses.1'],
    ],
    ['an unknown setting', { colour: 'red' }, ['settings.colour']],
    [
      'an unknown setting inside',
      { devops: { colour: 'red' } },
      ['settings.devops.clientId', 'settings.devops.clientSecret', 'settings.devops.colour'],
    ],
  ])('with %s is refused, naming the setting', async (_name, wrong, paths) => {
    const answers = [
      await post('', named({ settings: { ...settings, ...wrong } })),
      await post('/test', named({ settings: { ...settings, ...wrong } })),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([400, 'request-invalid']);
      expect(body.errors.map((error: { path: string }) => error.path)).toEqual(paths);
    }
  });

  it.each<[string, object, string]>([
    ['an unknown connector', { connector: 'fax' }, 'connector'],
    ['no name', { name: undefined }, 'name'],
    ['settings that are a list', { settings: [] }, 'settings'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a scope that is none', { scope: '/' }, 'scope'],
  ])('with %s is refused', async (_name, wrong, path) => {
    const { status, body } = await post('', named(wrong));
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ path }]);
  });

  it('with a NUL character anywhere in its settings is refused', async () => {
    const { status, body } = await post(
      '',
      named({ settings: { ...settings, baseUrl: 'https://a.example/\0' } }),
    );
    expect([status, body.code]).toEqual([400, 'request-invalid']);
  });

  it('that opens the network behind the hub is for the account’s administrators only', async () => {
    const { allowAddresses: _, ...plain } = settings;
    for (const token of [await hub.makeToken('editor'), await hub.makeToken('administrator', 'acme')]) {
      const scope = 'acme';
      expect((await post('', named({ scope }), token)).status).toBe(403);
      expect((await post('/test', named({ scope }), token)).status).toBe(403);
      const made = await post('', named({ scope, settings: plain, saveFailing: true }), token);
      expect(made.status).toBe(201);
      const path = `/api/v1/connections/${made.body.id}`;
      const wider = { name: `wider ${++count}`, settings };
      expect((await hub.call('PUT', path, wider, token)).status).toBe(403);
    }
  });

  it('stays while a connect key of it is valid, and goes when all are revoked', async () => {
    const { id } = await hub.connectJira();
    const key = await hub.call('POST', '/api/v1/connect-keys', { connection: id, name: 'the nightly build' });
    const path = `/api/v1/connections/${id}`;
    expect(await hub.call('DELETE', path)).toMatchObject({
      status: 409,
      body: { code: 'resource-in-use', detail: expect.stringContaining('"the nightly build"') },
    });
    await hub.call('DELETE', `/api/v1/connect-keys/${key.body.id}`);
    await hub.makeKey(id);
    await hub.database.pool.query(
      "update connect_keys set expires_at = now() - interval '1 second' where connection_id = $1",
      [id],
    );
    expect((await hub.call('DELETE', path)).status).toBe(204);
  });
});

it('a connection of a link stays, and the answer names the link', async () => {
  const { id } = await hub.connectJira();
  await hub.database.pool.query(
    `insert into links (id, scope, name, host_connection_id, jira_connection_id, level, hook_id, sealed_hook_secret)
     values (gen_random_uuid(), 'account', 'the shop', $1, $1, 'account', 'hook', '')`,
    [id],
  );
  expect(await hub.call('DELETE', `/api/v1/connections/${id}`)).toMatchObject({
    status: 409,
    body: { code: 'resource-in-use', detail: expect.stringContaining('"the shop"') },
  });
});

describe('the test of a connection', () => {
  const states = (report: { capabilities: { capability: string; state: string }[] }) =>
    Object.fromEntries(report.capabilities.map(({ capability, state }) => [capability, state]));

  it('is possible before it is saved, and leaves nothing behind', async () => {
    const before = (await hub.call('GET', '/api/v1/connections?limit=200')).body.items.length;
    const { status, body } = await post('/test', named({ projects: ['MYT'] }));
    expect([status, body.ok]).toEqual([200, true]);
    expect(states(body)).toMatchObject({ builds: 'ok', deployments: 'ok' });
    expect((await hub.call('GET', '/api/v1/connections?limit=200')).body.items).toHaveLength(before);
  });

  it('is kept with the connection', async () => {
    const { id } = await hub.connectJira();
    const tested = await post(`/${id}/test`, {});
    expect(tested).toMatchObject({ status: 200, body: { ok: true } });
    const { body } = await hub.call('GET', `/api/v1/connections/${id}`);
    expect(body).toMatchObject({ lastTest: tested.body, testedAt: expect.any(String) });
  });

  it('follows a secret that was changed', async () => {
    const secret = await hub.call('POST', '/api/v1/secrets', { name: 'follows', value: 'wrong' });
    const [client] = hub.simulator.clients;
    const devops = { clientId: client?.clientId, clientSecret: { secret: 'follows' } };
    const { body } = await post('', named({ settings: { ...settings, devops }, saveFailing: true }));
    expect(states((await post(`/${body.id}/test`, {})).body)).toMatchObject({ builds: 'refused' });
    await hub.call('PUT', `/api/v1/secrets/${secret.body.id}/value`, { value: client?.clientSecret });
    expect(states((await post(`/${body.id}/test`, {})).body)).toMatchObject({ builds: 'ok' });
  });

  it('is for operators; a viewer may look only', async () => {
    const { id } = await hub.connectJira();
    expect((await post(`/${id}/test`, {}, await hub.makeToken('viewer'))).status).toBe(403);
    expect((await post(`/${id}/test`, {}, await hub.makeToken('operator'))).status).toBe(200);
  });

  it('of an address that may not be called says so, and calls nothing', async () => {
    const { allowAddresses: _, ...plain } = settings;
    const before = hub.simulator.state.requests.length;
    const { body } = await post('/test', named({ settings: plain }));
    expect(body.ok).toBe(false);
    expect(JSON.stringify(body)).toContain('may not be called');
    expect(hub.simulator.state.requests).toHaveLength(before);
  });
});

it('connections and connect keys are listed for the scope of the token only, page by page', async () => {
  for (const scope of ['pages/own', 'pages/other', 'pages/own', 'pages/other', 'pages/own']) {
    const { id } = await hub.connectJira(scope);
    await hub.makeKey(id);
  }
  const token = await hub.makeToken('editor', 'pages/own');
  for (const list of ['connections', 'connect-keys']) {
    const first = await hub.call('GET', `/api/v1/${list}?limit=2`, undefined, token);
    expect(first.body.items).toHaveLength(2);
    const path = `/api/v1/${list}?limit=2&cursor=${first.body.next}`;
    const second = await hub.call('GET', path, undefined, token);
    expect(second.body).toMatchObject({ items: [{}], next: null });
    const whole = await hub.call('GET', `/api/v1/${list}?limit=200`);
    expect(whole.body.items.length).toBeGreaterThanOrEqual(5);
  }
});

it('a connection that a token may not see does not exist for it, by id, by name or for a connect key', async () => {
  const { id } = await hub.connectJira('far');
  const token = await hub.makeToken('administrator', 'near');
  const ask = async (method: 'GET' | 'DELETE' | 'POST', path: string, body?: object) =>
    (await hub.call(method, `/api/v1/${path}`, body, token)).status;
  expect(await ask('GET', `connections/${id}`)).toBe(404);
  expect(await ask('DELETE', `connections/${id}`)).toBe(404);
  expect(await ask('POST', `connections/${id}/test`, {})).toBe(404);
  expect(await ask('POST', 'connect-keys', { connection: id, name: 'x' })).toBe(404);
  expect(await ask('GET', `connect-keys?connection=${id}`)).toBe(404);
  const key = await hub.call('POST', '/api/v1/connect-keys', { connection: id, name: 'x' });
  expect(await ask('DELETE', `connect-keys/${key.body.id}`)).toBe(404);
});
