import { TielineError } from '../../kit/errors.ts';
import type { Delivery } from '../../work/index.ts';
import { type Actor, maySee, scopesOf } from '../access/index.ts';
import type { ConnectionStore } from '../connections/index.ts';

/**
 * The connections whose deliveries a token may list. Undefined is all of them: an account's token sees those of
 * deleted connections too.
 */
export async function visibleConnections(
  connections: Pick<ConnectionStore, 'listIds'>,
  actor: Actor | undefined,
  wanted?: string,
): Promise<string[] | undefined> {
  const scopes = scopesOf(actor);
  if (scopes.includes('account')) return wanted === undefined ? undefined : [wanted];
  const visibleIds = await connections.listIds(scopes);
  return wanted === undefined ? visibleIds : visibleIds.filter((id) => id === wanted);
}

/** The scope of a delivery is its connection's; a deleted connection's deliveries are the account's. */
export async function scopeOfDelivery(
  connections: Pick<ConnectionStore, 'findScope'>,
  { connectionId }: Delivery,
): Promise<string> {
  return (connectionId === null ? undefined : await connections.findScope(connectionId)) ?? 'account';
}

/**
 * The delivery that was looked for, if it is the caller's to see: its own connect key's, or a token's that may look
 * into its scope.
 * @throws resource-not-found: what one may not see does not exist for one
 */
export async function visibleDelivery(
  connections: Pick<ConnectionStore, 'findScope'>,
  actor: Actor | undefined,
  { id, delivery }: { id: string; delivery: Delivery | undefined },
): Promise<Delivery> {
  if (delivery !== undefined) {
    const visible =
      actor?.kind === 'connect-key'
        ? delivery.connectKeyId === actor.id
        : maySee(actor, await scopeOfDelivery(connections, delivery));
    if (visible) return delivery;
  }
  throw new TielineError('resource-not-found', `There is no delivery ${id}`);
}
