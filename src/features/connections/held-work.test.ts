import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';
import { build } from '../ci-reports/fixtures/reports.ts';

let hub: TestHubWithJira;
let connection: string;
let key: string;
beforeEach(async () => {
  hub = await startTestHubWithJira();
  connection = (await hub.connectJira()).id;
  key = await hub.makeKey(connection);
});
afterEach(() => hub.close());

const patience = { timeout: 10_000 };
const heldLines = () => hub.log.filter((line) => line.includes('is held until'));
const show = async () => (await hub.call('GET', `/api/v1/connections/${connection}`)).body;
const deliveries = async () => (await hub.call('GET', '/api/v1/deliveries?limit=200')).body.items;
const report = async (buildNumber: number) => {
  const taken = await hub.call('POST', '/api/v1/builds', build({ pipelineId: 'shop', buildNumber }), key);
  expect(taken.status).toBe(202);
};
const reportAll = async (...numbers: number[]) => {
  for (const number of numbers) await report(number);
};
/** Jira's owner takes the OAuth credential back; whoever has a token of it has it no more. */
const revoke = () => {
  const id = hub.simulator.faults.add({ match: { path: '/oauth/token' }, answer: { status: 401 } });
  hub.simulator.faults.expireTokens();
  return () => hub.simulator.faults.remove(id);
};
/** Builds in the order in which Jira stored them, each as often as it did. */
const stored = () =>
  hub.simulator.state.effects.flatMap(({ key: effect, outcome }) => (outcome === 'stored' ? [effect] : []));
const tokenRequests = () =>
  hub.simulator.state.requests.filter(({ path }) => path.endsWith('/oauth/token')).length;

describe('a credential that is refused', () => {
  it('holds the work with one message, and when the test passes all of it arrives, once and in order', async () => {
    await report(1);
    await vi.waitFor(() => expect(stored()).toEqual(['shop#1']), patience);
    const giveBack = revoke();
    await report(2);
    await vi.waitFor(async () => expect(await show()).toMatchObject({ status: 'held' }), patience);
    await reportAll(3, 4, 5);

    const held = await show();
    expect(held).toMatchObject({
      status: 'held',
      statusSince: held.hold.since,
      hold: { code: 'remote-unauthorized', hint: expect.any(String) },
    });
    const waiting = { state: 'queued', waiting: { reason: 'remote-unauthorized', until: null } };
    expect((await deliveries()).slice(0, 4)).toMatchObject([waiting, waiting, waiting, waiting]);
    expect((await hub.call('GET', '/metrics')).text).toContain('tieline_connections_held 1');

    giveBack();
    const tested = await hub.call('POST', `/api/v1/connections/${connection}/test`, {});
    expect(tested.body).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(stored()).toHaveLength(5), patience);
    expect(stored()).toEqual(['shop#1', 'shop#2', 'shop#3', 'shop#4', 'shop#5']);
    expect(await show()).toMatchObject({ status: 'passed', hold: null });
    expect((await hub.call('GET', '/metrics')).text).toContain('tieline_connections_held 0');
    expect(heldLines()).toHaveLength(1);
  });

  it('is asked about seldom: many reports make no more tries', async () => {
    revoke();
    await report(1);
    // The first check comes at once and finds the same; the next is a minute off.
    await vi.waitFor(
      async () => expect(await show()).toMatchObject({ status: 'held', failedChecks: 1 }),
      patience,
    );
    const before = tokenRequests();
    await reportAll(2, 3, 4, 5, 6, 7, 8, 9);
    expect((await deliveries()).filter(({ attempts }: { attempts: number }) => attempts > 0)).toHaveLength(1);
    expect(tokenRequests()).toBe(before);
    const { nextCheckAt, testedAt } = await show();
    const waitMs = Date.parse(nextCheckAt) - Date.parse(testedAt);
    expect(waitMs).toBeGreaterThan(50_000);
    expect(waitMs).toBeLessThan(90_000);
  });

  it('is found by the check on the schedule before any report fails', async () => {
    revoke();
    await hub.database.pool.query('update connections set next_check_at = now()');
    await vi.waitFor(async () => expect(await show()).toMatchObject({ status: 'held' }), patience);
    await report(1);
    expect(await deliveries()).toMatchObject([{ state: 'queued', attempts: 0 }]);
  });

  it('of the user holds nothing while the OAuth credential of the builds works', async () => {
    hub.simulator.faults.add({ match: { path: '/rest/api/3/myself' }, answer: { status: 401 } });
    hub.simulator.faults.add({ match: { path: '/rest/api/2/myself' }, answer: { status: 401 } });
    const tested = await hub.call('POST', `/api/v1/connections/${connection}/test`, {});
    expect(tested.body).toMatchObject({ ok: false });
    expect(await show()).toMatchObject({ status: 'failed', hold: null });
    await report(1);
    await vi.waitFor(() => expect(stored()).toEqual(['shop#1']), patience);
  });
});

