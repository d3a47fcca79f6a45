import { type Actor, hasRole, maySee, requireRole } from '../access/index.ts';
import type { ConnectionStore } from '../connections/index.ts';
import { type ConnectKey, noConnectKey } from './connect-key-store.ts';

type Site = Awaited<ReturnType<ConnectionStore['get']>>;

/**
 * Asserts that a token may make keys for a connection: an editor always, with self-service everyone who sees it.
 * @throws permission-missing
 */
export function assertMayMakeKeys(actor: Actor | undefined, { scope, selfService }: Site): void {
  requireRole(actor, selfService ? 'viewer' : 'editor', scope);
}

/**
 * Asserts that a token may look at a key, and end it: an editor any, everyone else their own.
 * @throws resource-not-found: what one may not see does not exist for one
 */
export function assertMayHandleKey(actor: Actor | undefined, key: ConnectKey, { scope }: Site): void {
  const own = maySee(actor, scope) && key.createdBy !== null && key.createdBy.id === actor?.id;
  if (!own && !hasRole(actor, 'editor', scope)) throw noConnectKey(key.id);
}
