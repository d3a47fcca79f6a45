import { Kysely, PostgresDialect, type RawBuilder, type Transaction } from 'kysely';
import pg from 'pg';
import { TielineError } from '../kit/errors.ts';
import type { IoHook } from '../kit/io-hook.ts';
import type { Log } from '../kit/log.ts';
import { columnParsers } from './column-parsers.ts';
import { asUnreachable } from './database-errors.ts';
import { preparing } from './prepared.ts';
import type { Schema } from './schema.ts';
import { runStatement, runTransaction } from './transaction.ts';

/** PostgreSQL's own `server_version_num`: the major version times 10,000. */
const oldestVersion = 150_000;
const newestTriedVersion = 189_999;

/** Where a server on this machine listens: `host` is the folder of its socket. */
export interface SocketConnection {
  host: string;
  port: number;
  user: string;
  database: string;
}

export interface DatabaseOptions {
  /** A `postgres://` address (DATABASE_URL). Either this or `embedded`. */
  url?: string;
  /** The embedded server's connection. */
  embedded?: SocketConnection;
  /** Most connections held at once; at least 2, 10 by default. */
  poolSize?: number;
  /** Called around each statement and commit of {@link Database.transaction}; for tests. */
  ioHook?: IoHook;
  log: Log;
}

/** An opened PostgreSQL. */
export interface Database {
  kysely: Kysely<Schema>;
  /** For what kysely cannot do: graphile-worker, COPY, LISTEN. */
  pool: pg.Pool;
  /** `server_version_num`, e.g. 180004. */
  serverVersion: number;
  /** Host and port, for messages. */
  where: string;
  log: Log;
  /**
   * Runs `work` in one transaction; `name` is the name of its I/O points. Runs again on a serialization failure or
   * a deadlock, so `work` must have no other effect. Throws what `work` throws, or `database-unreachable`.
   */
  transaction<T>(name: string, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Runs one statement as a transaction of its own, which costs a third of one; otherwise as `transaction`. */
  statement<T>(name: string, statement: RawBuilder<T>): Promise<T[]>;
  /** Waits for what runs, then closes every connection. */
  close(): Promise<void>;
}

function poolConfig({ url, embedded, poolSize = 10 }: DatabaseOptions): pg.PoolConfig {
  const common: pg.PoolConfig = {
    max: Math.max(2, poolSize),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'tieline',
    types: columnParsers,
  };
  if (embedded !== undefined) return { ...common, ...embedded };
  if (url !== undefined) return { ...common, connectionString: url };
  throw new TypeError('openDatabase wants a url or an embedded connection');
}

function whereIs(config: pg.PoolConfig): string {
  try {
    const { host, port } = new pg.Client(config);
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  } catch (error) {
    throw new TielineError('configuration-invalid', 'DATABASE_URL is not a PostgreSQL address', {
      hint: 'It looks like postgres://user:password@host:5432/database.',
      // the cause would quote the address, and with it the password
      details: { reason: error instanceof Error ? error.name : 'unknown' },
    });
  }
}

async function checkVersion(pool: pg.Pool, where: string, log: Log): Promise<number> {
  const answer = await pool.query<{ number: number; name: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as name",
  );
  const [version] = answer.rows;
  if (version === undefined) throw new TielineError('internal-error', 'PostgreSQL told no version');
  if (version.number < oldestVersion) {
    throw new TielineError('database-unsupported', `PostgreSQL at ${where} is version ${version.name}`);
  }
  if (version.number > newestTriedVersion) {
    log.warn(
      { where, version: version.name },
      'this PostgreSQL is newer than those that Tieline is tried with',
    );
  }
  return version.number;
}

/**
 * Connects to PostgreSQL 15 to 18 and checks that it answers. Throws `database-unreachable` (host and port named,
 * never the password), `database-unsupported`, or `configuration-invalid` for an address that is none.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { ioHook, log } = options;
  const config = poolConfig(options);
  const where = whereIs(config);
  const pool = new pg.Pool(config);
  // an idle connection that breaks would otherwise end the process; the pool makes a new one by itself
  pool.on('error', (error) => {
    // while closing, the server may end a connection that is just being given back
    if (pool.ending) return;
    // pg hangs the whole client on the error, which no log should hold
    log.warn({ reason: error.message, where }, 'an idle database connection broke');
  });
  // one that breaks while it is lent out tells its user; without a listener it would end the process as well
  pool.on('connect', (client) =>
    client.on('error', (error) => log.debug({ err: error, where }, 'a database connection broke')),
  );

  let serverVersion: number;
  try {
    serverVersion = await checkVersion(pool, where, log);
  } catch (error) {
    await pool.end();
    const known = asUnreachable(error, where);
    if (known instanceof TielineError) throw known;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TielineError('database-unreachable', `PostgreSQL at ${where} cannot be used: ${reason}`, {
      cause: error,
    });
  }
  const kysely = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: preparing(pool) }),
  });
  let closing: Promise<void> | undefined;
  return {
    kysely,
    pool,
    serverVersion,
    where,
    log,
    transaction: (name, work) => runTransaction({ kysely, where, ioHook, log }, name, work),
    statement: (name, statement) => runStatement({ kysely, where, ioHook, log }, name, statement),
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}
