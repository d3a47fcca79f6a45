import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import bitbucket from '../connectors/bitbucket/index.ts';
import bitbucketDataCenter from '../connectors/bitbucket-data-center/index.ts';
import gitea from '../connectors/gitea/index.ts';
import github from '../connectors/github/index.ts';
import gitlab from '../connectors/gitlab/index.ts';
import harnessCode from '../connectors/harness-code/index.ts';
import jira from '../connectors/jira/index.ts';
import vaultConnector from '../connectors/vault/index.ts';
import type { Database, Vault } from '../database/index.ts';
import { createAccess, type SignInSettings } from '../features/access/index.ts';
import { createAsCode } from '../features/as-code/index.ts';
import { createCiReports } from '../features/ci-reports/index.ts';
import { type Connections, createConnections } from '../features/connections/index.ts';
import { createDeliveries } from '../features/deliveries/index.ts';
import { createDevPanel } from '../features/dev-panel/index.ts';
import { createExplanations } from '../features/explanation/index.ts';
import { createSecrets, type MachineSecretRules } from '../features/secrets/index.ts';
import { createSteps } from '../features/steps/index.ts';
import { isSigned, signHook } from '../http/index.ts';
import type { AnyConnector } from '../kit/connector.ts';
import type { GrantStore, HttpFactory } from '../kit/http.ts';
import { buildServer } from '../server/index.ts';
import { countHolds, type Pace, startWork, type TopicHandler, type Work } from '../work/index.ts';

const nothingOfMachine: MachineSecretRules = {
  environment: { allows: () => false, find: () => undefined },
  folders: [],
};

/** Every connector of the product. */
const connectors: AnyConnector[] = [
  jira,
  harnessCode,
  github,
  gitlab,
  bitbucket,
  bitbucketDataCenter,
  gitea,
  vaultConnector,
];

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
  /** Besides those of the product. */
  moreConnectors?: AnyConnector[];
}

/** A hub whose background work runs and whose server does not listen yet. */
export interface AssembledHub {
  app: FastifyInstance;
  work: Work;
  /** Takes no more requests, then ends the background work. The foundation stays. */
  stop(): Promise<void>;
}

/** What a feature brings to the hub. */
interface Feature {
  /** What sends deliveries of its topics. */
  handlers?: TopicHandler[];
  routes(work: Work): FastifyPluginAsyncZod[];
  /** Starts what goes on in the background on this replica; the answer ends it. */
  start?(): () => Promise<void>;
}

/** Joins features, background work and server on a foundation. */
export async function assembleHub(foundation: Foundation): Promise<AssembledHub> {
  const { database, log, now, pace } = foundation;
  const { access, features } = joinFeatures(foundation);
  const handlers = features.flatMap((feature) => feature.handlers ?? []);
  const work = await startWork({ database, handlers, log, now, pace });
  try {
    const app = await buildServer({
      ...foundation,
      credentials: access.credentials,
      sessions: access.sessions,
      gauges: [
        {
          name: 'tieline_connections_held',
          help: 'Connections whose work is held until somebody has repaired them',
          read: () => countHolds(database),
        },
      ],
      routes: features.flatMap((feature) => feature.routes(work)),
    });
    const stops = features.flatMap((feature) => feature.start?.() ?? []);
    return {
      app,
      work,
      async stop() {
        await app.close();
        for (const stop of stops) await stop();
        await work.stop();
      },
    };
  } catch (error) {
    await work.stop();
    throw error;
  }
}

function joinFeatures(foundation: Foundation) {
  const { signIn = { local: true }, machine = nothingOfMachine, keptVersions = 5, pace } = foundation;
  const { moreConnectors = [] } = foundation;
  const access = createAccess({ ...foundation, signIn });
  const { changes, credentials } = access;
  const kept = { ...foundation, changes, credentials, machine, keptVersions };
  // Each finds the other when it is asked: secrets may be read through connections, which have secrets.
  const secrets = createSecrets({
    ...kept,
    sources: {
      find: (reference, user) => connections.sources.find(reference, user),
      open: (id) => connections.sources.open(id),
    },
  });
  const opening = {
    ...kept,
    connectors: new Map([...connectors, ...moreConnectors].map((connector) => [connector.id, connector])),
    secrets: secrets.references,
    publicUrl: signIn.publicUrl,
  };
  const connections: Connections = createConnections({ ...opening, lookEveryMs: pace?.lookEveryMs });
  const { connections: store, health, open, jiraClients, metadataOf } = connections;
  const parts = { ...opening, connections: store, health, open, jiraClients };
  const devPanel = createDevPanel({
    ...parts,
    isSigned,
    signHook,
    signedInPages: access.signedInPages,
    tendEveryMs: pace?.lookEveryMs ?? tendEveryMs,
  });
  const ciReports = createCiReports(parts);
  const steps = createSteps({ ...parts, metadataOf, isSigned, reports: ciReports.own, pace });
  const features: Feature[] = [
    access,
    secrets,
    connections,
    ciReports,
    createDeliveries(parts),
    createExplanations({ ...parts, links: devPanel.links, runs: steps.runs }),
    devPanel,
    steps,
    createAsCode({ ...parts, subscriptions: devPanel.subscriptions }),
  ];
  return { access, features };
}
