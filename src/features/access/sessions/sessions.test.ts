import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../../test/hub.ts';
import { quickCost, type Visitor, visit } from '../fixtures/visitor.ts';

const password = 'a boat on a quiet lake';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let hub: TestHub;
let url: string;
let ahead = 0;
beforeAll(async () => {
  hub = await startTestHub({
    now: () => new Date(Date.now() + ahead),
    signIn: { local: true, passwordCost: quickCost },
  });
  url = await hub.serve();
  await hub.call('POST', '/api/v1/users', {
    name: 'Ada',
    email: 'ada@example.com',
    roles: [{ role: 'administrator' }],
  });
  await acceptInvitation('ada@example.com');
});
afterAll(() => hub.close());

async function acceptInvitation(email: string): Promise<Visitor> {
  const { body } = await hub.call('POST', `/api/v1/users/${email}/invitation`);
  const visitor = visit(url);
  await visitor.post(body.path, { password });
  return visitor;
}
const enter = async (): Promise<Visitor> => {
  const visitor = visit(url);
  await visitor.post('/sign-in', { email: 'ada@example.com', password });
  return visitor;
};
const me = async (visitor: Visitor) => (await visitor.call('GET', '/api/v1/me')).status;
const csrfOf = async (visitor: Visitor): Promise<string> =>
  (await visitor.call('GET', '/api/v1/me')).body.csrfToken;
const secretOf = (visitor: Visitor) => visitor.cookies.get('tieline') ?? '';
/** The same browser at an earlier moment. */
const withSecret = (secret: string) => {
  const visitor = visit(url);
  visitor.cookies.set('tieline', secret);
  return visitor;
};

describe('the cookie', () => {
  it('is out of reach for scripts and other sites, and of the whole host', async () => {
    const visitor = await enter();
    const [line] = visitor.setCookies;
    expect(line).toMatch(/^tieline=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await hub.dump()).not.toContain(secretOf(visitor));
  });

  it('over HTTPS is sent by nothing else, and no other host can set it', async () => {
    const secure = await startTestHub({
      signIn: { local: true, passwordCost: quickCost, publicUrl: 'https://tieline.example.com' },
    });
    await secure.call('POST', '/api/v1/users', { name: 'Bea', email: 'bea@example.com' });
    const { body } = await secure.call('POST', '/api/v1/users/bea@example.com/invitation');
    expect(body.url).toBe(`https://tieline.example.com${body.path}`);
    const visitor = visit(await secure.serve());
    await visitor.post(body.path, { password });
    expect(visitor.setCookies[0]).toMatch(
      /^__Host-tieline=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await secure.close();
  });
});

describe('a session', () => {
  it('is a new one at each sign-in, and the browser’s earlier one ends', async () => {
    const visitor = await enter();
    const earlier = secretOf(visitor);
    await visitor.post('/sign-in', { email: 'ada@example.com', password });
    expect(secretOf(visitor)).not.toBe(earlier);
    expect(await me(withSecret(earlier))).toBe(401);
    expect(await me(visitor)).toBe(200);
  });

  it('takes a new secret every hour; the old one serves what is under way, for a minute', async () => {
    const visitor = await enter();
    const [old, csrf] = [secretOf(visitor), await csrfOf(visitor)];
    ahead += hourMs + 1;
    const answers = await Promise.all(Array.from({ length: 5 }, () => me(withSecret(old))));
    expect(answers).toEqual([200, 200, 200, 200, 200]);
    // One of the five was told the new secret; a sixth, with the old one, is not told another.
    const late = withSecret(old);
    expect(await me(late)).toBe(200);
    expect(late.setCookies).toEqual([]);
    ahead += minuteMs;
    expect(await me(withSecret(old))).toBe(401);
    expect(csrf).toMatch(/^[\w-]{43}$/);
  });

  it('goes on with the new secret and the same token for its pages', async () => {
    const visitor = await enter();
    const [old, csrf] = [secretOf(visitor), await csrfOf(visitor)];
    ahead += hourMs + 1;
    expect(await csrfOf(visitor)).toBe(csrf);
    expect(secretOf(visitor)).not.toBe(old);
    ahead += 2 * minuteMs;
    expect(await me(visitor)).toBe(200);
  });

  it('ends after twelve hours without use', async () => {
    const [used, idle] = [await enter(), await enter()];
    for (let hours = 0; hours < 12; hours += 4) {
      ahead += 4 * hourMs;
      expect(await me(used)).toBe(200);
    }
    ahead += 1;
    expect(await me(idle)).toBe(401);
  });

  it('ends after a week, however much it is used', async () => {
    const visitor = await enter();
    for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
      ahead += 8 * hourMs;
      expect(await me(visitor)).toBe(200);
    }
    ahead += 8 * hourMs;
    expect(await me(visitor)).toBe(401);
  });

  it('takes a new secret when the user’s rights change, and has the new rights at once', async () => {
    await hub.call('POST', '/api/v1/users', { name: 'Cy', email: 'cy@example.com' });
    const visitor = await acceptInvitation('cy@example.com');
    const before = secretOf(visitor);
    expect((await visitor.call('GET', '/api/v1/deliveries')).status).toBe(403);
    await hub.call('PUT', '/api/v1/users/cy@example.com/roles', { role: 'viewer' });
    expect((await visitor.call('GET', '/api/v1/deliveries')).status).toBe(200);
    expect(secretOf(visitor)).not.toBe(before);
    await hub.call('DELETE', '/api/v1/users/cy@example.com/roles');
    expect((await visitor.call('GET', '/api/v1/deliveries')).status).toBe(403);
  });

  it('of a disabled user ends, for good', async () => {
    await hub.call('POST', '/api/v1/users', { name: 'Di', email: 'di@example.com' });
    const visitor = await acceptInvitation('di@example.com');
    expect(await me(visitor)).toBe(200);
    await hub.call('POST', '/api/v1/users/di@example.com/disable');
    expect(await me(visitor)).toBe(401);
    await hub.call('POST', '/api/v1/users/di@example.com/enable');
    expect(await me(visitor)).toBe(401);
  });
});

