import { TielineError } from '../../kit/errors.ts';
import type { JiraClient } from '../../kit/jira.ts';
import type { KeptConnection, OpenConnections } from './open-connections.ts';

/** The Jira client of a connection. Kept while the connection stays open, so that what a client has learned of its
 * site (edition, cloud id) is asked for once. */
export interface JiraClients {
  /** @throws resource-not-found, reference-not-found, request-invalid when it is no Jira connection */
  get(connectionId: string): Promise<JiraClient>;
}

/** Clients of open connections. */
export function createJiraClients(open: OpenConnections): JiraClients {
  const clients = new WeakMap<KeptConnection, JiraClient>();
  return {
    async get(connectionId) {
      const opened = await open.get(connectionId);
      const { connector, connection, stored } = opened;
      const client = clients.get(opened) ?? connector.jira?.(connection);
      if (client === undefined) {
        throw new TielineError(
          'request-invalid',
          `"${stored.name}" is a ${connector.label} connection, not one to Jira`,
        );
      }
      clients.set(opened, client);
      return client;
    },
  };
}
