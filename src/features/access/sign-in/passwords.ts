import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import type { Change } from '../changes.ts';

/** Stores a password's hash for a user, in place of another. */
export async function putPassword({ trx, now }: Change, accountId: string, hash: string): Promise<void> {
  await sql`
    insert into passwords (account_id, hash, changed_at) values (${accountId}, ${hash}, ${now})
    on conflict (account_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`.execute(
    trx,
  );
}

/** The hash of a user's password; undefined when it has none. */
export async function findPasswordHash(database: Database, accountId: string): Promise<string | undefined> {
  const found = await sql<{
    hash: string;
  }>`select hash from passwords where account_id = ${accountId}`.execute(database.kysely);
  return found.rows[0]?.hash;
}
