import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { clearText, Secret } from '../../kit/secret.ts';
import { makeMasterKey, masterKeyFromHome } from './master-key.ts';
import { openVault } from './vault.ts';

let test: TestDatabase;
let home: string;
beforeEach(async () => {
  test = await startTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'tieline-vault-'));
});
afterEach(async () => {
  await test.close();
  await rm(home, { recursive: true });
});

const open = (masterKey: Secret | undefined) => openVault({ database: test.database, masterKey });
const token = new Secret('xoxb-ünïcode-🔑');

it('gives a secret back after a restart, and only under its own name', async () => {
  const masterKey = makeMasterKey();
  const sealed = await (await open(masterKey)).seal(token, 'secret/1');
  expect(sealed.includes('xoxb')).toBe(false);
  const vault = await open(masterKey);
  expect(clearText(await vault.unseal(sealed, 'secret/1'))).toBe('xoxb-ünïcode-🔑');
  await expect(vault.unseal(sealed, 'secret/2')).rejects.toMatchObject({
    code: 'internal-error',
    retry: 'never',
  });
  await expect(vault.unseal(Buffer.from('x'), 'secret/1')).rejects.toMatchObject({ code: 'internal-error' });
});

it('seals the same secret differently each time', async () => {
  const vault = await open(makeMasterKey());
  const [first, second] = [await vault.seal(token, 'a'), await vault.seal(token, 'a')];
  expect(first.equals(second)).toBe(false);
});

it('refuses to start with another master key, or with none, and tells them apart', async () => {
  const masterKey = makeMasterKey();
  await open(masterKey);
  const other = makeMasterKey();
  const error = await open(other).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'master-key-wrong',
    message: expect.stringMatching(/[0-9a-f]{12}.*[0-9a-f]{12}/),
  });
  for (const secret of [masterKey, other]) expect(String(error)).not.toContain(clearText(secret));
  await expect(open(undefined)).rejects.toMatchObject({ code: 'master-key-missing' });
  await open(masterKey);
});

it('asks for a master key on an empty database, with the command that makes one', async () => {
  await expect(open(undefined)).rejects.toMatchObject({
    code: 'master-key-missing',
    hint: expect.stringContaining('openssl rand -base64 32'),
  });
});

it.each(['', 'short', 'a'.repeat(44), `${'ab'.repeat(31)}`, 'not base64 at all, but long enough for it!!!'])(
  'refuses %j as a master key',
  async (text) => {
    await expect(open(new Secret(text))).rejects.toMatchObject({ code: 'configuration-invalid' });
  },
);

it('takes the same key in hex, in base64, and with a line end', async () => {
  const bytes = Buffer.alloc(32, 7);
  await open(new Secret(bytes.toString('base64')));
  await open(new Secret(`${bytes.toString('hex')}\n`));
  await open(new Secret(bytes.toString('base64url')));
});

it('makes one data key when several replicas start together on an empty database', async () => {
  const masterKey = makeMasterKey();
  const vaults = await Promise.all([open(masterKey), open(masterKey), open(masterKey)]);
  const [first, , third] = vaults;
  const sealed = await first?.seal(token, 'x');
  expect(clearText((await third?.unseal(sealed ?? Buffer.alloc(0), 'x')) ?? token)).toBe(clearText(token));
  const keys = await test.database.kysely.selectFrom('data_keys').select('id').execute();
  expect(keys).toHaveLength(1);
});

it('refuses data keys that did not encrypt this database', async () => {
  const masterKey = makeMasterKey();
  await open(masterKey);
  await test.database.kysely.deleteFrom('data_keys').execute();
  await expect(open(masterKey)).rejects.toMatchObject({
    code: 'master-key-wrong',
    message: expect.stringContaining('canary'),
  });
  expect(await test.database.kysely.selectFrom('data_keys').select('id').execute()).toEqual([]);
});

it('rotates the master key: the old one opens nothing, the new one everything', async () => {
  const [old, next] = [makeMasterKey(), makeMasterKey()];
  const running = await open(old);
  const sealed = await running.seal(token, 'x');
  await running.rotate(next);
  await expect(open(old)).rejects.toMatchObject({ code: 'master-key-wrong' });
  expect(clearText(await (await open(next)).unseal(sealed, 'x'))).toBe(clearText(token));
  await running.rotate(old);
  expect(clearText(await (await open(old)).unseal(sealed, 'x'))).toBe(clearText(token));
});

it('rotates nothing when the given key is none', async () => {
  const masterKey = makeMasterKey();
  const vault = await open(masterKey);
  await expect(vault.rotate(new Secret('short'))).rejects.toMatchObject({ code: 'configuration-invalid' });
  await open(masterKey);
});

it('keeps a key in the home, made once, closed to others, and never made anew', async () => {
  const made = await masterKeyFromHome(home, test.database);
  await open(made);
  const path = join(home, 'master.key');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).toBe(`${clearText(made)}\n`);
  await open(await masterKeyFromHome(home, test.database));
  await rm(path);
  await expect(masterKeyFromHome(home, test.database)).rejects.toMatchObject({
    code: 'master-key-missing',
    message: expect.stringContaining(path),
  });
});

it('says that the key file cannot be written', async () => {
  await expect(masterKeyFromHome(join(home, 'nowhere'), test.database)).rejects.toMatchObject({
    code: 'home-unusable',
  });
});