describe('held work goes on by itself', () => {
  const putSecret = async (value: string) => {
    const { body } = await hub.call('GET', '/api/v1/secrets');
    const { id } = body.items.find(({ name }: { name: string }) => name === 'jira-client-secret');
    expect((await hub.call('PUT', `/api/v1/secrets/${id}/value`, { value })).status).toBe(200);
  };
  const breakSecret = async () => {
    await putSecret('wrong');
    hub.simulator.faults.expireTokens();
    await report(1);
    await vi.waitFor(
      async () => expect(await show()).toMatchObject({ status: 'held', failedChecks: 1 }),
      patience,
    );
  };

  it('at once when a secret is put right', async () => {
    await breakSecret();
    await putSecret(hub.simulator.clients[0]?.clientSecret ?? '');
    await vi.waitFor(() => expect(stored()).toEqual(['shop#1']), patience);
    expect(await show()).toMatchObject({ status: 'passed', hold: null });
  });

  it('at once when the settings are put right', async () => {
    await breakSecret();
    await hub.call('POST', '/api/v1/secrets', {
      name: 'another',
      value: hub.simulator.clients[0]?.clientSecret,
    });
    const { name, settings } = await show();
    const devops = { ...settings.devops, clientSecret: { secret: 'account.another' } };
    const changed = await hub.call('PUT', `/api/v1/connections/${connection}`, {
      name,
      settings: { ...settings, devops },
    });
    expect(changed).toMatchObject({ status: 200, body: { status: 'passed', hold: null } });
    await vi.waitFor(() => expect(stored()).toEqual(['shop#1']), patience);
  });

  it('when the check on the schedule passes', async () => {
    const giveBack = revoke();
    await report(1);
    await vi.waitFor(
      async () => expect(await show()).toMatchObject({ status: 'held', failedChecks: 1 }),
      patience,
    );
    giveBack();
    await hub.database.pool.query('update connections set next_check_at = now()');
    await vi.waitFor(() => expect(stored()).toEqual(['shop#1']), patience);
  });
});

describe('a network that fails', () => {
  it('is shown, and holds nothing: the ledger tries by itself', async () => {
    const broken = hub.simulator.faults.add({ answer: 'drop-connection' });
    const tested = await hub.call('POST', `/api/v1/connections/${connection}/test`, {});
    expect(tested.body).toMatchObject({ ok: false });
    expect(await show()).toMatchObject({ status: 'failed', hold: null, failedChecks: 1 });
    await report(1);
    await vi.waitFor(
      async () => expect(await deliveries()).toMatchObject([{ error: { code: 'network-failed' } }]),
      patience,
    );
    hub.simulator.faults.remove(broken);
    await vi.waitFor(() => expect(stored()).toEqual(['shop#1']), patience);
    expect(heldLines()).toEqual([]);
  });

  it('releases nothing that is held', async () => {
    revoke();
    await report(1);
    await vi.waitFor(
      async () => expect(await show()).toMatchObject({ status: 'held', failedChecks: 1 }),
      patience,
    );
    hub.simulator.faults.clear();
    hub.simulator.faults.add({ answer: 'drop-connection' });
    await hub.call('POST', `/api/v1/connections/${connection}/test`, {});
    expect(await show()).toMatchObject({ status: 'held', failedChecks: 2 });
  });
});

it('a connection that is deleted while it is held lets its deliveries end', async () => {
  revoke();
  await report(1);
  await vi.waitFor(async () => expect(await show()).toMatchObject({ status: 'held' }), patience);
  const { body } = await hub.call('GET', `/api/v1/connect-keys?connection=${connection}`);
  for (const { id } of body.items) await hub.call('DELETE', `/api/v1/connect-keys/${id}`);
  expect((await hub.call('DELETE', `/api/v1/connections/${connection}`)).status).toBe(204);
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ state: 'dead' }]), patience);
});
