import { afterEach, beforeEach, expect, it } from 'vitest';
import { startVaultSimulator, type VaultSimulator } from './index.ts';

let clock = new Date('2026-03-01T12:00:00Z');
let vault: VaultSimulator;
beforeEach(async () => {
  clock = new Date('2026-03-01T12:00:00Z');
  vault = await startVaultSimulator({ now: () => clock });
});
afterEach(() => vault.close());

async function call(path: string, options: { token?: string; headers?: object; body?: object } = {}) {
  const { token, headers, body } = options;
  const answer = await fetch(`${vault.url}/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'x-vault-request': 'true',
      ...(token === undefined ? {} : { 'x-vault-token': token }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test says of each answer what it expects
  return { status: answer.status, body: (await answer.json()) as any };
}
const root = (path: string) => call(path, { token: vault.rootToken });

it('gives the newest version of a secret, and an earlier one when it is asked for', async () => {
  vault.write('ci/jira', { token: 'one' });
  vault.write('ci/jira', { token: 'two' });
  expect(await root('secret/data/ci/jira')).toMatchObject({
    status: 200,
    body: { data: { data: { token: 'two' }, metadata: { version: 2, destroyed: false, deletion_time: '' } } },
  });
  expect((await root('secret/data/ci/jira?version=1')).body.data.data).toEqual({ token: 'one' });
});

it('answers for what is deleted, destroyed or was never there as Vault does', async () => {
  vault.write('a', { x: '1' });
  vault.delete('a');
  expect(await root('secret/data/a')).toMatchObject({
    status: 404,
    body: { data: { data: null, metadata: { deletion_time: clock.toISOString(), version: 1 } } },
  });
  vault.destroy('a');
  expect((await root('secret/data/a')).body.data.metadata).toMatchObject({ destroyed: true });
  expect(await root('secret/data/b')).toEqual({ status: 404, body: { errors: [] } });
  expect(await root('other/data/a')).toMatchObject({
    status: 404,
    body: { errors: [expect.stringContaining('no handler for route')] },
  });
  expect((await root('secret/a')).body.warnings[0]).toContain('versioned');
});

it('refuses whom it does not know, what a policy does not allow, and a token after its end', async () => {
  vault.write('ci/x', { x: '1' });
  const denied = { status: 403, body: { errors: ['permission denied'] } };
  expect(await call('secret/data/ci/x')).toEqual(denied);
  const token = vault.makeToken({ readable: ['secret/data/ci/'], lifeSeconds: 60, renewable: true });
  expect((await call('secret/data/ci/x', { token })).status).toBe(200);
  expect(await call('secret/data/other', { token })).toEqual(denied);
  clock = new Date(clock.getTime() + 59_000);
  expect((await call('auth/token/lookup-self', { token })).body.data).toMatchObject({ ttl: 1 });
  expect((await call('auth/token/renew-self', { token, body: {} })).body.auth).toMatchObject({
    lease_duration: 60,
  });
  clock = new Date(clock.getTime() + 60_000);
  expect(await call('secret/data/ci/x', { token })).toEqual(denied);
});

it('signs a role in by its two ids', async () => {
  const { roleId, secretId } = vault.appRole;
  const login = (body: object) => call('auth/approle/login', { body });
  const { body } = await login({ role_id: roleId, secret_id: secretId });
  expect(body.auth).toMatchObject({ lease_duration: 1200, renewable: true });
  expect((await call('auth/token/lookup-self', { token: body.auth.client_token })).status).toBe(200);
  expect(await login({ role_id: roleId, secret_id: 'x' })).toEqual({
    status: 400,
    body: { errors: ['invalid role or secret ID'] },
  });
  expect((await login({ role_id: roleId })).body.errors).toEqual(['missing secret_id']);
});

it('tells its health without a token, and serves nothing while it is sealed', async () => {
  expect(await call('sys/health')).toMatchObject({ status: 200, body: { sealed: false, standby: false } });
  vault.standBy();
  expect((await call('sys/health')).status).toBe(429);
  expect((await call('sys/health?standbyok=true')).status).toBe(200);
  vault.seal();
  expect(await call('sys/health')).toMatchObject({ status: 503, body: { sealed: true } });
  expect(await root('secret/data/a')).toEqual({ status: 503, body: { errors: ['Vault is sealed'] } });
});

it('wants the header against forged requests, the namespace, and JSON', async () => {
  expect((await call('sys/health', { headers: { 'x-vault-request': 'no' } })).status).toBe(412);
  const headers = { 'x-vault-namespace': 'elsewhere' };
  expect((await call('secret/data/a', { token: vault.rootToken, headers })).status).toBe(404);
  const answer = await fetch(`${vault.url}/v1/auth/approle/login`, {
    method: 'POST',
    headers: { 'x-vault-request': 'true' },
    body: 'role_id=x',
  });
  expect(answer.status).toBe(400);
});
