import { createHmac, randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { TielineError } from '../../kit/errors.ts';
import { clearText, Secret } from '../../kit/secret.ts';
import type { Database } from '../open.ts';

const keyLength = 32;

/** The master key's 32 bytes. It is written as base64 (44 characters) or hex (64); else `configuration-invalid`. */
export function parseMasterKey(masterKey: Secret): Buffer {
  const text = clearText(masterKey).trim();
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  if (bytes.length === keyLength && isBase64) return bytes;
  throw new TielineError('configuration-invalid', 'the master key is not 32 bytes in base64 or hex', {
    hint: 'Make one with: openssl rand -base64 32',
  });
}

/** A name by which a master key is told from another, which says nothing about the key. */
export function masterKeyId(key: Buffer): string {
  return createHmac('sha256', key).update('tieline master key id').digest('hex').slice(0, 12);
}

/** A new master key, as base64. */
export function makeMasterKey(): Secret {
  return new Secret(randomBytes(keyLength).toString('base64'));
}

async function findKeyFile(path: string): Promise<Secret | undefined> {
  try {
    return new Secret(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new TielineError('home-unusable', `${path} cannot be read`, { cause: error });
  }
}

/** Synced with its folder: losing it after the first secret is sealed would lose the secret. */
async function writeKeyFile(path: string, home: string, masterKey: Secret): Promise<void> {
  const draft = `${path}.new`;
  try {
    // A draft that a killed hub left is written over.
    const file = await open(draft, 'w', 0o600);
    await file.writeFile(`${clearText(masterKey).trim()}\n`);
    await file.sync();
    await file.close();
    await rename(draft, path);
    const folder = await open(home, 'r');
    await folder.sync();
    await folder.close();
  } catch (error) {
    throw new TielineError('home-unusable', `${path} cannot be written`, { cause: error });
  }
}

const keyFileOf = (home: string): string => join(home, 'master.key');

/** Puts a new master key in the place of the one in the home, all or nothing. @throws home-unusable */
export function keepMasterKeyInHome(home: string, masterKey: Secret): Promise<void> {
  return writeKeyFile(keyFileOf(home), home, masterKey);
}

/**
 * The master key kept in `home/master.key` (mode 0600), made at the first start of an empty database. Throws
 * `master-key-missing` when the database was encrypted but the file is gone: a new key would not open it.
 */
export async function masterKeyFromHome(home: string, database: Database): Promise<Secret> {
  const path = keyFileOf(home);
  const found = await findKeyFile(path);
  if (found !== undefined) return found;
  const used = await database.kysely.selectFrom('vault_canary').select('single').executeTakeFirst();
  if (used !== undefined) {
    throw new TielineError('master-key-missing', `the database is encrypted, but ${path} is not there`, {
      hint: `Put the file back, or give its content as TIELINE_MASTER_KEY.`,
    });
  }
  const made = makeMasterKey();
  await writeKeyFile(path, home, made);
  return made;
}
