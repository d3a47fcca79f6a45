import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../../http/index.ts';
import type { Connection } from '../../kit/connector.ts';
import { clearText, Secret } from '../../kit/secret.ts';
import { openSettings } from '../../kit/settings.ts';
import { startVaultSimulator, type VaultSimulator } from '../../simulators/vault/index.ts';
import connector from './index.ts';
import { openSecretSource } from './secret-source.ts';
import { type VaultSettings, vaultSettings } from './settings.ts';

const lines: string[] = [];
const say = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
const log = { debug: say, info: say, warn: say, error: say };

let clock: Date;
let vault: VaultSimulator;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  clock = new Date('2026-03-01T12:00:00Z');
  lines.length = 0;
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const later = (seconds: number) => {
  clock = new Date(clock.getTime() + seconds * 1_000);
};

async function start(options: Parameters<typeof startVaultSimulator>[0] = {}) {
  vault = await startVaultSimulator({ ...options, now: () => clock });
  closing.push(() => vault.close());
}

/** A connection as the hub opens it; each secret's name is its clear text. */
async function connect(settings: object): Promise<Connection<VaultSettings>> {
  const now = () => clock;
  const http = createHttp({ tokens: memoryTokenStore(), budgets: memoryBudgetStore(), log, now });
  closing.push(() => http.close());
  const opened = await openSettings(
    vaultSettings.parse({ address: vault.url, ...settings }),
    async (name) => new Secret(name),
  );
  const aim: Connection<VaultSettings>['aim'] = (target) =>
    http.aim({ name: 'c1', allowAddresses: ['127.0.0.1/32'], ...target });
  return { id: 'c1', name: 'vault', scope: 'account', settings: opened, aim, log, now };
}
const byToken = (token: string) => ({ auth: { type: 'token', token: { secret: token } } });
const byRole = (secretId = vault.appRole.secretId) => ({
  auth: { type: 'approle', roleId: vault.appRole.roleId, secretId: { secret: secretId } },
});
const open = async (settings: object) => openSecretSource(await connect(settings));
const read = async (settings: object, path: string, field: string) =>
  clearText(await (await open(settings)).read(path, field));

describe('a secret in Vault', () => {
  it('is read by path and field, by a token or by a role that is signed in once', async () => {
    await start();
    vault.write('ci/jira cloud', { token: 'tok-1', port: 8443 });
    expect(await read(byToken(vault.rootToken), 'secret/ci/jira cloud', 'token')).toBe('tok-1');
    expect(await read(byToken(vault.rootToken), 'secret/ci/jira cloud', 'port')).toBe('8443');
    const source = await open(byRole());
    await Promise.all([1, 2, 3].map(() => source.read('secret/ci/jira cloud', 'token')));
    expect(vault.requests.filter((line) => line.endsWith('/login'))).toHaveLength(1);
  });

  it('is read below the mount and in the namespace of the connection', async () => {
    await start({ mount: 'kv/team', namespace: 'admin/dev' });
    vault.write('x', { y: 'z' });
    const settings = { ...byToken(vault.rootToken), mount: 'kv/team', namespace: 'admin/dev' };
    expect(await read(settings, 'kv/team/x', 'y')).toBe('z');
    await expect(read({ ...settings, namespace: undefined }, 'kv/team/x', 'y')).rejects.toMatchObject({
      code: 'status-unexpected',
      hint: expect.stringContaining('namespace'),
    });
    await expect(read(settings, 'secret/x', 'y')).rejects.toMatchObject({
      code: 'reference-not-found',
      message: expect.stringContaining('does not begin with kv/team/'),
    });
  });

  it('that is not there is told by what is wrong with it', async () => {
    await start();
    vault.write('gone', { a: '1' });
    vault.write('ci', { one: '1', two: '2', nested: { deep: true }, empty: '' });
    vault.delete('gone');
    const source = await open(byToken(vault.rootToken));
    const told = async (path: string, field: string) =>
      source.read(path, field).then(
        () => 'read',
        ({ code, message, hint, retry }) => `${code}|${retry}|${message}|${hint}`,
      );
    expect(await told('secret/nothing', 'a')).toMatch(/^reference-not-found\|once-repaired\|.*no secret at/);
    expect(await told('secret/gone', 'a')).toMatch(/Version 1 of secret\/gone was deleted at 2026/);
    vault.destroy('gone');
    expect(await told('secret/gone', 'a')).toMatch(/was destroyed in Vault/);
    expect(await told('secret/ci', 'three')).toMatch(
      /no field "three" in Vault\|It has: empty, nested, one, two/,
    );
    expect(await told('secret/ci', 'nested')).toMatch(/is no text/);
    expect(await told('secret/ci', 'empty')).toMatch(/is empty/);
    vault.seal();
    expect(await told('secret/ci', 'one')).toMatch(/^remote-failed\|soon\|Vault is sealed/);
    vault.unseal();
    expect(await told('secret/ci', 'one')).toBe('read');
  });

  it('that a policy does not allow is refused by name, and a valid token is not replaced for it', async () => {
    await start({ appRole: { readable: ['secret/data/ci/'] } });
    vault.write('ci/x', { y: 'z' });
    vault.write('hr/x', { y: 'z' });
    const source = await open(byRole());
    await expect(source.read('secret/hr/x', 'y')).rejects.toMatchObject({
      code: 'remote-forbidden',
      retry: 'once-repaired',
      message: expect.stringContaining('Reading secret/hr/x is not permitted'),
    });
    expect(clearText(await source.read('secret/ci/x', 'y'))).toBe('z');
    expect(vault.requests.filter((line) => line.endsWith('/login'))).toHaveLength(1);
  });

  it('is still read when the token ends or is revoked: the role signs in again', async () => {
    await start();
    vault.write('x', { y: 'z' });
    const source = await open(byRole());
    const reads = async () => clearText(await source.read('secret/x', 'y'));
    const signIns = () => vault.requests.filter((line) => line.endsWith('/login')).length;
    expect(await reads()).toBe('z');
    later(601);
    expect([await reads(), signIns()]).toEqual(['z', 2]);
    later(1_201);
    expect([await reads(), signIns()]).toEqual(['z', 3]);
    vault.rotateSecretId();
    later(601);
    await expect(source.read('secret/x', 'y')).rejects.toMatchObject({
      code: 'remote-unauthorized',
      retry: 'once-repaired',
      message: expect.stringContaining('invalid role or secret ID'),
    });
  });

  it('keeps a renewable token alive, and says when one cannot be renewed any more', async () => {
    await start();
    vault.write('x', { y: 'z' });
    const source = await open(byToken(vault.makeToken({ lifeSeconds: 100, renewable: true })));
    for (let round = 0; round < 4; round += 1) {
      expect(clearText(await source.read('secret/x', 'y'))).toBe('z');
      later(60);
    }
    expect(vault.requests.filter((line) => line.endsWith('/renew-self'))).toHaveLength(3);
    later(200);
    await expect(source.read('secret/x', 'y')).rejects.toMatchObject({ code: 'remote-forbidden' });
  });

  it('leaves no trace of itself, of the token or of the secret id', async () => {
    await start();
    vault.write('x', { y: 'the-value-itself' });
    const { secretId } = vault.appRole;
    await read(byRole(), 'secret/x', 'y');
    vault.rotateSecretId();
    const error = await read(byRole(secretId), 'secret/x', 'y').catch((thrown: unknown) => thrown);
    const said = lines.join('') + JSON.stringify(error) + String(error);
    for (const secret of [secretId, 'the-value-itself', 'hvs.']) expect(said).not.toContain(secret);
  });
});

