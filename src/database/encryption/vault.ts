import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { TielineError } from '../../kit/errors.ts';
import { clearText, Secret } from '../../kit/secret.ts';
import type { Database } from '../open.ts';
import type { Schema } from '../schema.ts';
import {
  checkCanary,
  type DataKeys,
  ensureCanary,
  loadDataKeys,
  lockVault,
  makeDataKey,
  noKeyId,
} from './data-keys.ts';
import { encrypt, findDecrypted, findKeyId } from './envelope.ts';
import { masterKeyId, parseMasterKey } from './master-key.ts';
import { resealAll } from './reseal.ts';
import { beginRotation, endRotation, type MasterKeyState, readMasterKeyState } from './rotation.ts';

/** Seals secrets with data keys that only the master key opens. */
export interface Vault {
  /** The encrypted secret, bound to `context` (say, its id), to be stored as bytea in one of `sealedColumns`. */
  seal(secret: Secret, context: string): Promise<Buffer>;
  /** The secret again. Throws `internal-error` when `context` is another or the bytes were changed: never garbage. */
  unseal(sealed: Buffer, context: string): Promise<Secret>;
  /** The same as a text, for what is to be shown to the one whose it is; never for what is only to be used. */
  unsealText(sealed: Buffer, context: string): Promise<string>;
  /** Tells a value from another one within this process, and says nothing about it. */
  fingerprint(secret: Secret): string;
  masterKey(): Promise<MasterKeyState>;
  /**
   * Encrypts everything anew, under a new data key that another master key wraps. Until {@link endRotation} both master
   * keys open the database, also when this is interrupted; the same call goes on where it was. Where the hub keeps the
   * master key itself, it keeps the new one and ends the rotation. Running replicas go on.
   * @throws configuration-invalid for what is no key
   */
  rotate(newMasterKey: Secret): Promise<MasterKeyState & { resealed: number }>;
  /** Lets the old master key open nothing any more. @throws resource-in-use while this process runs with it */
  endRotation(): Promise<MasterKeyState>;
}

/** How often, at most, a replica looks whether another one has made a newer data key. */
const lookEveryMs = 1_000;

/**
 * Opens the vault of a migrated database; the first time it makes the data key and the canary. `keepMasterKey` stores
 * a new master key where the hub will find it at its next start; absent when others give the key to the hub. Throws
 * `master-key-missing` without a key, `master-key-wrong` with another than the one that encrypted the database,
 * `configuration-invalid` for one that is no key.
 */
export async function openVault(options: {
  database: Database;
  masterKey: Secret | undefined;
  keepMasterKey?: (masterKey: Secret) => Promise<void>;
}): Promise<Vault> {
  const { database, keepMasterKey } = options;
  const { kysely, log } = database;
  const fingerprintKey = randomBytes(32);
  let masterKey = options.masterKey && parseMasterKey(options.masterKey);
  let dataKeys = await database.transaction('vault-open', async (transaction) => {
    await lockVault(transaction);
    const loaded =
      (await loadDataKeys(transaction, masterKey)) ?? (await makeFirst(transaction, the(masterKey)));
    await checkCanary(transaction, loaded);
    return loaded;
  });
  let lookedAtMs = performance.now();

  const reload = async (): Promise<void> => {
    lookedAtMs = performance.now();
    dataKeys = (await loadDataKeys(kysely, masterKey)) ?? dataKeys;
  };
  /** Beside the caller, who may hold the last connection to the database: an older key seals as well. */
  const lookForNewer = (): void => {
    if (performance.now() - lookedAtMs < lookEveryMs) return;
    reload().catch((error: unknown) => log.warn({ err: error }, 'newer data keys cannot be read'));
  };

  const unseal = async (sealed: Buffer, context: string): Promise<string> => {
    const keyId = findKeyId(sealed) ?? noKeyId;
    if (keyId > dataKeys.newest) await reload();
    const key = dataKeys.keys.get(keyId);
    const clear = key && findDecrypted(key, sealed, context);
    if (clear !== undefined) return clear.toString('utf8');
    throw new TielineError('internal-error', `the stored secret of ${context} cannot be decrypted`, {
      hint: 'It was changed, or copied from another row or database. Enter the secret again.',
      retry: 'never',
    });
  };

  const end = async (next: Buffer): Promise<void> => {
    const ended = await database.transaction('master-key-end', (transaction) =>
      endRotation(transaction, next),
    );
    masterKey = next;
    dataKeys = ended.dataKeys ?? dataKeys;
  };

  return {
    unsealText: unseal,
    unseal: async (sealed, context) => new Secret(await unseal(sealed, context)),
    masterKey: () => readMasterKeyState(kysely),

    async seal(secret, context) {
      lookForNewer();
      const { newest, keys } = dataKeys;
      return encrypt(the(keys.get(newest)), newest, Buffer.from(clearText(secret), 'utf8'), context);
    },

    fingerprint(secret) {
      return createHmac('sha256', fingerprintKey).update(clearText(secret)).digest('base64url');
    },

    async rotate(newMasterKey) {
      const next = parseMasterKey(newMasterKey);
      await database.transaction('master-key-begin', (transaction) =>
        beginRotation(transaction, the(masterKey), next),
      );
      await reload();
      const resealed = await resealAll(database, dataKeys);
      if (keepMasterKey !== undefined) {
        await keepMasterKey(newMasterKey);
        await end(next);
      }
      return { ...(await readMasterKeyState(kysely)), resealed };
    },

    async endRotation() {
      const state = await readMasterKeyState(kysely);
      if (state.next === null) return state;
      const own = the(masterKey);
      if (masterKeyId(own) !== state.next) {
        throw new TielineError(
          'resource-in-use',
          `This hub still runs with the old master key ${masterKeyId(own)}`,
          { hint: `Start every hub with the new key ${state.next} first.` },
        );
      }
      await end(own);
      return readMasterKeyState(kysely);
    },
  };
}

async function makeFirst(kysely: Kysely<Schema>, masterKey: Buffer): Promise<DataKeys> {
  const { id, key } = await makeDataKey(kysely, masterKey);
  await ensureCanary(kysely, id, key);
  return { newest: id, keys: new Map([[id, key]]) };
}

function the(key: Buffer | undefined): Buffer {
  if (key === undefined) throw new TielineError('internal-error', 'the vault has lost its key');
  return key;
}
