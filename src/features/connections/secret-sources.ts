import type { Database } from '../../database/index.ts';
import type { SecretSource } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import { type SecretSources, usageOf } from '../secrets/index.ts';
import { findStamp } from './connection-stamp.ts';
import type { ConnectionStore } from './connection-store.ts';
import { type ConnectionParts, openConnection } from './open-connection.ts';

/** Reads secrets through connections. What a source has learned, such as a token, is kept while it stays the same. */
export function createSecretSources(
  database: Database,
  parts: ConnectionParts & { connections: ConnectionStore },
): SecretSources {
  const kept = new Map<string, { stamp: string; source: SecretSource }>();
  return {
    async find(reference, user) {
      const stored = await parts.connections.getForUse(reference, user);
      if (parts.connectors.get(stored.connector)?.secretSource === undefined) {
        throw new TielineError('request-invalid', `The connection "${stored.name}" reads no secrets`, {
          hint: 'Name a connection to a vault after "vault:".',
        });
      }
      const { id, name, usageScopes, secretLimits } = stored;
      return { id, name, usageScopes: usageOf({ usageScopes, limits: secretLimits }).usageScope };
    },
    async open(id) {
      const stamp = (await findStamp(database, parts, id)) ?? '';
      const known = kept.get(id);
      if (known !== undefined && known.stamp === stamp) return known;
      const { connector, connection } = await openConnection(parts, await parts.connections.get(id));
      const source = connector.secretSource?.(connection);
      if (source === undefined) throw new TypeError('a source that reads no secrets');
      const opened = { stamp, source };
      kept.set(id, opened);
      return opened;
    },
  };
}
