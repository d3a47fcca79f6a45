import { pino } from 'pino';
import type { Config } from '../config.ts';
import jira from '../connectors/jira/index.ts';
import { type Database, masterKeyFromHome, migrate, openDatabase, openVault, startEmbedded } from '../database/index.ts';
import { faultHook } from './fault-hook.ts';
import { accessRoutes, createApiToken, createCredentials, makeFirstToken } from '../features/access/index.ts';
import { connectKeyRoutes, createSites, reportHandlers, reportRoutes } from '../features/ci-reports/index.ts';
import {
  connectionRoutes,
  createConnectionStore,
  createJiraClients,
  createSecretStore,
  secretRoutes,
} from '../features/connections/index.ts';
import { deliveryRoutes } from '../features/deliveries/index.ts';
import { createHttp, defaultDenyList, memoryBudgetStore, memoryTokenStore } from '../http/index.ts';
import type { AnyConnector } from '../kit/connector.ts';
import { TielineError } from '../kit/errors.ts';
import type { Hub, HubOptions } from '../server/hub.ts';
import { buildServer } from '../server/index.ts';
import { startWork } from '../work/index.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Every connector of the product. */
const connectors: AnyConnector[] = [jira];

/**
 * Starts a hub: database, ledger, features, server, joined. Resolves when it takes requests.
 * What was started is stopped again when a later part cannot start.
 */
export async function startHub(config: Config, version: string, options: HubOptions = {}): Promise<Hub> {
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }));
  const started: { stop(): Promise<void> }[] = [];
  const stopAll = async () => {
    for (const part of started.reverse()) await part.stop();
    started.length = 0;
  };
  try {
    const database = await openStorage(config, log, started);
    await migrate(database);
    const masterKey =
      config.masterKey ??
      (config.databaseUrl === undefined ? await masterKeyFromHome(config.home, database) : undefined);
    const vault = await openVault({ database, masterKey });
    const now = () => new Date();

    const http = createHttp({
      tokens: memoryTokenStore(),
      budgets: memoryBudgetStore(),
      denyList: config.denyAddresses ?? defaultDenyList,
      ioHook: faultHook(config.fault),
      log,
      now,
    });
    started.push({ stop: () => http.close() });

    const credentials = createCredentials(database, now);
    const connections = createConnectionStore(database);
    const parts = {
      connectors: new Map(connectors.map((connector) => [connector.id, connector])),
      connections,
      secrets: createSecretStore(database, vault),
      http,
      log,
      now,
    };
    const jiraClients = createJiraClients(database, parts);
    const work = await startWork({ database, handlers: reportHandlers(jiraClients), log, now });
    started.push(work);

    const app = await buildServer({
      version,
      database,
      vault,
      credentials,
      log,
      routes: [
        accessRoutes({ database, credentials, now }),
        secretRoutes(parts),
        connectionRoutes(parts),
        connectKeyRoutes({ database, connections, credentials, now }),
        reportRoutes({ work, sites: createSites(connections, now) }),
        deliveryRoutes({ work, findScope: (connectionId) => connections.findScope(connectionId) }),
      ],
    });
    started.push({ stop: () => app.close() });
    const firstToken = await makeFirstToken(database);
    const url = await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
      throw listenError(error, config);
    });
    const temporary =
      options.temporaryToken === undefined
        ? undefined
        : await createApiToken(database, {
            name: options.temporaryToken,
            role: 'administrator',
            scope: 'account',
            expiresAt: new Date(now().getTime() + dayMs),
          });
    return { url, firstToken, temporaryToken: temporary?.token, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function openStorage(
  config: Config,
  log: pino.Logger,
  started: { stop(): Promise<void> }[],
): Promise<Database> {
  const common = { poolSize: config.databasePool, ioHook: faultHook(config.fault), log };
  if (config.databaseUrl !== undefined) {
    const database = await openDatabase({ ...common, url: config.databaseUrl });
    started.push({ stop: () => database.close() });
    return database;
  }
  const server = await startEmbedded({ home: config.home, log });
  started.push(server);
  const database = await openDatabase({ ...common, embedded: server.connection });
  started.push({ stop: () => database.close() });
  return database;
}

function listenError(error: unknown, { host, port }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new TielineError('port-taken', `Something listens at ${host}:${port} already`, {
      hint: 'Stop it, or choose another port with TIELINE_PORT.',
      cause: error,
    });
  }
  return error;
}
