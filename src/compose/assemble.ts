import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import harnessCode from '../connectors/harness-code/index.ts';
import jira from '../connectors/jira/index.ts';
import vaultConnector from '../connectors/vault/index.ts';
import type { Database, Vault } from '../database/index.ts';
import {
  accessRoutes,
  createChanges,
  createCookies,
  createCredentials,
  createSessions,
  type SignInSettings,
} from '../features/access/index.ts';
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
  connectionTestRoutes,
  consentCallbackRoutes,
  consentRoutes,
  createConnectionStore,
  createConsentStore,
  createHealthStore,
  createJiraClients,
  createSecretSources,
  metadataRoutes,
  startHealthChecks,
} from '../features/connections/index.ts';
import { deliveryRoutes } from '../features/deliveries/index.ts';
import { createDevPanel } from '../features/dev-panel/index.ts';
import { explanationRoutes } from '../features/explanation/index.ts';
import {
  createSecretReferences,
  createSecretStore,
  createVersionStore,
  type MachineSecretRules,
  masterKeyRoutes,
  type SecretReferences,
  secretRoutes,
  secretVersionRoutes,
} from '../features/secrets/index.ts';
import { isSigned } from '../http/index.ts';
import type { AnyConnector } from '../kit/connector.ts';
import type { GrantStore, HttpFactory } from '../kit/http.ts';
import { buildServer } from '../server/index.ts';
import { countHolds, type Pace, startWork, type Work } from '../work/index.ts';

const nothingOfMachine: MachineSecretRules = {
  environment: { allows: () => false, find: () => undefined },
  folders: [],
};

/** Every connector of the product. */
const connectors: AnyConnector[] = [jira, harnessCode, vaultConnector];

/** How often backfills and disconnections that have not ended are looked for. */
const tendEveryMs = 2_000;

/** What a hub stands on: the storage, opened, and the way out. */
export interface Foundation {
  version: string;
  database: Database;
  vault: Vault;
  http: HttpFactory;
  /** The store that `http` finds users' grants in. */
  grants: GrantStore;
  log: FastifyBaseLogger;
  now(): Date;
  /** Reverse proxies whose word on where a request comes from is taken; none when absent. */
  trustedProxies?: string[];
  /** How people sign in; by password when absent. */
  signIn?: SignInSettings;
  /** What references to secrets may read of this machine; nothing when absent. */
  machine?: MachineSecretRules;
  /** How many earlier values of a secret are kept; 5 when absent. */
  keptVersions?: number;
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
  const { signIn = { local: true } } = foundation;
  const cookies = createCookies(signIn.publicUrl);
  const sessions = createSessions({ database, cookies, publicUrl: signIn.publicUrl, now });
  const connections = createConnectionStore(database);
  // Each finds the other when it is asked: secrets may be read through connections, which have secrets.
  const references: SecretReferences = createSecretReferences({
    ...foundation,
    machine: foundation.machine ?? nothingOfMachine,
    sources: {
      find: (reference, user) => sources.find(reference, user),
      open: (id) => sources.open(id),
    },
  });
  const parts = {
    ...foundation,
    changes,
    connectors: new Map(connectors.map((connector) => [connector.id, connector])),
    connections,
    health: createHealthStore(foundation),
    consents: createConsentStore(foundation),
    publicUrl: foundation.signIn?.publicUrl,
    secrets: references,
  };
  const sources = createSecretSources(database, parts);
  const { keptVersions = 5 } = foundation;
  const secrets = createSecretStore(database, vault, keptVersions);
  const versions = createVersionStore(database, keptVersions);
  const jiraClients = createJiraClients(database, parts);
  const devPanel = createDevPanel({
    ...parts,
    jiraClients,
    isSigned,
    tendEveryMs: foundation.pace?.lookEveryMs ?? tendEveryMs,
  });
  const work = await startWork({
    database,
    handlers: [...reportHandlers(jiraClients), ...devPanel.handlers],
    log,
    now,
    pace: foundation.pace,
  });
  try {
    const app = await buildServer({
      ...foundation,
      credentials,
      sessions,
      gauges: [
        {
          name: 'tieline_connections_held',
          help: 'Connections whose work is held until somebody has repaired them',
          read: () => countHolds(database),
        },
      ],
      routes: [
        accessRoutes({ ...foundation, changes, credentials, sessions, cookies, signIn }),
        secretRoutes({ secrets, changes }),
        secretVersionRoutes({ database, secrets, versions, changes }),
        masterKeyRoutes({ vault, changes }),
        connectionRoutes(parts),
        connectionTestRoutes(parts),
        metadataRoutes({ database, connections, jiraClients, now }),
        consentRoutes(parts),
        consentCallbackRoutes(parts),
        connectionRuleRoutes(parts),
        connectKeyRoutes({ database, connections, changes, credentials }),
        reportRoutes({ work, sites: createSites(connections, now) }),
        gatingRoutes({ work, connections, jiraClients }),
        deliveryRoutes({ work, connections, changes }),
        explanationRoutes({ database, work, connections, jiraClients, now }),
        ...devPanel.routes(work),
      ],
    });
    const stopDevPanel = devPanel.start();
    const stopHealthChecks = startHealthChecks({ ...parts, lookEveryMs: foundation.pace?.lookEveryMs });
    return {
      app,
      work,
      async stop() {
        await app.close();
        await stopHealthChecks();
        await stopDevPanel();
        await work.stop();
      },
    };
  } catch (error) {
    await work.stop();
    throw error;
  }
}
