import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';
import { makeFirstToken } from './index.ts';
import { makeToken } from './tokens.ts';

let hub: TestHubWithJira;
let ahead = 0;
beforeAll(async () => {
  hub = await startTestHubWithJira({ now: () => new Date(Date.now() + ahead) });
});
afterAll(() => hub.close());

const inAMinute = () => new Date(Date.now() + 60_000).toISOString();

describe('the first token', () => {
  it('is made once, for the account’s administrator', async () => {
    expect(await makeFirstToken(hub.database)).toBeUndefined();
    const { body } = await hub.call('GET', '/api/v1/me');
    expect(body).toMatchObject({ kind: 'token', name: 'first administrator' });
  });
});

it('a token that would have ended already is not made', async () => {
  const body = { name: 'past', role: 'viewer', expiresAt: '2020-01-31T00:00:00Z' };
  expect(await hub.call('POST', '/api/v1/tokens', body)).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'expiresAt', message: 'must be in the future' }] },
  });
});

describe('a token that does not count', () => {
  it('is answered 401 with the very same words, whatever is wrong with it', async () => {
    const revoked = await hub.call('POST', '/api/v1/tokens', { name: 'revoked', role: 'viewer' });
    await hub.call('DELETE', `/api/v1/tokens/${revoked.body.id}`);
    const expired = await hub.call('POST', '/api/v1/tokens', {
      name: 'expired',
      role: 'viewer',
      expiresAt: inAMinute(),
    });
    expect((await hub.call('GET', '/api/v1/me', undefined, expired.body.token)).status).toBe(200);
    ahead = 120_000;
    const jira = await hub.connectJira();
    const key = await hub.call('POST', '/api/v1/connect-keys', { connection: jira.id, name: 'revoked' });
    await hub.call('DELETE', `/api/v1/connect-keys/${key.body.id}`);

    const wrong = [
      null,
      '',
      'secret',
      makeToken('apiToken').text,
      makeToken('connectKey').text,
      `${hub.token.slice(0, -1)}!`,
      revoked.body.token,
      expired.body.token,
      key.body.key,
    ];
    const answers = await Promise.all(wrong.map((token) => hub.call('GET', '/api/v1/me', undefined, token)));
    ahead = 0;
    const [first] = answers;
    expect(first).toMatchObject({ status: 401, body: { code: 'credentials-invalid' } });
    expect(first?.headers['www-authenticate']).toBe('Bearer');
    for (const { status, text } of answers) expect([status, text]).toEqual([401, first?.text]);
  });

  it.each(['Basic', 'Token', 'bearer'])('by the scheme %s counts only as a bearer’s', async (scheme) => {
    const headers = { authorization: `${scheme} ${hub.token}` };
    const { status } = await hub.call('GET', '/api/v1/me', undefined, null, headers);
    expect(status).toBe(scheme === 'bearer' ? 200 : 401);
  });
});

describe('what a role may do', () => {
  const secret = { name: 'of a role', value: 'x' };
  it.each([
    ['viewer', 200, 403, 403, 403],
    ['operator', 200, 409, 403, 403],
    ['editor', 200, 409, 201, 403],
    ['administrator', 200, 409, 201, 201],
  ])('%s: look %d, replay %d, write %d, make tokens %d', async (role, look, replay, write, tokens) => {
    const token = await hub.makeToken(role);
    const status = async (method: 'GET' | 'POST', path: string, body?: unknown) =>
      (await hub.call(method, path, body, token)).status;
    expect(await status('GET', '/api/v1/deliveries')).toBe(look);
    const running = await queuedDelivery();
    expect(await status('POST', '/api/v1/deliveries/replay', { ids: [running] })).toBe(replay);
    expect(await status('POST', '/api/v1/secrets', { ...secret, name: `of ${role}` })).toBe(write);
    expect(await status('POST', '/api/v1/tokens', { name: 'x', role: 'viewer' })).toBe(tokens);
  });

  /** A delivery that cannot be replayed, since it has not ended. */
  async function queuedDelivery(): Promise<string> {
    const id = crypto.randomUUID();
    await hub.database.pool.query(
      `insert into deliveries (id, direction, topic, stream, ordering_key, summary, issue_keys, state, received_at)
       values ($1, 'out', 'build', 'none', 'e', 's', '{}', 'received', now())`,
      [id],
    );
    return id;
  }
});

