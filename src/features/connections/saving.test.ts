import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

let hub: TestHubWithJira;
let settings: Record<string, unknown>;
beforeAll(async () => {
  hub = await startTestHubWithJira();
  settings = await hub.jiraSettings();
});
afterEach(() => hub.simulator.faults.clear());
afterAll(() => hub.close());

let count = 0;
const named = (changes: object = {}) => ({
  name: `saved ${++count}`,
  connector: 'jira',
  settings,
  ...changes,
});
const create = (body: object) => hub.call('POST', '/api/v1/connections', body);
const change = (id: string, body: object) => hub.call('PUT', `/api/v1/connections/${id}`, body);
const all = async () => (await hub.call('GET', '/api/v1/connections?limit=200')).body.items.length;
const requests = () => hub.simulator.state.requests.length;
const wrongClient = () => ({ ...settings, devops: { ...Object(settings.devops), clientId: 'nobody' } });
const refuse = (path: string, status: number) =>
  hub.simulator.faults.add({ match: { path }, answer: { status } });

describe('a connection that is made', () => {
  it('has been tested, and shows what the test found', async () => {
    const { body } = await create(named());
    expect(body).toMatchObject({
      status: 'passed',
      failedChecks: 0,
      lastTest: { ok: true, outcome: 'passed', account: { name: hub.simulator.accounts[0]?.displayName } },
      testedAt: expect.any(String),
    });
    const untilNextMs = Date.parse(body.nextCheckAt) - Date.parse(body.testedAt);
    expect(untilNextMs / 60_000).toBeGreaterThan(13);
    expect(untilNextMs / 60_000).toBeLessThan(18);
  });

  it('is refused with the whole report when its test fails', async () => {
    const before = await all();
    const { status, body } = await create(named({ settings: wrongClient() }));
    expect([status, body.code]).toEqual([422, 'connection-test-failed']);
    expect(body.detail).toContain('was not saved');
    expect(body.report).toMatchObject({ ok: false, outcome: 'failed' });
    expect(body.report.capabilities).toContainEqual(
      expect.objectContaining({ capability: 'builds', state: 'refused', code: 'remote-unauthorized' }),
    );
    expect(await all()).toBe(before);
  });

  it('is saved on purpose all the same, and shows so', async () => {
    const { status, body } = await create(named({ settings: wrongClient(), saveFailing: true }));
    expect([status, body.status]).toEqual([201, 'held']);
    expect(body.lastTest).toMatchObject({ outcome: 'failed' });
    expect(body.hold).toMatchObject({ code: 'remote-unauthorized' });
  });

  it('whose name is taken is refused before anybody is asked', async () => {
    const { body } = await create(named());
    const before = requests();
    expect((await create(named({ name: body.name }))).status).toBe(409);
    expect(requests()).toBe(before);
  });
});

describe('a connection that is changed', () => {
  it('keeps its settings when the new ones fail their test', async () => {
    const { body } = await create(named());
    const refused = await change(body.id, { name: body.name, settings: wrongClient() });
    expect(refused).toMatchObject({ status: 422, body: { code: 'connection-test-failed' } });
    const kept = await hub.call('GET', `/api/v1/connections/${body.id}`);
    expect(kept.body).toMatchObject({ settings: body.settings, status: 'passed' });
  });

  it('is renamed also while Jira is down', async () => {
    const { body } = await create(named());
    const before = requests();
    const renamed = await change(body.id, { name: 'renamed', settings });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'renamed', status: 'passed' } });
    expect(requests()).toBe(before);
  });

  it('is in the audit log by the settings that changed, without what they hold', async () => {
    const { body } = await create(named());
    const cloudId = hub.simulator.cloudId;
    await change(body.id, { name: body.name, settings: { ...settings, cloudId, platform: undefined } });
    const { rows } = await hub.database.pool.query<{ details: object }>(
      "select details from audit_log where subject_id = $1 and action = 'connection.changed'",
      [body.id],
    );
    expect(rows).toEqual([
      { details: { name: { before: body.name, after: body.name }, settings: ['cloudId', 'platform'] } },
    ]);
  });
});

describe('a test', () => {
  it('that misses a permission leaves the connection limited, and saves it', async () => {
    hub.simulator.faults.refusePermission('CREATE_ISSUES');
    const { body } = await create(named());
    expect(body).toMatchObject({ status: 'limited', hold: null, lastTest: { ok: true, outcome: 'limited' } });
  });

  it('that fails again and again is counted, and its moment stays that of the first', async () => {
    const { body } = await create(named());
    refuse('/serverInfo', 503);
    refuse('/myself', 503);
    const test = () => hub.call('POST', `/api/v1/connections/${body.id}/test`, {});
    await test();
    const first = await hub.call('GET', `/api/v1/connections/${body.id}`);
    await test();
    const second = await hub.call('GET', `/api/v1/connections/${body.id}`);
    expect(first.body).toMatchObject({ status: 'failed', failedChecks: 1 });
    expect(second.body).toMatchObject({
      status: 'failed',
      failedChecks: 2,
      statusSince: first.body.statusSince,
    });
  });

  it('of a connection that was changed meanwhile is not kept', async () => {
    const { body } = await create(named());
    const slow = hub.simulator.faults.add({
      match: { path: '/myself' },
      times: 1,
      answer: { status: 401, delayMs: 300 },
    });
    const testing = hub.call('POST', `/api/v1/connections/${body.id}/test`, {});
    await expect.poll(() => hub.simulator.faults.list().find(({ id }) => id === slow)?.struck ?? 0).toBe(1);
    const changed = await change(body.id, {
      name: body.name,
      settings: { ...settings, cloudId: hub.simulator.cloudId },
    });
    expect(changed.status).toBe(200);
    expect((await testing).body).toMatchObject({ ok: false });
    const kept = await hub.call('GET', `/api/v1/connections/${body.id}`);
    expect(kept.body).toMatchObject({ status: 'passed', lastTest: { ok: true } });
  });
});

it('the way out by a proxy is for the account’s administrators only', async () => {
  const { allowAddresses: _, ...plain } = settings;
  const proxied = { ...plain, proxy: { url: 'http://proxy.example.com:3128' } };
  const token = await hub.makeToken('editor');
  const refused = await hub.call('POST', '/api/v1/connections', named({ settings: proxied }), token);
  expect(refused).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
});
