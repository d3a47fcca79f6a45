import type { Settings } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import { secretReferencesIn } from '../../kit/settings.ts';
import { type Actor, requireRole } from '../access/index.ts';
import { isWithin, readsMachine } from '../secrets/index.ts';
import type { TracedSecrets } from './connection-store.ts';
import { type ConnectionParts, type Openable, parseSettings, referrerOf } from './open-connection.ts';

/**
 * The settings that somebody wants a connection to have, parsed, with the secrets that they use.
 * @throws permission-missing, request-invalid naming the wrong fields, reference-not-found
 */
export async function checkSettings(
  parts: ConnectionParts,
  actor: Actor | undefined,
  openable: Openable,
): Promise<{ settings: Settings } & TracedSecrets> {
  requireRole(actor, 'editor', openable.scope);
  const parsed = parseSettings(parts, openable.connector, openable.settings);
  if ((parsed.allowAddresses ?? []).length > 0 || parsed.proxy !== undefined) {
    // Either opens the network behind the hub to whoever writes connections.
    requireRole(actor, 'administrator', 'account');
  }
  const references = secretReferencesIn(parsed);
  // What the environment and the files of the hub hold is not for every editor to send somewhere.
  if (references.some(({ secret }) => readsMachine(secret))) requireRole(actor, 'administrator', 'account');
  const beyond = openable.usageScopes?.find((scope) => !isWithin(scope, [openable.scope]));
  if (beyond !== undefined) {
    const message = `${beyond} is not within the scope of the connection, ${openable.scope}`;
    throw new TielineError('request-invalid', message, { fields: [{ path: 'usageScopes', message }] });
  }
  return { settings: parsed, ...(await parts.secrets.trace(references, referrerOf(parts, openable))) };
}
