import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { TielineError } from '../../kit/errors.ts';
import { clearText, Secret } from '../../kit/secret.ts';
import { advisoryLocks } from '../advisory-locks.ts';
import type { Database } from '../open.ts';
import type { Schema } from '../schema.ts';
import { encrypt, findDecrypted, findKeyId } from './envelope.ts';
import { masterKeyId, parseMasterKey } from './master-key.ts';

/** Seals secrets with data keys that only the master key opens. */
export interface Vault {
  /** The encrypted secret, bound to `context` (say, its id), to be stored as bytea. */
  seal(secret: Secret, context: string): Promise<Buffer>;
  /** The secret again. Throws `internal-error` when `context` is another or the bytes were changed: never garbage. */
  unseal(sealed: Buffer, context: string): Promise<Secret>;
  /** The same as a text, for what is to be shown to the one whose it is; never for what is only to be used. */
  unsealText(sealed: Buffer, context: string): Promise<string>;
  /** Wraps every data key with another master key, all or none; running replicas go on. What was sealed stays as it is. */
  rotate(newMasterKey: Secret): Promise<void>;
}

const canaryText = 'tieline';
const canaryContext = 'vault-canary';
const wrapContext = 'data-key';
/** The head of a wrapped key names no data key. */
const noKeyId = 0;

interface DataKeys {
  newest: number;
  keys: Map<number, Buffer>;
}

async function makeFirst(kysely: Kysely<Schema>, masterKey: Buffer): Promise<DataKeys> {
  const key = randomBytes(32);
  const { id } = await kysely
    .insertInto('data_keys')
    .values({ wrapped: encrypt(masterKey, noKeyId, key, wrapContext), master_key_id: masterKeyId(masterKey) })
    .returning('id')
    .executeTakeFirstOrThrow();
  const sealed = encrypt(key, id, Buffer.from(canaryText), canaryContext);
  await kysely
    .insertInto('vault_canary')
    .values({ sealed })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return { newest: id, keys: new Map([[id, key]]) };
}

async function load(kysely: Kysely<Schema>, masterKey: Buffer | undefined): Promise<DataKeys> {
  const rows = await kysely.selectFrom('data_keys').selectAll().orderBy('id').execute();
  if (masterKey === undefined) {
    throw new TielineError(
      'master-key-missing',
      rows.length > 0
        ? `the database is encrypted with master key ${rows[0]?.master_key_id}, and none was given`
        : 'secrets need a master key, and none was given',
      rows.length > 0
        ? {}
        : { hint: 'Make one with "openssl rand -base64 32", keep it, and give it as TIELINE_MASTER_KEY.' },
    );
  }
  const last = rows.at(-1);
  if (last === undefined) return makeFirst(kysely, masterKey);
  const keys = new Map<number, Buffer>();
  for (const row of rows) {
    const key = findDecrypted(masterKey, row.wrapped, wrapContext);
    if (key === undefined) {
      throw new TielineError(
        'master-key-wrong',
        `the database is encrypted with master key ${row.master_key_id}; the one given is ${masterKeyId(masterKey)}`,
      );
    }
    keys.set(row.id, key);
  }
  return { newest: last.id, keys };
}

async function checkCanary(kysely: Kysely<Schema>, { keys }: DataKeys): Promise<void> {
  const row = await kysely.selectFrom('vault_canary').select('sealed').executeTakeFirst();
  const key = row && keys.get(findKeyId(row.sealed) ?? noKeyId);
  const clear = row && key && findDecrypted(key, row.sealed, canaryContext);
  if (clear?.toString() === canaryText) return;
  throw new TielineError('master-key-wrong', 'the data keys of this database do not open its canary row', {
    hint: 'The table data_keys is not the one that encrypted this database: restore both from the same backup.',
  });
}

/** One at a time, so that two replicas on an empty database do not each make a first key. */
const lockVault = (kysely: Kysely<Schema>) =>
  sql`select pg_advisory_xact_lock(${sql.lit(advisoryLocks.vault[0])}, ${sql.lit(advisoryLocks.vault[1])})`.execute(
    kysely,
  );

/**
 * Opens the vault of a migrated database; the first time it makes the data key and the canary. Throws
 * `master-key-missing` without a key, `master-key-wrong` with another than the one that encrypted the database,
 * `configuration-invalid` for one that is no key.
 */
export async function openVault(options: {
  database: Database;
  masterKey: Secret | undefined;
}): Promise<Vault> {
  const { database } = options;
  let masterKey = options.masterKey && parseMasterKey(options.masterKey);
  const dataKeys = await database.transaction('vault-open', async (transaction) => {
    await lockVault(transaction);
    const loaded = await load(transaction, masterKey);
    await checkCanary(transaction, loaded);
    return loaded;
  });
  const newestKey = dataKeys.keys.get(dataKeys.newest);
  if (newestKey === undefined) throw new TielineError('internal-error', 'the newest data key is not loaded');

  const unseal = async (sealed: Buffer, context: string): Promise<string> => {
    const key = dataKeys.keys.get(findKeyId(sealed) ?? noKeyId);
    const clear = key && findDecrypted(key, sealed, context);
    if (clear !== undefined) return clear.toString('utf8');
    throw new TielineError('internal-error', `the stored secret of ${context} cannot be decrypted`, {
      hint: 'It was changed, or copied from another row or database. Enter the secret again.',
      retry: 'never',
    });
  };

  return {
    unsealText: unseal,
    unseal: async (sealed, context) => new Secret(await unseal(sealed, context)),

    async seal(secret, context) {
      return encrypt(newestKey, dataKeys.newest, Buffer.from(clearText(secret), 'utf8'), context);
    },

    async rotate(newMasterKey) {
      const next = parseMasterKey(newMasterKey);
      await database.transaction('vault-rotate', async (transaction) => {
        await lockVault(transaction);
        const { keys } = await load(transaction, masterKey);
        for (const [id, key] of keys) {
          await transaction
            .updateTable('data_keys')
            .set({ wrapped: encrypt(next, noKeyId, key, wrapContext), master_key_id: masterKeyId(next) })
            .where('id', '=', id)
            .execute();
        }
      });
      masterKey = next;
    },
  };
}
