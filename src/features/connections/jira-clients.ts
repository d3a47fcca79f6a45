import type { Database } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import type { JiraClient } from '../../kit/jira.ts';
import { findStamp } from './connection-stamp.ts';
import type { ConnectionStore } from './connection-store.ts';
import { type ConnectionParts, openConnection } from './open-connection.ts';

/** The Jira client of a connection. Kept while the connection and its secrets stay as they are, so that what a
 * client has learned of its site (edition, cloud id) is asked for once. */
export interface JiraClients {
  /** @throws resource-not-found, reference-not-found, request-invalid when it is no Jira connection */
  get(connectionId: string): Promise<JiraClient>;
}

/** Opens clients through the connection store. */
export function createJiraClients(
  database: Database,
  parts: ConnectionParts & { connections: ConnectionStore },
): JiraClients {
  const kept = new Map<string, { stamp: string; client: JiraClient }>();
  return {
    async get(connectionId) {
      const stamp = await findStamp(database, parts, connectionId);
      const known = kept.get(connectionId);
      if (known !== undefined && known.stamp === stamp) return known.client;
      const stored = await parts.connections.get(connectionId);
      const { connector, connection } = await openConnection(parts, stored);
      const client = connector.jira?.(connection);
      if (client === undefined) {
        throw new TielineError(
          'request-invalid',
          `"${stored.name}" is a ${connector.label} connection, not one to Jira`,
        );
      }
      if (stamp !== undefined) kept.set(connectionId, { stamp, client });
      return client;
    },
  };
}
