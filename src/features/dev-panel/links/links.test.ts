import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';

let linked: LinkedHub;
beforeAll(async () => {
  linked = await startLinkedHub();
});
afterAll(() => linked.close());
afterEach(async () => {
  linked.host.faults.clear();
  await disconnectAll();
  expect(linked.host.listWebhooks()).toEqual([]);
});

async function disconnectAll(): Promise<void> {
  const listed = async () => (await linked.hub.call('GET', '/api/v1/links')).body.items;
  for (const { id } of await listed()) await linked.hub.call('DELETE', `/api/v1/links/${id}`);
  await expect.poll(listed, { timeout: 10_000 }).toEqual([]);
}

const web = 'acme/shop/web';
const platform = 'acme/shop/platform';
const show = (reference: string, token?: string) =>
  linked.hub.call('GET', `/api/v1/links/${encodeURIComponent(reference)}`, undefined, token);

describe('a link by its name', () => {
  let one: { id: string };
  let other: { id: string };
  beforeEach(async () => {
    one = await linked.link({ name: 'Shop', scope: 'acme', paths: [web] });
    other = await linked.link({ name: 'shop', scope: 'other', paths: [platform] });
  });

  it('is found in the caller’s own scope, whatever its case', async () => {
    const ofAcme = await linked.hub.makeToken('viewer', 'acme');
    expect(await show('SHOP', ofAcme)).toMatchObject({ status: 200, body: { id: one.id } });
    expect(await show(other.id, ofAcme)).toMatchObject({ status: 404 });
    const ofProject = await linked.hub.makeToken('viewer', 'acme/retail');
    expect(await show('org.shop', ofProject)).toMatchObject({ status: 404 });
  });

  it('that several have is refused with each of them', async () => {
    const { status, body } = await show('shop');
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'request-invalid' });
    expect(body.detail).toBe('Several links are named "shop"');
    expect(body.hint).toContain(`${one.id} (acme)`);
    expect(body.hint).toContain(`${other.id} (other)`);
  });

  it('is the account’s where it says so, and the only one elsewhere', async () => {
    expect((await show('account.shop')).status).toBe(404);
    const own = await linked.link({ name: 'shop', level: 'organization', paths: ['acme/shop'] });
    expect((await show('account.shop')).body.id).toBe(own.id);
    expect((await show('shop')).body.id).toBe(own.id);
    const changed = await linked.hub.call('PUT', '/api/v1/links/shop', { name: 'tools' });
    expect(changed).toMatchObject({ status: 200, body: { id: own.id, name: 'tools' } });
  });
});

it('a link is known by its name to every route', async () => {
  const { id } = await linked.link({ name: 'Web shop', scope: 'acme', paths: [web] });
  const call = (method: 'DELETE' | 'GET' | 'POST' | 'PUT', tail: string, body?: object) =>
    linked.hub.call(method, `/api/v1/links/web%20shop${tail}`, body);
  expect((await call('POST', '/backfill', {})).status).toBe(202);
  expect((await call('PUT', '/backfill', { state: 'running' })).status).toBe(200);
  expect((await call('GET', '/backfill')).status).toBe(200);
  expect(await call('POST', '/reconcile', {})).toMatchObject({ status: 202 });
  expect((await call('GET', '/looks')).body.items).not.toEqual([]);
  expect(await call('POST', '/webhooks', {})).toMatchObject({ status: 200, body: { id } });
  const callbackUrl = 'https://jira.example.com';
  expect(await call('POST', '/facade', { callbackUrl })).toMatchObject({ status: 201 });
  const { body: token } = await call('POST', '/facade/tokens', { name: 'curl' });
  expect((await call('GET', '/facade')).body).toMatchObject({ callbackUrl, tokens: [{ name: 'curl' }] });
  expect((await call('DELETE', `/facade/tokens/${token.id}`)).status).toBe(204);
  expect((await call('DELETE', '/facade')).status).toBe(204);
  const branch = { repository: `${web}/storefront`, name: 'x', from: 'gone' };
  expect(await call('POST', '/branches', branch)).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining('"gone"') },
  });
  expect(await call('DELETE', '')).toMatchObject({ status: 202, body: { id } });
});