describe('what a scope may see and do', () => {
  const write = (token: string, scope: string) =>
    hub.call('POST', '/api/v1/secrets', { scope, name: `by ${token.slice(-6)}`, value: 'x' }, token);

  it.each([
    ['account', ['account', 'acme', 'acme/shop', 'other'], []],
    ['acme', ['acme', 'acme/shop'], ['account', 'other', 'acme2', 'acme2/shop']],
    ['acme/shop', ['acme/shop'], ['account', 'acme', 'acme/shop2', 'acme/other']],
  ])('a token of %s writes in %j and not in %j', async (scope, allowed, refused) => {
    const token = await hub.makeToken('administrator', scope);
    const name = `there before ${scope}`;
    for (const target of [...allowed, ...refused]) {
      await hub.call('POST', '/api/v1/secrets', { scope: target, name, value: 'x' });
    }
    for (const target of allowed)
      expect([target, (await write(token, target)).status]).toEqual([target, 201]);
    for (const target of refused)
      expect([target, (await write(token, target)).status]).toEqual([target, 403]);
    const { body } = await hub.call('GET', '/api/v1/secrets?limit=200', undefined, token);
    const seen = new Set<string>(body.items.map((item: { scope: string }) => item.scope));
    for (const target of refused) expect(seen).not.toContain(target);
    for (const target of allowed) expect(seen).toContain(target);
  });

  it('makes no token wider than itself, and sees and ends those below it only', async () => {
    const token = await hub.makeToken('administrator', 'acme');
    const make = (scope: string) =>
      hub.call('POST', '/api/v1/tokens', { name: 'made', role: 'viewer', scope }, token);
    expect((await make('account')).status).toBe(403);
    const below = await make('acme/shop');
    expect(below.status).toBe(201);
    const { body } = await hub.call('GET', '/api/v1/tokens?limit=200', undefined, token);
    for (const { scope } of body.items) expect(scope).toMatch(/^acme(\/|$)/);
    const foreign = await hub.call('POST', '/api/v1/tokens', { name: 'foreign', role: 'viewer' });
    expect((await hub.call('DELETE', `/api/v1/tokens/${foreign.body.id}`, undefined, token)).status).toBe(
      404,
    );
    expect((await hub.call('DELETE', `/api/v1/tokens/${below.body.id}`, undefined, token)).status).toBe(204);
  });
});

describe('tokens and connect keys keep to their sides', () => {
  it('a connect key reads nothing of the API but itself', async () => {
    const jira = await hub.connectJira();
    const key = await hub.makeKey(jira.id);
    expect(await hub.call('GET', '/api/v1/me', undefined, key)).toMatchObject({
      status: 200,
      body: { kind: 'connect-key' },
    });
    for (const path of ['deliveries', 'secrets', 'connections', 'connect-keys', 'tokens']) {
      expect(await hub.call('GET', `/api/v1/${path}`, undefined, key)).toMatchObject({
        status: 403,
        body: { code: 'permission-missing' },
      });
    }
    expect((await hub.call('GET', '/metrics', undefined, key)).status).toBe(403);
  });

  it('a token posts no reports', async () => {
    const answer = await hub.call('POST', '/api/v1/builds', {});
    expect(answer).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
  });
});

it('API tokens are listed page by page, newest first, never with their text', async () => {
  const texts = [await hub.makeToken('viewer'), await hub.makeToken('viewer'), await hub.makeToken('viewer')];
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await hub.call('GET', `/api/v1/tokens?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    expect(page.body.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.body.items.map((item: { id: string }) => item.id));
    for (const text of texts) expect(page.text).not.toContain(text);
    cursor = page.body.next;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(seen.toSorted().toReversed());
  const { rows } = await hub.database.pool.query('select from api_tokens');
  expect(seen).toHaveLength(rows.length);
});