describe('the test of a connection to Vault', () => {
  const test = async (settings: object) => connector.test(await connect(settings));

  it('says who we are there and how long', async () => {
    await start();
    const token = vault.makeToken({
      displayName: 'token-ci',
      policies: ['ci', 'default'],
      lifeSeconds: 3_600,
    });
    expect(await test(byToken(token))).toMatchObject({
      ok: true,
      outcome: 'passed',
      product: 'HashiCorp Vault 1.19.5',
      account: { name: 'token-ci' },
      capabilities: [
        { capability: 'health', state: 'ok' },
        {
          capability: 'token',
          state: 'ok',
          message: expect.stringMatching(/policies ci, default and ends in 60 min and is not renewable/),
          hint: expect.stringContaining('AppRole'),
        },
      ],
    });
    vault.standBy();
    expect((await test(byRole())).capabilities[0]).toMatchObject({
      state: 'ok',
      message: expect.stringContaining('on standby'),
    });
  });

  it('says that Vault is sealed, that the token is unknown, or that it is not Vault', async () => {
    await start();
    expect(await test(byToken('wrong'))).toMatchObject({
      outcome: 'failed',
      capabilities: [{ state: 'ok' }, { state: 'refused', code: 'remote-unauthorized' }],
    });
    vault.seal();
    expect(await test(byToken(vault.rootToken))).toMatchObject({
      outcome: 'failed',
      capabilities: [
        { state: 'failed', message: 'Vault is sealed.' },
        { state: 'failed', message: expect.stringContaining('Vault is sealed') },
      ],
    });
  });
});

it.each<[string, object, string]>([
  ['an address without its scheme', { address: 'vault:8200' }, 'address'],
  ['a password in the address', { address: 'https://u:p@vault:8200' }, 'address'],
  ['a mount with ..', { mount: 'kv/../sys' }, 'mount'],
  ['a mount that begins with a slash', { mount: '/kv' }, 'mount'],
  ['a token in clear', { auth: { type: 'token', token: 'hvs.x' } }, 'auth.token'],
  ['an unknown way to sign in', { auth: { type: 'ldap' } }, 'auth.type'],
])('settings with %s are refused', (_name, change, path) => {
  const given = { address: 'https://vault:8200', auth: { type: 'token', token: { secret: 'x' } }, ...change };
  const { error } = vaultSettings.safeParse(given);
  expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

it('the address is taken as people paste it', () => {
  const parse = (address: string) =>
    vaultSettings.parse({ address, auth: { type: 'token', token: { secret: 'x' } } }).address;
  for (const address of ['https://vault:8200', 'https://vault:8200/', 'https://vault:8200/v1/']) {
    expect(parse(address)).toBe('https://vault:8200');
  }
});
