import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { GrantStore } from '../../kit/http.ts';
import type { Changes } from '../access/index.ts';
import type { SecretSources } from '../secrets/index.ts';
import { type ConnectionStore, createConnectionStore } from './connection-store.ts';
import { consentCallbackRoutes } from './consent-callback.ts';
import { consentRoutes } from './consent-routes.ts';
import { createConsentStore } from './consent-store.ts';
import { startHealthChecks } from './health.ts';
import { createHealthStore, type HealthStore } from './health-store.ts';
import { createJiraClients, type JiraClients } from './jira-clients.ts';
import { createMetadataOf, type MetadataOf } from './kept-metadata.ts';
import { createMetadataCache } from './metadata-cache.ts';
import { metadataRoutes } from './metadata-routes.ts';
import type { ConnectionParts } from './open-connection.ts';
import { createOpenConnections, type OpenConnections } from './open-connections.ts';
import { connectionRoutes } from './routes.ts';
import { connectionRuleRoutes } from './rule-routes.ts';
import { createSecretSources } from './secret-sources.ts';
import { connectionTestRoutes } from './test-routes.ts';

/** Connections: made, tested, authorised, held and opened. */
export interface Connections {
  connections: ConnectionStore;
  health: HealthStore;
  open: OpenConnections;
  jiraClients: JiraClients;
  metadataOf: MetadataOf;
  /** Connections through which secrets are read. */
  sources: SecretSources;
  routes(): FastifyPluginAsyncZod[];
  /** Starts the health checks on this replica; the answer ends them. */
  start(): () => Promise<void>;
}

/** Joins the parts of the feature. `lookEveryMs` is how often connections that are due for a test are looked for. */
export function createConnections(
  options: ConnectionParts & {
    database: Database;
    vault: Vault;
    changes: Changes;
    grants: GrantStore;
    publicUrl: string | undefined;
    lookEveryMs: number | undefined;
  },
): Connections {
  const { database } = options;
  const connections = createConnectionStore(database);
  const health = createHealthStore(options);
  const sources = createSecretSources(database, { ...options, connections });
  const open = createOpenConnections(database, { ...options, connections });
  const jiraClients = createJiraClients(open);
  const cache = createMetadataCache(database, options.now);
  const consents = createConsentStore(options);
  const parts = { ...options, connections, health, jiraClients, cache, consents };
  return {
    connections,
    health,
    open,
    jiraClients,
    metadataOf: createMetadataOf({ cache, open, jiraClients }),
    sources,
    routes: () => [
      connectionRoutes(parts),
      connectionTestRoutes(parts),
      metadataRoutes(parts),
      consentRoutes(parts),
      consentCallbackRoutes(parts),
      connectionRuleRoutes(parts),
    ],
    start: () => startHealthChecks(parts),
  };
}
