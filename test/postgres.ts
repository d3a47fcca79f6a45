import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Engine, type EngineSource, locateEngine } from '../src/database/embedded/engine.ts';
import { preparePlace } from '../src/database/embedded/place.ts';
import { joinOrStartServer } from '../src/database/embedded/server.ts';
import { migrate } from '../src/database/migrate.ts';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type SocketConnection,
} from '../src/database/open.ts';
import type { Log } from '../src/kit/log.ts';

/** A database of a test's own. */
export interface TestDatabase {
  /** Opened and migrated. */
  database: Database;
  /** The same as a DATABASE_URL, for a process that the test starts. */
  url: string;
  /** Closes `database` and drops it, whoever is still connected. */
  close(): Promise<void>;
}

/** Says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const template = 'tieline_template';
/** Any number: only these tests use this server. */
const templateLock = 1;

/** Debian's PostgreSQL 15, say, instead of the one that npm installed. */
function source(): EngineSource | Engine {
  const bin = process.env.TIELINE_TEST_POSTGRES_BIN;
  if (bin === undefined) return locateEngine();
  const version = /\d+/.exec(bin)?.[0] ?? '';
  return { bin, version, major: Number(version) };
}

async function joinServer(): Promise<SocketConnection> {
  const place = await preparePlace({ home: inject('postgresHome') });
  // it holds nothing that must last
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
    deadlock_timeout: '100ms',
  };
  const { connection } = await joinOrStartServer({ place, source: source(), settings });
  return connection;
}

async function withClient<T>(
  connection: SocketConnection,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A migrated database to copy from, made once in a run. */
async function ensureTemplate(connection: SocketConnection): Promise<void> {
  await withClient(connection, async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const found = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (found.rowCount === 1) return;
    const unfinished = `${template}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    const database = await openDatabase({
      embedded: { ...connection, database: unfinished },
      log: silentLog,
    });
    await migrate(database);
    await database.close();
    await client.query(`alter database ${unfinished} rename to ${template}`);
  });
}

let prepared: Promise<SocketConnection> | undefined;

async function prepare(): Promise<SocketConnection> {
  const connection = await joinServer();
  await ensureTemplate(connection);
  return connection;
}

/**
 * A fresh, migrated database on the PostgreSQL that the test run shares; about 30 ms after the first. `empty` leaves
 * the migrations out. Close it in `afterEach` or `afterAll`.
 */
export async function startTestDatabase(
  options: { empty?: boolean } & Partial<Pick<DatabaseOptions, 'ioHook' | 'poolSize' | 'log'>> = {},
): Promise<TestDatabase> {
  prepared ??= prepare();
  const server = await prepared;
  const { empty = false, ...rest } = options;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(server, (client) =>
    client.query(`create database ${name} template ${empty ? 'template1' : template}`),
  );
  const connection = { ...server, database: name };
  const database = await openDatabase({ embedded: connection, log: silentLog, ...rest });
  return {
    database,
    url: `postgres://${server.user}@localhost/${name}?host=${encodeURIComponent(server.host)}&port=${server.port}`,
    async close() {
      await database.close();
      await withClient(server, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}
