import { sql } from 'kysely';
import { TielineError } from '../../../kit/errors.ts';
import type { Change } from '../changes.ts';
import { type Account, type GivenRole, subjectOf } from './account-store.ts';

/**
 * Asserts that a person is left who administers the account when a user loses the role: all of it, or what one source
 * gave. Holds a lock until the change ends, so that two administrators cannot take the role from each other.
 * @throws last-administrator
 */
export async function assertAdministratorLeft(
  { trx }: Change,
  account: Account,
  lost?: GivenRole['source'],
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('tieline-administrators', 0))`.execute(trx);
  const isLost = sql<boolean>`(account_id = ${account.id} and source = coalesce(${lost ?? null}, source))`;
  const found = await sql<{ loses: boolean | null; stays: boolean | null }>`
    select bool_or(${isLost}) as loses, bool_or(not ${isLost}) as stays
    from role_grants join accounts on accounts.id = account_id
    where role_grants.scope = 'account' and role = 'administrator' and kind = 'user' and disabled_at is null
  `.execute(trx);
  const [row] = found.rows;
  // Where none was, because only API tokens are used so far, none is asked for.
  if (row?.loses !== true || row.stays === true) return;
  throw new TielineError(
    'last-administrator',
    `${subjectOf(account).name} is the last user who administers the account`,
  );
}