describe('signing out', () => {
  it('ends this browser’s session only', async () => {
    const [here, there] = [await enter(), await enter()];
    const secret = secretOf(here);
    const seen = await here.post('/sign-out', { csrf: await csrfOf(here) });
    expect(seen.url).toBe(`${url}/sign-in`);
    expect(here.cookies.size).toBe(0);
    expect([await me(withSecret(secret)), await me(there)]).toEqual([401, 200]);
    const { body } = await hub.call('GET', '/api/v1/audit?action=user.signed-out&limit=1');
    expect(body.items[0]).toMatchObject({ actor: { kind: 'user', name: 'Ada' } });
  });

  it.each(['page', 'API'])('everywhere, by the %s, ends all', async (way) => {
    const [here, there] = [await enter(), await enter()];
    const csrf = await csrfOf(here);
    if (way === 'page') await here.post('/sign-out', { csrf, everywhere: 'yes' });
    else await here.call('DELETE', '/api/v1/me/sessions', undefined, { 'x-csrf-token': csrf });
    expect([await me(here), await me(there)]).toEqual([401, 401]);
  });

  it('is not done by another site', async () => {
    const visitor = await enter();
    expect((await visitor.post('/sign-out', { csrf: 'guessed' })).status).toBe(403);
    const csrf = await csrfOf(visitor);
    const seen = await visitor.post('/sign-out', { csrf }, { 'sec-fetch-site': 'cross-site' });
    expect([seen.status, await me(visitor)]).toEqual([403, 200]);
  });
});

