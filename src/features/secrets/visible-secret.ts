import { type Actor, maySee } from '../access/index.ts';
import type { SecretStore } from './secret-store.ts';
import { noSecret, type StoredSecret } from './stored-secret.ts';

/** @throws resource-not-found also for one that the caller may not see: it does not exist for them */
export async function getVisibleSecret(
  secrets: SecretStore,
  actor: Actor | undefined,
  id: string,
): Promise<StoredSecret> {
  const secret = await secrets.get(id);
  if (!maySee(actor, secret.scope)) throw noSecret(id);
  return secret;
}
