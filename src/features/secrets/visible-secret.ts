import { type Actor, homeScopeOf, maySee } from '../access/index.ts';
import type { SecretStore } from './secret-store.ts';
import { noSecret, type StoredSecret } from './stored-secret.ts';

/**
 * The secret that a caller names, by id or by a reference seen from the caller's scope.
 * @throws resource-not-found also for one that the caller may not see: it does not exist for them
 */
export async function getVisibleSecret(
  secrets: SecretStore,
  actor: Actor | undefined,
  idOrReference: string,
): Promise<StoredSecret> {
  const secret = await secrets.get(idOrReference, homeScopeOf(actor));
  if (!maySee(actor, secret.scope)) throw noSecret(idOrReference);
  return secret;
}
