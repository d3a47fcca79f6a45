import { sql } from 'kysely';
import type { Change } from '../changes.ts';
import { type Account, getAccountIn, subjectOf } from './account-store.ts';
import { assertAdministratorLeft } from './last-administrator.ts';

/**
 * Shuts an account out: its sessions end for good, its tokens count for nothing until it is enabled again.
 * Doing it again changes nothing.
 * @throws last-administrator
 */
export async function disableAccount(change: Change, account: Account): Promise<Account> {
  const { trx, now } = change;
  await assertAdministratorLeft(change, account);
  await sql`update accounts set disabled_at = coalesce(disabled_at, ${now}) where id = ${account.id}`.execute(
    trx,
  );
  await sql`delete from sessions where account_id = ${account.id}`.execute(trx);
  await sql`delete from invitations where account_id = ${account.id}`.execute(trx);
  return noted(change, account, 'disabled');
}

/** Lets an account in again. Doing it again changes nothing. */
export async function enableAccount(change: Change, account: Account): Promise<Account> {
  await sql`update accounts set disabled_at = null where id = ${account.id}`.execute(change.trx);
  return noted(change, account, 'enabled');
}

async function noted(change: Change, { id, kind, scope }: Account, done: string): Promise<Account> {
  const account = await getAccountIn(change, id);
  await change.note({ action: `${kind}.${done}`, scope, subject: subjectOf(account) });
  return account;
}
