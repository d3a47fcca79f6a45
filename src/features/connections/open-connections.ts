import type { Database } from '../../database/index.ts';
import { findStamp } from './connection-stamp.ts';
import type { ConnectionStore } from './connection-store.ts';
import { type ConnectionParts, type OpenedConnection, openConnection } from './open-connection.ts';
import type { StoredConnection } from './stored-connection.ts';

/** A connection that stays open, with what it was opened from. The same object while neither changes. */
export interface KeptConnection extends OpenedConnection {
  stored: StoredConnection;
}

/** Connections, each opened once while it and its secrets stay as they are. */
export interface OpenConnections {
  /** @throws resource-not-found, reference-not-found */
  get(connectionId: string): Promise<KeptConnection>;
}

/** Opens connections through the connection store and keeps them; asks the database only whether they changed. */
export function createOpenConnections(
  database: Database,
  parts: ConnectionParts & { connections: ConnectionStore },
): OpenConnections {
  const kept = new Map<string, { stamp: string; opened: KeptConnection }>();
  return {
    async get(connectionId) {
      const stamp = await findStamp(database, parts, connectionId);
      const known = kept.get(connectionId);
      if (known !== undefined && known.stamp === stamp) return known.opened;
      const stored = await parts.connections.get(connectionId);
      const opened = { ...(await openConnection(parts, stored)), stored };
      if (stamp !== undefined) kept.set(connectionId, { stamp, opened });
      return opened;
    },
  };
}