describe('a change by a session', () => {
  const make = (visitor: Visitor, headers: Record<string, string>) =>
    visitor.call('POST', '/api/v1/secrets', { name: `s ${crypto.randomUUID()}`, value: 'x' }, headers);

  it('needs the token of the session', async () => {
    const [visitor, other] = [await enter(), await enter()];
    const refused = [
      await make(visitor, {}),
      await make(visitor, { 'x-csrf-token': 'guessed' }),
      await make(visitor, { 'x-csrf-token': await csrfOf(other) }),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'request-forged' } });
    }
    expect((await make(visitor, { 'x-csrf-token': await csrfOf(visitor) })).status).toBe(201);
  });

  it('is nothing that only reads, by whatever method', async () => {
    const visitor = await enter();
    for (const method of ['GET', 'HEAD']) {
      expect((await visitor.call(method, '/api/v1/deliveries')).status).toBe(200);
    }
  });

  it.each<[Record<string, string>, number]>([
    [{ 'sec-fetch-site': 'same-origin' }, 201],
    [{ 'sec-fetch-site': 'none' }, 201],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
  ])('sent by %j is answered %i', async (headers, status) => {
    const visitor = await enter();
    const answer = await make(visitor, { 'x-csrf-token': await csrfOf(visitor), ...headers });
    expect(answer.status).toBe(status);
  });

  it.each([
    ['https://evil.example', 403],
    ['null', 403],
    ['http://localhost:80', 201],
  ])('from a browser that sends only the origin %s is answered %i', async (origin, status) => {
    const visitor = await enter();
    const headers = {
      cookie: `tieline=${secretOf(visitor)}`,
      'x-csrf-token': await csrfOf(visitor),
      origin,
    };
    const body = { name: `s ${crypto.randomUUID()}`, value: 'x' };
    // Without a port the hub is asked as localhost:80.
    expect((await hub.call('POST', '/api/v1/secrets', body, null, headers)).status).toBe(status);
  });

  it('is the token’s where one is sent beside the cookie', async () => {
    const visitor = await enter();
    const viewer = { authorization: `Bearer ${await hub.makeToken('viewer')}` };
    expect(await make(visitor, viewer)).toMatchObject({
      status: 403,
      body: { code: 'permission-missing' },
    });
    const wrong = { authorization: 'Bearer tieline_at_wrong' };
    expect((await visitor.call('GET', '/api/v1/me', undefined, wrong)).status).toBe(401);
  });

  it('is written down as the user’s, and is made once under an Idempotency-Key', async () => {
    const visitor = await enter();
    const headers = { 'x-csrf-token': await csrfOf(visitor), 'idempotency-key': crypto.randomUUID() };
    const body = { name: 'made once', value: 'x' };
    const [one, two] = [
      await visitor.call('POST', '/api/v1/secrets', body, headers),
      await visitor.call('POST', '/api/v1/secrets', body, headers),
    ];
    expect([one.status, two.status, two.text]).toEqual([201, 201, one.text]);
    const { body: audit } = await hub.call('GET', '/api/v1/audit?subject=made once');
    expect(audit.items).toMatchObject([{ actor: { kind: 'user', name: 'Ada', token: null } }]);
  });
});

describe('a user’s own tokens', () => {
  it('are made up to the user’s role, listed and ended by the user, and end with the user', async () => {
    await hub.call('POST', '/api/v1/users', {
      name: 'Ed',
      email: 'ed@example.com',
      roles: [{ role: 'editor', scope: 'acme' }],
    });
    const visitor = await acceptInvitation('ed@example.com');
    const headers = { 'x-csrf-token': await csrfOf(visitor) };
    const make = (body: object) => visitor.call('POST', '/api/v1/tokens', { name: 't', ...body }, headers);
    expect((await make({ role: 'administrator' })).status).toBe(403);
    expect((await make({ role: 'viewer', scope: 'account' })).status).toBe(403);
    const made = await make({ role: 'editor' });
    expect(made.body).toMatchObject({ scope: 'acme', account: { name: 'ed@example.com' } });
    const { token, id } = made.body;
    expect((await hub.call('GET', '/api/v1/me', undefined, token)).body).toMatchObject({
      kind: 'user',
      name: 'Ed',
      token: { id },
    });
    const listed = await visitor.call('GET', '/api/v1/tokens');
    expect(listed.body.items.map((item: { id: string }) => item.id)).toEqual([id]);
    const foreign = await hub.call('POST', '/api/v1/tokens', {
      name: 'foreign',
      role: 'viewer',
      scope: 'acme',
    });
    const path = (of: string) => `/api/v1/tokens/${of}`;
    expect((await visitor.call('DELETE', path(foreign.body.id), undefined, headers)).status).toBe(404);
    const second = (await make({ role: 'viewer' })).body;
    expect((await visitor.call('DELETE', path(second.id), undefined, headers)).status).toBe(204);
    expect((await hub.call('GET', '/api/v1/me', undefined, second.token)).status).toBe(401);
    await hub.call('POST', '/api/v1/users/ed@example.com/disable');
    expect((await hub.call('GET', '/api/v1/me', undefined, token)).status).toBe(401);
  });
});
