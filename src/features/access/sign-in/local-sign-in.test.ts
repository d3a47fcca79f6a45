import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../../test/hub.ts';
import { quickCost, type Visitor, visit } from '../fixtures/visitor.ts';

const password = 'a boat on a quiet lake';
const minuteMs = 60_000;

let hub: TestHub;
let url: string;
let ahead = 0;
beforeAll(async () => {
  hub = await startTestHub({
    now: () => new Date(Date.now() + ahead),
    signIn: { local: true, passwordCost: quickCost },
  });
  url = await hub.serve();
});
afterAll(() => hub.close());

const home = (visitor: Visitor) => visitor.get('/');
const signIn = (email: string, given: string, visitor = visit(url)) =>
  visitor.post('/sign-in', { email, password: given });
let count = 0;
/** A user with a password, and the browser in which it was set. */
const makeUser = async (...roles: object[]) => {
  const email = `person-${++count}@example.com`;
  const { body } = await hub.call('POST', '/api/v1/users', { name: `Person ${count}`, email, roles });
  const invitation = await hub.call('POST', `/api/v1/users/${email}/invitation`);
  const visitor = visit(url);
  const seen = await visitor.post(invitation.body.path, { password });
  expect(seen.page).toContain(`Hello Person ${count}`);
  return { id: body.id as string, email, visitor, link: invitation.body.path as string };
};
const lastAudit = async (action: string) =>
  (await hub.call('GET', `/api/v1/audit?action=${action}&limit=1`)).body.items[0];

describe('the first start', () => {
  const given = { name: 'Ada', email: 'Ada@example.com', password };

  it('leads whoever opens the hub to make the first user', async () => {
    const seen = await visit(url).get('/');
    expect(new URL(seen.url).pathname).toBe('/sign-in/first');
    expect(seen.page).toContain('This hub has no user yet');
  });

  it.each([
    ['a token that is none', { token: 'tieline_at_x' }, 'This is not the API token', 403],
    ['no e-mail address', { email: 'ada' }, 'The e-mail address cannot be taken', 400],
    ['a short password', { password: 'short' }, 'The password has 5 characters', 422],
  ])('with %s says what is wrong and keeps what was typed', async (_what, wrong, words, status) => {
    const visitor = visit(url);
    const seen = await visitor.post('/sign-in/first', { ...given, token: hub.token, ...wrong });
    expect([seen.status, seen.page]).toEqual([status, expect.stringContaining(words)]);
    expect(seen.text).toContain('value="Ada"');
    expect(visitor.cookies.size).toBe(0);
  });

  it('makes a user who administers the account, once, and the printed token stays', async () => {
    const visitor = visit(url);
    const seen = await visitor.post('/sign-in/first', { ...given, token: ` ${hub.token}\n` });
    expect(seen.page).toMatch(/Hello Ada .*ada@example.com .*by password .*administrator in account/);
    expect((await hub.call('GET', '/api/v1/me')).status).toBe(200);
    expect((await visit(url).get('/sign-in/first')).url).toBe(`${url}/sign-in`);
    const again = { ...given, email: 'eve@example.com', token: hub.token };
    const second = await visit(url).post('/sign-in/first', again);
    expect([second.status, second.page]).toEqual([403, expect.stringContaining('There is a user already')]);
  });
});

