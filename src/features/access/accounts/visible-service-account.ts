import type { Database } from '../../../database/index.ts';
import { type Actor, homeScopeOf, maySee } from '../actors.ts';
import { type Account, getServiceAccount, noServiceAccount } from './account-store.ts';

/**
 * The service account that a caller names, by id or by a reference seen from the caller's scope.
 * @throws resource-not-found also for one that the caller may not see: it does not exist for it
 */
export async function getVisibleServiceAccount(
  database: Database,
  actor: Actor | undefined,
  idOrReference: string,
): Promise<Account> {
  const account = await getServiceAccount(database, idOrReference, homeScopeOf(actor));
  if (maySee(actor, account.scope)) return account;
  throw noServiceAccount(idOrReference);
}
