import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { TielineError } from '../../kit/errors.ts';
import { advisoryLocks } from '../advisory-locks.ts';
import type { Schema } from '../schema.ts';
import { encrypt, findDecrypted, findKeyId } from './envelope.ts';
import { masterKeyId } from './master-key.ts';

/** The keys that encrypt secrets, by id; the newest one seals. */
export interface DataKeys {
  newest: number;
  keys: Map<number, Buffer>;
}

const canaryText = 'tieline';
const canaryContext = 'vault-canary';
const wrapContext = 'data-key';
/** The head of a wrapped key names no data key. */
export const noKeyId = 0;

/** A data key, wrapped by a master key. */
export const wrap = (masterKey: Buffer, key: Buffer): Buffer => encrypt(masterKey, noKeyId, key, wrapContext);

/** One at a time, so that two replicas on an empty database do not each make a first key. */
export const lockVault = (kysely: Kysely<Schema>) =>
  sql`select pg_advisory_xact_lock(${sql.lit(advisoryLocks.vault[0])}, ${sql.lit(advisoryLocks.vault[1])})`.execute(
    kysely,
  );

/** A new data key, which seals from now on; `next` wraps it too while a rotation is under way. */
export async function makeDataKey(
  kysely: Kysely<Schema>,
  masterKey: Buffer,
  next?: Buffer,
): Promise<{ id: number; key: Buffer }> {
  const key = randomBytes(32);
  const { id } = await kysely
    .insertInto('data_keys')
    .values({
      wrapped: wrap(masterKey, key),
      master_key_id: masterKeyId(masterKey),
      next_wrapped: next === undefined ? null : wrap(next, key),
      next_master_key_id: next === undefined ? null : masterKeyId(next),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, key };
}

const canaryOf = (id: number, key: Buffer) => encrypt(key, id, Buffer.from(canaryText), canaryContext);

/** Seals the canary where there is none yet. */
export async function ensureCanary(kysely: Kysely<Schema>, id: number, key: Buffer): Promise<void> {
  await kysely
    .insertInto('vault_canary')
    .values({ sealed: canaryOf(id, key) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Seals the canary anew. */
export async function resealCanary(kysely: Kysely<Schema>, id: number, key: Buffer): Promise<void> {
  await kysely
    .updateTable('vault_canary')
    .set({ sealed: canaryOf(id, key) })
    .execute();
}

/**
 * Every data key of the database, unwrapped by the master key that wraps it, or by the one that is to.
 * @throws master-key-missing, master-key-wrong
 */
export async function loadDataKeys(
  kysely: Kysely<Schema>,
  masterKey: Buffer | undefined,
): Promise<DataKeys | undefined> {
  const rows = await kysely.selectFrom('data_keys').selectAll().orderBy('id').execute();
  const last = rows.at(-1);
  if (masterKey === undefined) throw keyMissing(last?.master_key_id);
  if (last === undefined) return undefined;
  const keys = new Map<number, Buffer>();
  for (const row of rows) {
    const key =
      findDecrypted(masterKey, row.wrapped, wrapContext) ??
      (row.next_wrapped === null ? undefined : findDecrypted(masterKey, row.next_wrapped, wrapContext));
    if (key === undefined) {
      const which =
        row.next_master_key_id === null
          ? row.master_key_id
          : `${row.master_key_id}, and on the way to ${row.next_master_key_id}`;
      throw new TielineError(
        'master-key-wrong',
        `the database is encrypted with master key ${which}; the one given is ${masterKeyId(masterKey)}`,
      );
    }
    keys.set(row.id, key);
  }
  return { newest: last.id, keys };
}

function keyMissing(usedId: string | undefined): TielineError {
  if (usedId !== undefined) {
    return new TielineError(
      'master-key-missing',
      `the database is encrypted with master key ${usedId}, and none was given`,
    );
  }
  return new TielineError('master-key-missing', 'secrets need a master key, and none was given', {
    hint: 'Make one with "openssl rand -base64 32", keep it, and give it as TIELINE_MASTER_KEY.',
  });
}

/** @throws master-key-wrong when the data keys are not those that encrypted this database */
export async function checkCanary(kysely: Kysely<Schema>, { keys }: DataKeys): Promise<void> {
  const row = await kysely.selectFrom('vault_canary').select('sealed').executeTakeFirst();
  const key = row && keys.get(findKeyId(row.sealed) ?? noKeyId);
  const clear = row && key && findDecrypted(key, row.sealed, canaryContext);
  if (clear?.toString() === canaryText) return;
  throw new TielineError('master-key-wrong', 'the data keys of this database do not open its canary row', {
    hint: 'The table data_keys is not the one that encrypted this database: restore both from the same backup.',
  });
}
