import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

let hub: TestHubWithJira;
let ahead = 0;
let connection: string;
beforeAll(async () => {
  hub = await startTestHubWithJira({ now: () => new Date(Date.now() + ahead) });
});
afterAll(() => hub.close());
beforeEach(async () => {
  ahead = 0;
  connection = (await hub.connectJira('acme')).id;
});

const keys = '/api/v1/connect-keys';
const make = (token?: string, rules: object = {}) =>
  hub.call('POST', keys, { connection, name: 'pipeline', ...rules }, token);
const status = async (key: string) => (await hub.call('GET', '/api/v1/me', undefined, key)).status;
const listed = async (token?: string): Promise<string[]> =>
  (await hub.call('GET', `${keys}?connection=${connection}`, undefined, token)).body.items.map(
    ({ id }: { id: string }) => id,
  );

describe('a rotated connect key', () => {
  it('has a successor with the same rules, and ends after the overlap', async () => {
    const rules = { projects: ['MYT'], kinds: ['build'], environments: ['Production'] };
    const old = (await make(undefined, rules)).body;
    const rotated = await hub.call('POST', `${keys}/${old.id}/rotate`, { overlapSeconds: 600 });
    expect(rotated).toMatchObject({
      status: 201,
      body: { ...rules, name: 'pipeline', connectionId: connection, rotatedFrom: old.id, expiresAt: null },
    });
    expect([await status(old.key), await status(rotated.body.key)]).toEqual([200, 200]);
    const shown = await hub.call('GET', `${keys}/${old.id}`);
    expect(Date.parse(shown.body.expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
    expect(shown.text).not.toContain(old.key);
    ahead = 601_000;
    expect([await status(old.key), await status(rotated.body.key)]).toEqual([401, 200]);
  });

  it('without an overlap ends at once', async () => {
    const old = (await make()).body;
    expect(await status(old.key)).toBe(200);
    await hub.call('POST', `${keys}/${old.id}/rotate`, { overlapSeconds: 0 });
    expect(await status(old.key)).toBe(401);
  });

  it('that was to end has a successor that lives as long, and never lives longer itself', async () => {
    const dayMs = 86_400_000;
    const old = (await make(undefined, { expiresAt: new Date(Date.now() + dayMs).toISOString() })).body;
    ahead = dayMs / 2;
    const { body } = await hub.call('POST', `${keys}/${old.id}/rotate`, {
      overlapSeconds: (10 * dayMs) / 1_000,
    });
    expect(Math.abs(Date.parse(body.expiresAt) - Date.now() - 1.5 * dayMs)).toBeLessThan(60_000);
    expect((await hub.call('GET', `${keys}/${old.id}`)).body.expiresAt).toBe(old.expiresAt);
  });

  it('is not rotated again, nor is one that ended', async () => {
    const old = (await make()).body;
    const first = await hub.call('POST', `${keys}/${old.id}/rotate`, {});
    const again = await hub.call('POST', `${keys}/${old.id}/rotate`, {});
    expect(again).toMatchObject({ status: 400, body: { hint: expect.stringContaining(first.body.id) } });
    await hub.call('DELETE', `${keys}/${first.body.id}`);
    expect((await hub.call('POST', `${keys}/${first.body.id}/rotate`, {})).body.detail).toContain(
      'not valid any more',
    );
  });
});

describe('self-service', () => {
  const allow = (selfService: boolean, token?: string) =>
    hub.call('PUT', `/api/v1/connections/${connection}/self-service`, { selfService }, token);

  it('is off at first: editors make keys, others do not', async () => {
    expect((await make(await hub.makeToken('operator', 'acme'))).status).toBe(403);
    const made = await make(await hub.makeToken('editor', 'acme'));
    expect(made).toMatchObject({ status: 201, body: { createdBy: { name: 'editor of acme' } } });
  });

  it('is the administrator’s to allow', async () => {
    expect((await allow(true, await hub.makeToken('editor', 'acme'))).status).toBe(403);
    expect((await allow(true, await hub.makeToken('administrator', 'other'))).status).toBe(404);
    const allowed = await allow(true, await hub.makeToken('administrator', 'acme'));
    expect(allowed).toMatchObject({ status: 200, body: { selfService: true } });
  });

  it('lets everyone who sees the connection make, see, rotate and revoke their own keys only', async () => {
    await allow(true);
    const [one, other] = [await hub.makeToken('viewer', 'acme'), await hub.makeToken('viewer', 'account')];
    const own = (await make(one)).body;
    const foreign = (await make(other)).body;
    expect([await listed(one), await listed(other)]).toEqual([[own.id], [foreign.id]]);
    expect(await listed()).toEqual([foreign.id, own.id]);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/rotate', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const answer = await hub.call(method, `${keys}/${foreign.id}${path}`, body, one);
      expect([method, answer.status]).toEqual([method, 404]);
    }
    const rotated = await hub.call('POST', `${keys}/${own.id}/rotate`, { overlapSeconds: 0 }, one);
    expect(rotated).toMatchObject({ status: 201, body: { createdBy: { name: 'viewer of acme' } } });
    expect((await hub.call('DELETE', `${keys}/${rotated.body.id}`, undefined, one)).status).toBe(204);
    expect(await status(rotated.body.key)).toBe(401);
    expect((await make(await hub.makeToken('viewer', 'other'))).status).toBe(404);
  });

  it('once off again leaves everyone their keys, to look at and to revoke', async () => {
    await allow(true);
    const token = await hub.makeToken('viewer', 'acme');
    const own = (await make(token)).body;
    await allow(false);
    expect((await make(token)).status).toBe(403);
    expect((await hub.call('POST', `${keys}/${own.id}/rotate`, {}, token)).status).toBe(403);
    expect(await listed(token)).toEqual([own.id]);
    expect((await hub.call('DELETE', `${keys}/${own.id}`, undefined, token)).status).toBe(204);
  });
});
