import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import jira from '../connectors/jira/index.ts';
import type { Database, Vault } from '../database/index.ts';
import { accessRoutes, createChanges, createCredentials } from '../features/access/index.ts';
import {
  connectKeyRoutes,
  createSites,
  gatingRoutes,
  reportHandlers,
  reportRoutes,
} from '../features/ci-reports/index.ts';
import {
  connectionRoutes,
  connectionRuleRoutes,
  createConnectionStore,
  createJiraClients,
} from '../features/connections/index.ts';
import { deliveryRoutes } from '../features/deliveries/index.ts';
import { explanationRoutes } from '../features/explanation/index.ts';
import { createSecretStore, secretRoutes } from '../features/secrets/index.ts';
import type { AnyConnector } from '../kit/connector.ts';
import type { HttpFactory } from '../kit/http.ts';
import { buildServer } from '../server/index.ts';
import { type Pace, startWork, type Work } from '../work/index.ts';

/** Every connector of the product. */
const connectors: AnyConnector[] = [jira];

/** What a hub stands on: the storage, opened, and the way out. */
export interface Foundation {
  version: string;
  database: Database;
  vault: Vault;
  http: HttpFactory;
  log: FastifyBaseLogger;
  now(): Date;
  /** How patiently deliveries are tried again; the ledger's usual way when absent. */
  pace?: Pace;
}

/** A hub whose background work runs and whose server does not listen yet. */
export interface AssembledHub {
  app: FastifyInstance;
  work: Work;
  /** Takes no more requests, then ends the background work. The foundation stays. */
  stop(): Promise<void>;
}

/** Joins features, background work and server on a foundation. */
export async function assembleHub(foundation: Foundation): Promise<AssembledHub> {
  const { database, vault, log, now } = foundation;
  const credentials = createCredentials(database, now);
  const changes = createChanges(database, now);
  const connections = createConnectionStore(database);
  const parts = {
    ...foundation,
    changes,
    connectors: new Map(connectors.map((connector) => [connector.id, connector])),
    connections,
    secrets: createSecretStore(database, vault),
  };
  const jiraClients = createJiraClients(database, parts);
  const work = await startWork({
    database,
    handlers: reportHandlers(jiraClients),
    log,
    now,
    pace: foundation.pace,
  });
  try {
    const app = await buildServer({
      ...foundation,
      credentials,
      routes: [
        accessRoutes({ database, changes, credentials }),
        secretRoutes(parts),
        connectionRoutes(parts),
        connectionRuleRoutes(parts),
        connectKeyRoutes({ database, connections, changes, credentials }),
        reportRoutes({ work, sites: createSites(connections, now) }),
        gatingRoutes({ work, connections, jiraClients }),
        deliveryRoutes({ work, connections, changes }),
        explanationRoutes({ database, work, connections, jiraClients, now }),
      ],
    });
    return {
      app,
      work,
      async stop() {
        await app.close();
        await work.stop();
      },
    };
  } catch (error) {
    await work.stop();
    throw error;
  }
}
