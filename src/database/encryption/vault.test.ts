import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { clearText, Secret } from '../../kit/secret.ts';
import { keepMasterKeyInHome, makeMasterKey, masterKeyFromHome } from './master-key.ts';
import { sealedColumns } from './sealed-columns.ts';
import { openVault, type Vault } from './vault.ts';

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

describe('a rotation of the master key', () => {
  const put = async (sealed: Buffer, key: string) =>
    test.database.pool.query('insert into access_tokens (key, sealed, expires_at) values ($1, $2, now())', [
      key,
      sealed,
    ]);
  const stored = async (key: string): Promise<Buffer> => {
    const { rows } = await test.database.pool.query<{ sealed: Buffer }>(
      'select sealed from access_tokens where key = $1',
      [key],
    );
    return rows[0]?.sealed ?? Buffer.alloc(0);
  };
  const fill = async (vault: Vault, count: number) => {
    for (let n = 0; n < count; n += 1) {
      await put(await vault.seal(new Secret(`value ${n}`), `access token ${n}`), `${n}`);
    }
  };
  const clear = async (vault: Vault, key: string) =>
    clearText(await vault.unseal(await stored(key), `access token ${key}`));

  it('encrypts everything anew, and lets both keys in until it is ended by a hub that runs with the new one', async () => {
    const [old, next] = [makeMasterKey(), makeMasterKey()];
    const running = await open(old);
    // More than one batch.
    await fill(running, 450);
    const before = await stored('7');
    expect(await running.rotate(next)).toMatchObject({ resealed: 450, next: expect.any(String) });
    expect(before.subarray(0, 5)).not.toEqual((await stored('7')).subarray(0, 5));
    for (const key of [old, next]) expect(await clear(await open(key), '449')).toBe('value 449');
    await expect(running.endRotation()).rejects.toMatchObject({ code: 'resource-in-use' });
    const restarted = await open(next);
    expect(await restarted.endRotation()).toEqual({ current: expect.any(String), next: null });
    await expect(open(old)).rejects.toMatchObject({ code: 'master-key-wrong' });
    expect(await clear(await open(next), '7')).toBe('value 7');
    // The one that still runs with the old key has the data keys in memory.
    expect(await clear(running, '7')).toBe('value 7');
  });

  it('is seen by a replica that runs: it opens what another one has sealed anew', async () => {
    const [old, next] = [makeMasterKey(), makeMasterKey()];
    const [one, other] = [await open(old), await open(old)];
    await fill(one, 1);
    await one.rotate(next);
    expect(await clear(other, '0')).toBe('value 0');
    const sealed = await other.seal(token, 'x');
    expect(clearText(await one.unseal(sealed, 'x'))).toBe(clearText(token));
  });

  it('keeps the new key where the hub keeps it, and then ends by itself', async () => {
    const old = await masterKeyFromHome(home, test.database);
    const vault = await openVault({
      database: test.database,
      masterKey: old,
      keepMasterKey: (key) => keepMasterKeyInHome(home, key),
    });
    await fill(vault, 1);
    expect(await vault.rotate(makeMasterKey())).toMatchObject({ resealed: 1, next: null });
    await expect(open(old)).rejects.toMatchObject({ code: 'master-key-wrong' });
    const path = join(home, 'master.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await clear(await open(await masterKeyFromHome(home, test.database)), '0')).toBe('value 0');
  });

  it('goes on when it is asked for again, and gives way to another key when it was left unfinished', async () => {
    const [old, lost, next] = [makeMasterKey(), makeMasterKey(), makeMasterKey()];
    const vault = await open(old);
    await fill(vault, 3);
    await vault.rotate(lost);
    expect(await vault.rotate(lost)).toMatchObject({ resealed: 0 });
    expect(await vault.rotate(next)).toMatchObject({ resealed: 3 });
    await expect(open(lost)).rejects.toMatchObject({ code: 'master-key-wrong' });
    for (const key of [old, next]) expect(await clear(await open(key), '2')).toBe('value 2');
  });

  it('begins nothing when the given key is none', async () => {
    const masterKey = makeMasterKey();
    const vault = await open(masterKey);
    await expect(vault.rotate(new Secret('short'))).rejects.toMatchObject({ code: 'configuration-invalid' });
    expect(await vault.masterKey()).toMatchObject({ next: null });
  });

  it('leaves what no key opens as it is, says so, and does the rest', async () => {
    const vault = await open(makeMasterKey());
    await fill(vault, 2);
    await put(await vault.seal(token, 'of another row'), 'strange');
    const strange = await stored('strange');
    expect(await vault.rotate(makeMasterKey())).toMatchObject({ resealed: 2 });
    expect(await stored('strange')).toEqual(strange);
  });

  it('knows every column that may hold what the vault sealed', async () => {
    const { rows } = await test.database.pool.query<{ name: string }>(`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and data_type = 'bytea' order by 1`);
    const sealed = sealedColumns.map(({ table, column }) => `${table}.${column}`);
    // Hashes, and the vault's own keys.
    const others = /(^|[._])(hash|wrapped)$|^vault_canary[.]sealed$|^sign_in_attempts[.]key$/;
    const unknown = rows
      .map(({ name }) => name)
      .filter((name) => !sealed.includes(name) && !others.test(name));
    expect(unknown).toEqual([]);
  });
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