describe('signing in', () => {
  it('opens the hub, and the API to its pages, with the roles of the user', async () => {
    const { id, email } = await makeUser({ role: 'viewer', scope: 'acme' });
    const visitor = visit(url);
    expect((await visitor.call('GET', '/api/v1/me')).status).toBe(401);
    const seen = await signIn(email.toUpperCase(), password, visitor);
    expect(seen.page).toContain('viewer in acme');
    const me = await visitor.call('GET', '/api/v1/me');
    expect(me.body).toMatchObject({
      kind: 'user',
      id,
      email,
      roles: [{ scope: 'acme', role: 'viewer' }],
      signedInBy: 'password',
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect((await visitor.call('GET', '/api/v1/deliveries')).status).toBe(200);
    expect((await visitor.call('GET', '/api/v1/audit')).status).toBe(403);
    expect(await lastAudit('user.signed-in')).toMatchObject({
      actor: { kind: 'user', id },
      address: '127.0.0.1',
      details: { method: 'password' },
    });
    const user = await hub.call('GET', `/api/v1/users/${email}`);
    expect(Date.parse(user.body.lastSignedInAt)).toBeGreaterThan(Date.now() - minuteMs);
  });

  it('without a role is possible, and shows nothing', async () => {
    const { visitor } = await makeUser();
    expect((await home(visitor)).page).toContain('none yet: an administrator gives them');
    expect((await visitor.call('GET', '/api/v1/me')).body.roles).toEqual([]);
    for (const path of ['deliveries', 'connections', 'secrets', 'tokens', 'users', 'audit']) {
      expect((await visitor.call('GET', `/api/v1/${path}`)).status).toBe(403);
    }
  });

  it('fails in the same words for a wrong password, an unknown, a disabled and a passwordless user', async () => {
    const known = await makeUser();
    const disabled = await makeUser();
    await hub.call('POST', `/api/v1/users/${disabled.email}/disable`);
    await hub.call('POST', '/api/v1/users', { name: 'P', email: 'passwordless@example.com' });
    const tries: [string, string][] = [
      [known.email, 'a boat on a quiet lak'],
      ['nobody@example.com', password],
      [disabled.email, password],
      ['passwordless@example.com', ''],
    ];
    for (const [email, given] of tries) {
      const visitor = visit(url);
      const seen = await signIn(email, given, visitor);
      expect([seen.status, seen.page]).toEqual([
        403,
        expect.stringContaining('The e-mail address or the password is wrong'),
      ]);
      expect(visitor.cookies.size).toBe(0);
    }
    expect(await lastAudit('user.sign-in-failed')).toMatchObject({
      actor: { kind: 'anonymous' },
      subject: { name: 'passwordless@example.com' },
    });
  });

  it('with the password typed in the wrong field leaves it nowhere', async () => {
    const typed = 'oops my secret password';
    await signIn(typed, 'x');
    expect(await lastAudit('user.sign-in-failed')).toMatchObject({ subject: { name: 'unknown' } });
    for (const place of [await hub.dump(), hub.log.join('')]) expect(place).not.toContain(typed);
  });

  it('stops after five wrong tries for a quarter of an hour, also for the right password', async () => {
    const { email } = await makeUser();
    const statuses = await Promise.all(
      Array.from({ length: 7 }, async () => (await signIn(email, 'not the password')).status),
    );
    expect(statuses.toSorted()).toEqual([403, 403, 403, 403, 403, 429, 429]);
    const right = await signIn(email, password);
    expect([right.status, right.page]).toEqual([429, expect.stringContaining('too many attempts')]);
    const seconds = Number(right.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThanOrEqual(900);
    ahead += 16 * minuteMs;
    expect((await signIn(email, password)).page).toContain('Hello');
  });

  it('by a form of another site is refused', async () => {
    const { email } = await makeUser();
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const seen = await visit(url).post('/sign-in', { email, password }, headers);
      expect([seen.status, seen.page]).toEqual([403, expect.stringContaining('sent from another site')]);
    }
  });
});

describe('a password', () => {
  it('is kept as a salted hash, so that two who chose the same cannot be told', async () => {
    const [one, two] = [await makeUser(), await makeUser()];
    const { rows } = await hub.database.pool.query<{ hash: string }>(
      'select hash from passwords where account_id in ($1, $2)',
      [one.id, two.id],
    );
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(2);
    for (const { hash } of rows) expect(hash).toMatch(/^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hub.dump()).not.toContain(password);
  });

  it.each([
    ['eleven char', 'has 11 characters'],
    ['Password1234', 'one of the commonest'],
    ['x'.repeat(257), 'more than 256 characters'],
  ])('%s is refused: it %s', async (given, words) => {
    const { email } = await makeUser();
    const { body } = await hub.call('POST', `/api/v1/users/${email}/invitation`);
    const visitor = visit(url);
    const seen = await visitor.post(body.path, { password: given });
    expect([seen.status, seen.page]).toEqual([422, expect.stringContaining(words)]);
    expect((await visitor.post(body.path, { password })).page).toContain('Hello');
  });

  it('is the same however its accents are typed', async () => {
    const { email } = await makeUser();
    const { body } = await hub.call('POST', `/api/v1/users/${email}/invitation`);
    await visit(url).post(body.path, { password: 'Crème brûlée für alle'.normalize('NFD') });
    expect((await signIn(email, 'Crème brûlée für alle'.normalize('NFC'))).status).toBe(200);
  });

  it('is changed by who knows it, which ends the other sessions', async () => {
    const { email, visitor } = await makeUser();
    const other = visit(url);
    await signIn(email, password, other);
    const { csrfToken: csrf } = (await visitor.call('GET', '/api/v1/me')).body;
    const next = 'another boat on a lake';
    const wrong = await visitor.post('/password', { csrf, current: 'wrong', password: next });
    expect([wrong.status, wrong.page]).toEqual([403, expect.stringContaining('current password is wrong')]);
    const before = visitor.cookies.get('tieline');
    const changed = await visitor.post('/password', { csrf, current: password, password: next });
    expect(changed.page).toContain('Hello');
    expect(visitor.cookies.get('tieline')).not.toBe(before);
    expect((await other.call('GET', '/api/v1/me')).status).toBe(401);
    expect((await signIn(email, password)).status).toBe(403);
    expect((await signIn(email, next)).status).toBe(200);
    expect(await lastAudit('user.password-changed')).toMatchObject({ subject: { name: email } });
  });

  it('is changed by the API too', async () => {
    const { email, visitor } = await makeUser();
    const headers = { 'x-csrf-token': (await visitor.call('GET', '/api/v1/me')).body.csrfToken };
    const change = (current: string, next: string) =>
      visitor.call('PUT', '/api/v1/me/password', { current, next }, headers);
    expect(await change('wrong', 'another boat on a lake')).toMatchObject({
      status: 403,
      body: { code: 'sign-in-refused' },
    });
    expect((await change(password, 'short')).body).toMatchObject({ code: 'password-unfit' });
    expect((await change(password, 'another boat on a lake')).status).toBe(204);
    expect((await signIn(email, 'another boat on a lake')).status).toBe(200);
  });
});

describe('an invitation', () => {
  it('works once', async () => {
    const { link } = await makeUser();
    const seen = await visit(url).get(link);
    expect([seen.status, seen.page]).toEqual([403, expect.stringContaining('This link was used')]);
    expect((await visit(url).post(link, { password })).status).toBe(403);
  });

  it('ends after three days, with another one, and when its user is disabled', async () => {
    const { email } = await makeUser();
    const make = async () => (await hub.call('POST', `/api/v1/users/${email}/invitation`)).body.path;
    const see = async (path: string) => (await visit(url).get(path)).status;
    const [first, second] = [await make(), await make()];
    expect([await see(first), await see(second)]).toEqual([403, 200]);
    ahead += 73 * 60 * minuteMs;
    expect(await see(second)).toBe(403);
    const third = await make();
    await hub.call('POST', `/api/v1/users/${email}/disable`);
    expect(await see(third)).toBe(403);
    expect((await hub.call('POST', `/api/v1/users/${email}/invitation`)).status).toBe(400);
  });

  it('is not made by an administrator of less than the account', async () => {
    const { email } = await makeUser();
    const token = await hub.makeToken('administrator', 'acme');
    const answer = await hub.call('POST', `/api/v1/users/${email}/invitation`, undefined, token);
    expect(answer).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
  });
});

it('where passwords are switched off, no page and no route takes one', async () => {
  const closed = await startTestHub({ signIn: { local: false } });
  const address = await closed.serve();
  const visitor = visit(address);
  expect((await visitor.get('/sign-in')).page).toContain('Nobody can sign in here');
  for (const path of ['/sign-in', '/sign-in/first', '/invitation/x']) {
    const seen = await visitor.post(path, {
      email: 'a@example.com',
      password,
      token: closed.token,
      name: 'A',
    });
    expect([path, seen.status, seen.page]).toEqual([path, 403, expect.stringContaining('switched off')]);
  }
  await closed.call('POST', '/api/v1/users', { name: 'A', email: 'a@example.com' });
  expect((await closed.call('POST', '/api/v1/users/a@example.com/invitation')).status).toBe(403);
  await closed.close();
});
