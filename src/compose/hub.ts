import { pino } from 'pino';
import type { Hub, HubOptions } from '../cli/hub.ts';
import type { Config } from '../config.ts';
import {
  createHttpStores,
  type Database,
  keepMasterKeyInHome,
  masterKeyFromHome,
  migrate,
  openDatabase,
  openVault,
  startEmbedded,
} from '../database/index.ts';
import { createApiToken, createChanges, hubItself, makeFirstToken } from '../features/access/index.ts';
import { createHttp, defaultDenyList } from '../http/index.ts';
import { TielineError } from '../kit/errors.ts';
import { assembleHub } from './assemble.ts';
import { faultHook } from './fault-hook.ts';

const dayMs = 24 * 60 * 60 * 1000;

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
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Whoever runs the hub looks at it; until then a failure must not end the process unheard.
  failed.catch((error) => log.error({ err: error }, 'the hub cannot go on'));
  try {
    const database = await openStorage(config, log, started, fail);
    await migrate(database);
    const keepsKey = config.masterKey === undefined && config.databaseUrl === undefined;
    const vault = await openVault({
      database,
      masterKey: keepsKey ? await masterKeyFromHome(config.home, database) : config.masterKey,
      keepMasterKey: keepsKey ? (key) => keepMasterKeyInHome(config.home, key) : undefined,
    });
    const now = () => new Date();

    const stores = createHttpStores({ database, vault, now });
    const http = createHttp({
      ...stores,
      denyList: config.denyAddresses ?? defaultDenyList,
      ioHook: faultHook(config.fault),
      log,
      now,
    });
    started.push({ stop: () => http.close() });

    const { app, stop } = await assembleHub({
      version,
      database,
      vault,
      http,
      grants: stores.grants,
      trustedProxies: config.trustedProxies,
      signIn: config.signIn,
      machine: config.machineSecrets,
      keptVersions: config.secretVersions,
      log,
      now,
    });
    started.push({ stop });
    const url = await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
      throw listenError(error, config);
    });
    // Only now: a start that fails after it would leave a token that nobody has seen.
    const firstToken = await makeFirstToken(database);
    const { temporaryToken: name } = options;
    const temporary =
      name === undefined
        ? undefined
        : await createChanges(database, now).make({ actor: hubItself }, (change) =>
            createApiToken(change, {
              name,
              role: 'administrator',
              scope: 'account',
              expiresAt: new Date(now().getTime() + dayMs),
            }),
          );
    return { url, firstToken, temporaryToken: temporary?.token, failed, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function openStorage(
  config: Config,
  log: pino.Logger,
  started: { stop(): Promise<void> }[],
  onLost: (error: TielineError) => void,
): Promise<Database> {
  const common = { poolSize: config.databasePool, ioHook: faultHook(config.fault), log };
  if (config.databaseUrl !== undefined) {
    const database = await openDatabase({ ...common, url: config.databaseUrl });
    started.push({ stop: () => database.close() });
    return database;
  }
  const server = await startEmbedded({ home: config.home, log, onLost });
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
