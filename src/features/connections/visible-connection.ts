import { TielineError } from '../../kit/errors.ts';
import { type Actor, homeScopeOf, maySee } from '../access/index.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { StoredConnection } from './stored-connection.ts';

/**
 * The connection that a token names, by id or by a reference seen from the token's scope.
 * @throws resource-not-found also for one that the token may not see: it does not exist for it
 */
export async function getVisibleConnection(
  connections: ConnectionStore,
  actor: Actor | undefined,
  idOrReference: string,
): Promise<StoredConnection> {
  const connection = await connections.get(idOrReference, homeScopeOf(actor));
  if (maySee(actor, connection.scope)) return connection;
  throw new TielineError('resource-not-found', `There is no connection "${idOrReference}"`);
}
