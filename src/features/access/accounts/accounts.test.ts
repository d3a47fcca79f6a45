import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

let count = 0;
const makeUser = async (...roles: [role: string, scope?: string][]) => {
  const email = `user-${++count}@example.com`;
  const wanted = roles.map(([role, scope = 'account']) => ({ role, scope }));
  const { body } = await hub.call('POST', '/api/v1/users', { name: `User ${count}`, email, roles: wanted });
  return body;
};
const makeAccount = async (scope: string, ...roles: [role: string, scope?: string][]) => {
  const made = await hub.call('POST', '/api/v1/service-accounts', { name: `robot ${++count}`, scope });
  for (const [role, where = scope] of roles) {
    await hub.call('PUT', `/api/v1/service-accounts/${made.body.id}/roles`, { role, scope: where });
  }
  return made.body;
};
const tokenOf = async (serviceAccount: string, role: string, scope?: string): Promise<string> =>
  (await hub.call('POST', '/api/v1/tokens', { name: 't', serviceAccount, role, scope })).body.token;
const secret = (scope: string) => ({ scope, name: `secret ${++count}`, value: 'x' });

describe('a user', () => {
  it('is known by id and by e-mail address in any case, once', async () => {
    const made = await hub.call('POST', '/api/v1/users', { name: 'Ada', email: 'Ada@Example.com' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Ada', email: 'ada@example.com', roles: [], hasPassword: false, disabledAt: null },
    });
    for (const name of [made.body.id, 'ada@example.com', 'ADA@example.com']) {
      expect((await hub.call('GET', `/api/v1/users/${name}`)).body).toEqual(made.body);
    }
    const again = await hub.call('POST', '/api/v1/users', { name: 'Other', email: 'ADA@example.com' });
    expect(again).toMatchObject({ status: 409, body: { code: 'name-taken' } });
  });

  it('is listed page by page, newest first', async () => {
    const ids = [(await makeUser()).id, (await makeUser()).id, (await makeUser()).id];
    const first = await hub.call('GET', '/api/v1/users?limit=2');
    const second = await hub.call('GET', `/api/v1/users?limit=2&cursor=${first.body.next}`);
    const seen = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(seen.slice(0, 3)).toEqual(ids.toReversed());
  });

  it.each([
    [{ email: 'a@example.com' }, 'name'],
    [{ name: 'A', email: 'no address' }, 'email'],
    [{ name: 'A', email: 'a@example.com', roles: [{ role: 'king' }] }, 'roles.0.role'],
    [{ name: 'A', email: 'a@example.com', roles: [{ role: 'viewer', scope: 'a/b/c' }] }, 'roles.0.scope'],
  ])('made with %j is refused, naming %s', async (body, path) => {
    const answer = await hub.call('POST', '/api/v1/users', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });
});

describe('a service account', () => {
  it('calls with its tokens, by its own name and up to its own role', async () => {
    const robot = await makeAccount('acme', ['editor']);
    const token = await tokenOf(robot.id, 'administrator');
    const { body } = await hub.call('GET', '/api/v1/me', undefined, token);
    expect(body).toMatchObject({
      kind: 'service-account',
      id: robot.id,
      name: robot.name,
      roles: [{ scope: 'acme', role: 'editor' }],
      signedInBy: 'token',
      token: { name: 't' },
    });
    expect((await hub.call('POST', '/api/v1/secrets', secret('acme/shop'), token)).status).toBe(201);
    expect((await hub.call('POST', '/api/v1/secrets', secret('account'), token)).status).toBe(403);
    expect(
      (await hub.call('POST', '/api/v1/service-accounts', { name: 'x', scope: 'acme' }, token)).status,
    ).toBe(403);
  });

  it('loses with its role what its tokens may do, at once', async () => {
    const robot = await makeAccount('acme', ['editor']);
    const token = await tokenOf(robot.id, 'editor');
    expect((await hub.call('POST', '/api/v1/secrets', secret('acme'), token)).status).toBe(201);
    await hub.call('DELETE', `/api/v1/service-accounts/${robot.id}/roles?scope=acme`);
    expect(await hub.call('POST', '/api/v1/secrets', secret('acme'), token)).toMatchObject({
      status: 403,
      body: { code: 'permission-missing' },
    });
  });

  it('that is disabled has no valid token until it is enabled', async () => {
    const robot = await makeAccount('acme', ['viewer']);
    const token = await tokenOf(robot.id, 'viewer');
    const me = async () => (await hub.call('GET', '/api/v1/me', undefined, token)).status;
    expect(await me()).toBe(200);
    await hub.call('POST', `/api/v1/service-accounts/${robot.id}/disable`);
    expect(await me()).toBe(401);
    await hub.call('POST', `/api/v1/service-accounts/${robot.id}/enable`);
    expect(await me()).toBe(200);
  });

  it('has no role outside its scope: whoever makes its tokens would gain there', async () => {
    const robot = await makeAccount('acme');
    const path = `/api/v1/service-accounts/${robot.id}/roles`;
    expect(await hub.call('PUT', path, { scope: 'account', role: 'viewer' })).toMatchObject({
      status: 400,
      body: { code: 'request-invalid', errors: [{ path: 'scope' }] },
    });
    expect((await hub.call('PUT', path, { scope: 'acme/shop', role: 'viewer' })).status).toBe(200);
  });

  it('is named by a reference, alone in its scope, and hidden from other scopes', async () => {
    await hub.call('POST', '/api/v1/service-accounts', { name: 'Deployer', scope: 'acme' });
    const again = await hub.call('POST', '/api/v1/service-accounts', { name: 'deployer', scope: 'acme' });
    expect(again).toMatchObject({ status: 409, body: { code: 'name-taken' } });
    const acme = await hub.makeToken('administrator', 'acme');
    const other = await hub.makeToken('administrator', 'other');
    const path = '/api/v1/service-accounts/deployer';
    const found = await hub.call('GET', path, undefined, acme);
    expect(found).toMatchObject({ status: 200, body: { name: 'Deployer' } });
    for (const hidden of [path, `/api/v1/service-accounts/${found.body.id}`]) {
      expect((await hub.call('GET', hidden, undefined, other)).status).toBe(404);
    }
    const { body } = await hub.call('GET', '/api/v1/service-accounts?limit=200', undefined, other);
    expect(body.items).toEqual([]);
  });
});

describe('roles', () => {
  it('are given and taken within the giver’s own scope', async () => {
    const user = await makeUser();
    const acme = await hub.makeToken('administrator', 'acme');
    const path = `/api/v1/users/${user.email}/roles`;
    const give = (scope: string) => hub.call('PUT', path, { scope, role: 'viewer' }, acme);
    expect((await give('account')).status).toBe(403);
    expect((await give('other')).status).toBe(403);
    expect(await give('acme/shop')).toMatchObject({
      status: 200,
      body: { roles: [{ scope: 'acme/shop', role: 'viewer', source: 'person' }] },
    });
    await hub.call('PUT', path, { scope: 'other', role: 'editor' });
    const seen = await hub.call('GET', path, undefined, acme);
    expect(seen.body.roles.map(({ scope }: { scope: string }) => scope)).toEqual(['acme/shop']);
    expect((await hub.call('DELETE', `${path}?scope=other`, undefined, acme)).status).toBe(403);
    expect((await hub.call('DELETE', `${path}?scope=acme/shop`, undefined, acme)).status).toBe(200);
    expect(await hub.call('DELETE', `${path}?scope=acme/shop`)).toMatchObject({
      status: 404,
      body: { code: 'resource-not-found' },
    });
  });

  it.each(['viewer', 'operator', 'editor'])('are not given by %s', async (role) => {
    const token = await hub.makeToken(role);
    const user = await makeUser();
    const answer = await hub.call('PUT', `/api/v1/users/${user.id}/roles`, { role: 'viewer' }, token);
    expect(answer).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
  });

  it('of the last person who administers the account stay, however they are taken', async () => {
    const [one, two] = [await makeUser(['administrator']), await makeUser(['administrator'])];
    const roles = (user: { id: string }) => `/api/v1/users/${user.id}/roles`;
    expect((await hub.call('DELETE', roles(one))).status).toBe(200);
    const taken = [
      await hub.call('DELETE', roles(two)),
      await hub.call('PUT', roles(two), { role: 'editor' }),
      await hub.call('POST', `/api/v1/users/${two.id}/disable`),
    ];
    for (const answer of taken) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'last-administrator' } });
      expect(answer.body.detail).toContain(two.email);
    }
    expect((await hub.call('GET', `/api/v1/users/${two.id}`)).body).toMatchObject({
      disabledAt: null,
      roles: [{ scope: 'account', role: 'administrator' }],
    });
    await hub.call('PUT', roles(one), { role: 'administrator' });
    expect((await hub.call('POST', `/api/v1/users/${two.id}/disable`)).status).toBe(200);
  });

  it('are not taken from two by two at once', async () => {
    const [one, two] = [await makeUser(['administrator']), await makeUser(['administrator'])];
    const { body } = await hub.call('GET', '/api/v1/users?limit=200');
    const others = body.items.filter(({ id }: { id: string }) => id !== one.id && id !== two.id);
    for (const { id } of others) await hub.call('DELETE', `/api/v1/users/${id}/roles`);
    const answers = await Promise.all(
      [one, two].map(({ id }) => hub.call('DELETE', `/api/v1/users/${id}/roles`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });
});
