import { spawn } from 'node:child_process';
import { chmod, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { TielineError } from '../../kit/errors.ts';
import { errorCodeOf } from '../database-errors.ts';
import type { SocketConnection } from '../open.ts';
import { databaseName, ensureCluster, findDiskTrouble, freeBytes, owner } from './cluster.ts';
import { type Engine, type EngineSource, prepareEngine } from './engine.ts';
import { asHomeUnusable, findText } from './files.ts';
import type { Place } from './place.ts';
import { clearRemains, findRunning, stopRunning } from './postmaster.ts';
import { programEnvironment } from './run-as.ts';
import { type SettingOverrides, settingArguments } from './server-settings.ts';
import { makeSocketFolder, removeSocketFolder, socketPort } from './socket-folder.ts';

/** A server that answers. */
export interface RunningServer {
  connection: SocketConnection;
  /** True when it ran before, left by a hub that was killed or started by another at this moment. */
  attached: boolean;
  /** What a server of these options is started with; see {@link isStartedAs}. */
  arguments: string[];
  /** Ends it, cleanly, whoever started it. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  place: Place;
  /** What npm installed, or an engine of the system. */
  source: EngineSource | Engine;
  settings?: SettingOverrides;
}

const lookEveryMs = 5;
/** Recovery after a crash reads at most `max_wal_size`, which takes seconds. */
const patienceMs = 120_000;
const largestLogBytes = 10 * 1024 * 1024;
/** One file of PostgreSQL's write-ahead log: with less space than this it does not start. */
const walFileBytes = 16 * 1024 * 1024;

/** The log, started afresh when it has grown; the last one is kept beside it. */
async function openLog(path: string) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestLogBytes) await rename(path, `${path}.1`);
  const log = await open(path, 'a', 0o600);
  return { log, from: (await log.stat()).size };
}

interface Launched {
  ended: () => boolean;
  /** What it has written to its log since it was started. */
  said: () => Promise<string>;
}

async function launch(place: Place, engine: Engine, args: string[]): Promise<Launched> {
  const { log, from } = await openLog(place.log);
  let ended = false;
  let spawnError: Error | undefined;
  // its own session: Ctrl-C in the terminal is for the hub, which then stops the server in good order
  const child = spawn(join(engine.bin, 'postgres'), args, {
    ...place.account,
    cwd: '/',
    env: programEnvironment,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.on('exit', () => {
    ended = true;
  });
  child.on('error', (error) => {
    ended = true;
    spawnError = error;
  });
  child.unref();
  await log.close();
  const said = async () =>
    spawnError?.message ??
    Buffer.from((await findText(place.log)) ?? '')
      .subarray(from)
      .toString('utf8');
  return { ended: () => ended, said };
}

/** Whether the server that runs there was started with these arguments: it may be another version's. */
export async function isStartedAs(place: Place, commandLine: string[]): Promise<boolean> {
  const [program, ...args] = commandLine;
  const line = [program, ...args.map((argument) => `"${argument}"`)].join(' ');
  return (await findText(join(place.data, 'postmaster.opts')))?.trim() === line;
}

/** Whether the server takes connections now. Anything but "not yet" is thrown. */
async function isReady(connection: SocketConnection): Promise<boolean> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 });
  // a server that goes away while it is asked says so twice; the answer of connect() is the one that counts
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const notYet = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P03', '57P01'];
    if (notYet.includes(errorCodeOf(error) ?? '') || /terminated/.test(String(error))) return false;
    throw error;
  } finally {
    await client.end();
  }
}

async function startFailure(place: Place, launched: Launched): Promise<TielineError> {
  const output = await launched.said();
  const trouble = findDiskTrouble(place.folder, output);
  if (trouble !== undefined) return trouble;
  if ((await freeBytes(place.folder)) < walFileBytes) {
    return new TielineError(
      'home-unusable',
      `the disk of ${place.folder} is full: PostgreSQL cannot start on it`,
    );
  }
  const reason = output.split('\n').find((line) => /FATAL|PANIC|error/.test(line));
  return new TielineError(
    'embedded-unavailable',
    `PostgreSQL did not start on ${place.data}: ${reason?.trim() ?? 'it said nothing'}`,
    { hint: `See ${place.log}, or set DATABASE_URL to a PostgreSQL 15 to 18 server.`, details: { output } },
  );
}

/** Waits until the server is ready, or there is none any more. */
async function awaitReady(
  place: Place,
  connection: SocketConnection,
  launched: Launched | undefined,
  until: number,
): Promise<'ready' | 'gone'> {
  while (Date.now() < until) {
    if (await isReady(connection)) return 'ready';
    const ours = launched !== undefined && !launched.ended();
    if (!ours && (await findRunning(place.data)) === undefined) return 'gone';
    await pause(lookEveryMs);
  }
  throw new TielineError(
    'embedded-unavailable',
    `PostgreSQL on ${place.data} is not ready after two minutes`,
    {
      hint: `See ${place.log}.`,
    },
  );
}

async function joinOrStart(place: Place, engine: Engine, settings: SettingOverrides): Promise<RunningServer> {
  const until = Date.now() + patienceMs;
  const host = await makeSocketFolder(place);
  const connection = { host, port: socketPort, user: owner, database: databaseName };
  const args = [
    ...['-D', place.data, '-k', host, '-p', String(socketPort)],
    // seen in the list of processes; and a server of an earlier version is not taken for ours
    ...['-c', `cluster_name=tieline-${engine.version}`],
    ...settingArguments(engine.major, settings),
  ];
  const stop = async () => {
    await stopRunning(place.data);
    await removeSocketFolder(host);
  };
  for (;;) {
    let launched: Launched | undefined;
    if ((await findRunning(place.data)) === undefined) {
      await clearRemains(place.data, host);
      // Kubernetes opens a volume's files to its fsGroup at each mount, and PostgreSQL refuses such a folder
      await chmod(place.data, 0o700);
      launched = await launch(place, engine, args);
    }
    if ((await awaitReady(place, connection, launched, until)) === 'ready') {
      const attached = launched === undefined || launched.ended();
      return { connection, attached, arguments: [join(engine.bin, 'postgres'), ...args], stop };
    }
    const overtaken =
      launched === undefined || (await launched.said()).includes('postmaster.pid" already exists');
    if (launched !== undefined && !overtaken) throw await startFailure(place, launched);
  }
}

/**
 * The server on the place's data: the one that runs there, or a new one. Two callers at once end with the same
 * server. Throws `embedded-unavailable`, `home-unusable` or `database-unsupported`.
 */
export async function joinOrStartServer({ place, source, settings }: ServerOptions): Promise<RunningServer> {
  try {
    const engine = 'bin' in source ? source : await prepareEngine(source, place.folder, place.account);
    await ensureCluster(place, engine);
    return await joinOrStart(place, engine, settings ?? {});
  } catch (error) {
    throw asHomeUnusable(place.folder, error);
  }
}