describe('a project that a link loses', () => {
  const change = (id: string, paths: string[]) =>
    linked.hub.call('PUT', `/api/v1/links/${id}`, { name: 'several', paths });
  const removals = async () =>
    (await linked.hub.call('GET', '/api/v1/deliveries?limit=200')).body.items.filter(
      ({ topic }: { topic: string }) => topic === 'webhook-removal',
    );
  /** The host does not remove webhooks while it lasts. */
  const keepWebhooks = (times: number) =>
    linked.host.faults.add({
      match: { method: 'DELETE', path: '/webhooks' },
      times,
      answer: { status: 503, body: { message: 'Away' } },
    });

  it('loses its webhook after the change is stored, also when the host is away at first', async () => {
    const { id } = await linked.link({ paths: [web, platform] });
    expect(linked.host.listWebhooks()).toHaveLength(2);
    keepWebhooks(1);
    expect(await change(id, [web])).toMatchObject({
      status: 200,
      body: { scopes: [{ path: web, webhook: 'registered' }] },
    });
    await expect.poll(() => linked.host.listWebhooks(), { timeout: 10_000 }).toHaveLength(1);
    await linked.settled();
    expect(await removals()).toMatchObject([
      { state: 'delivered', summary: `Removal of the webhook of ${platform}` },
    ]);
    expect((await show(id)).body.scopes).toMatchObject([{ path: web, webhook: 'registered' }]);
  });

  it('has one when it comes back at once', async () => {
    const { id } = await linked.link({ paths: [web, platform] });
    await change(id, [platform]);
    await change(id, [web, platform]);
    await linked.settled();
    expect((await show(id)).body.scopes).toMatchObject([
      { path: platform, webhook: 'registered' },
      { path: web, webhook: 'registered' },
    ]);
    expect(linked.host.listWebhooks()).toHaveLength(2);
  });
});

it('a link that is being disconnected says what holds it up, and is not changed any more', async () => {
  const { id } = await linked.link({ paths: [web] });
  linked.host.faults.add({
    match: { method: 'DELETE', path: '/webhooks' },
    answer: { status: 503, body: { message: 'Away' } },
  });
  await linked.hub.call('DELETE', `/api/v1/links/${id}`);
  await expect
    .poll(async () => (await show(id)).body, { timeout: 10_000 })
    .toMatchObject({ state: 'disconnecting', scopes: [{ problem: { code: 'remote-failed' } }] });
  const refused = { status: 409, body: { code: 'link-disconnecting' } };
  expect(await linked.hub.call('PUT', `/api/v1/links/${id}`, { name: 'again' })).toMatchObject(refused);
  expect(await linked.hub.call('POST', `/api/v1/links/${id}/webhooks`, {})).toMatchObject(refused);
  expect(
    await linked.hub.call('POST', `/api/v1/links/${id}/branches`, {
      repository: `${web}/storefront`,
      name: 'x',
    }),
  ).toMatchObject(refused);
});

it('a hub that is killed before it registers a webhook does so later', async () => {
  const { id } = await linked.link({ paths: [web] });
  const { pool } = linked.hub.database;
  // As a kill between the two leaves it; the webhook may be there or not.
  await pool.query('update link_scopes set subscription = null where link_id = $1', [id]);
  await expect
    .poll(async () => (await show(id)).body.scopes, { timeout: 10_000 })
    .toMatchObject([{ path: web, webhook: 'registered' }]);
  expect(linked.host.listWebhooks()).toHaveLength(1);
});

it('a webhook that a host was not there for is registered later', async () => {
  linked.host.faults.add({
    match: { method: 'POST', path: '/webhooks' },
    times: 1,
    answer: { status: 503, body: { message: 'Away' } },
  });
  const { id, scopes } = await linked.link({ paths: [web] });
  expect(scopes).toMatchObject([{ webhook: 'missing', problem: { code: 'remote-failed' } }]);
  // Each replica tries soon after its start, then now and then.
  const replica = await linked.hub.startReplica();
  await expect
    .poll(async () => (await show(id)).body.scopes, { timeout: 10_000 })
    .toMatchObject([{ webhook: 'registered', problem: null }]);
  await replica.stop();
});

it('what a host made without anybody hearing of it goes as well', async () => {
  linked.host.faults.add({
    match: { method: 'POST', path: '/webhooks' },
    times: 1,
    answer: 'apply-then-drop',
  });
  const { scopes } = await linked.link({ paths: [web] });
  expect(scopes).toMatchObject([{ webhook: 'missing', problem: { code: 'network-failed' } }]);
  expect(linked.host.listWebhooks()).toHaveLength(1);
});

it('a webhook that may not be removed does not keep others at the host', async () => {
  await linked.link({ paths: [web, platform] });
  linked.host.faults.add({
    match: { method: 'DELETE', path: encodeURIComponent(platform) },
    answer: { status: 403, body: { message: 'Forbidden' } },
  });
  const { body } = await linked.hub.call('GET', '/api/v1/links');
  await disconnectAll();
  const [left, ...others] = linked.host.listWebhooks();
  expect([left?.url, others]).toEqual([body.items[0].hookUrl, []]);
  linked.host.faults.clear();
  const address = `${linked.host.url}/api/v1/spaces/${encodeURIComponent(platform)}/webhooks/${left?.identifier}`;
  const headers = { authorization: `Bearer ${linked.host.accounts[0]?.token}` };
  expect((await fetch(address, { method: 'DELETE', headers })).ok).toBe(true);
});
