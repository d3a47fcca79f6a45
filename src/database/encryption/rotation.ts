import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { type DataKeys, loadDataKeys, lockVault, makeDataKey, resealCanary, wrap } from './data-keys.ts';
import { masterKeyId } from './master-key.ts';

/** Which master keys open the database, by their fingerprints. */
export interface MasterKeyState {
  current: string;
  /** The one that opens it too while a rotation is under way, else null. */
  next: string | null;
}

/** @throws whatever the database throws */
export async function readMasterKeyState(kysely: Kysely<Schema>): Promise<MasterKeyState> {
  const { current, next } = await kysely
    .selectFrom('data_keys')
    .select(['master_key_id as current', 'next_master_key_id as next'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { current, next };
}

/**
 * The first step of a rotation, all or nothing: every data key is wrapped by both master keys, and a new data key is
 * there to encrypt everything with. Begun already, or ended already, it changes nothing. From now on either key opens
 * the database.
 */
export async function beginRotation(transaction: Kysely<Schema>, own: Buffer, next: Buffer): Promise<void> {
  await lockVault(transaction);
  const loaded = await loadDataKeys(transaction, own);
  const state = await readMasterKeyState(transaction);
  const nextId = masterKeyId(next);
  if (loaded === undefined || state.next === nextId) return;
  if (state.next === null && state.current === nextId) return;
  // A rotation that was left unfinished gives way: the key of this process, which is in use, must stay good.
  for (const [id, key] of loaded.keys) {
    await transaction
      .updateTable('data_keys')
      .set({
        wrapped: wrap(own, key),
        master_key_id: masterKeyId(own),
        next_wrapped: wrap(next, key),
        next_master_key_id: nextId,
      })
      .where('id', '=', id)
      .execute();
  }
  const { id, key } = await makeDataKey(transaction, own, next);
  await resealCanary(transaction, id, key);
}

/** The last step, all or nothing: only the next master key opens the database from now on. */
export async function endRotation(
  transaction: Kysely<Schema>,
  next: Buffer,
): Promise<{ ended: boolean; dataKeys: DataKeys | undefined }> {
  await lockVault(transaction);
  const dataKeys = await loadDataKeys(transaction, next);
  if ((await readMasterKeyState(transaction)).next !== masterKeyId(next)) return { ended: false, dataKeys };
  for (const [id, key] of dataKeys?.keys ?? []) {
    await transaction
      .updateTable('data_keys')
      .set({
        wrapped: wrap(next, key),
        master_key_id: masterKeyId(next),
        next_wrapped: null,
        next_master_key_id: null,
      })
      .where('id', '=', id)
      .execute();
  }
  return { ended: true, dataKeys };
}
