import { Logger, runMigrations } from 'graphile-worker';
import type { ClientBase } from 'pg';
import { TielineError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { advisoryLocks } from './advisory-locks.ts';
import { asUnreachable, errorCodeOf } from './database-errors.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import type { Database } from './open.ts';

const labelOf = ({ number, name }: Migration) => `${String(number).padStart(4, '0')}-${name}`;

async function numbersApplied(client: ClientBase): Promise<Set<number>> {
  await client.query(`
    create table if not exists tieline_migrations (
      number integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    )`);
  const answer = await client.query<{ number: number }>('select number from tieline_migrations');
  return new Set(answer.rows.map((row) => row.number));
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into tieline_migrations (number, name) values ($1, $2)', [
      migration.number,
      migration.name,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new TielineError(
      'internal-error',
      `migration ${labelOf(migration)} failed: ${error instanceof Error ? error.message : String(error)}`,
      { hint: 'The database is as it was before this migration. Report it.', retry: 'never', cause: error },
    );
  }
}

async function lock(client: ClientBase, log: Log): Promise<void> {
  const [first, second] = advisoryLocks.migrations;
  const answer = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
    first,
    second,
  ]);
  if (answer.rows[0]?.got === true) return;
  log.info({}, 'another replica migrates the database; waiting for its end');
  await client.query('select pg_advisory_lock($1, $2)', [first, second]);
}

const permissionDenied = '42501';

/** Since PostgreSQL 15 a user may not create tables in a database that is another's. */
function asMigrationError(error: unknown, where: string): unknown {
  const refused = error instanceof TielineError ? error.cause : error;
  if (errorCodeOf(refused) !== permissionDenied) return asUnreachable(error, where);
  return new TielineError(
    'database-unsupported',
    `the user of DATABASE_URL may not create tables and schemas at ${where}`,
    {
      hint: 'Make the user the owner of the database: ALTER DATABASE name OWNER TO user.',
      cause: error,
    },
  );
}

const workerLevels = { error: 'error', warning: 'warn', info: 'debug', debug: 'debug' } as const;

/** graphile-worker's logger, speaking into ours; it tells of every job at info, which is debug to us. */
export function workerLogger(log: Log): Logger {
  const part = 'graphile-worker';
  return new Logger(() => (level, message, meta) => log[workerLevels[level]]({ part, ...meta }, message));
}

/** graphile-worker's own migrations. For a schema of a later version that it cannot work with it sets the exit code. */
async function migrateWorker({ pool, log }: Database): Promise<void> {
  const { exitCode } = process;
  try {
    await runMigrations({ pgPool: pool, logger: workerLogger(log) });
  } catch (error) {
    process.exitCode = exitCode;
    if (!(error instanceof Error) || !/breaking migration/.test(error.message)) throw error;
    throw new TielineError(
      'database-unsupported',
      'a newer Tieline has changed how this database queues work',
      {
        hint: 'Start the newer version of Tieline.',
        cause: error,
      },
    );
  }
}

/**
 * Brings the schema up to this version, graphile-worker's own included, and names what was applied. Several replicas
 * may call it at once: one works, the others wait. Rows of newer versions are left alone, so that an older replica
 * still starts, unless graphile-worker's changed too much (`database-unsupported`). A migration that fails leaves the
 * ones before it in place, and throws `internal-error`.
 */
export async function migrate(
  database: Database,
  options: { migrations?: readonly Migration[] } = {},
): Promise<{ applied: string[] }> {
  const applied: string[] = [];
  const client = await database.pool.connect().catch((error: unknown) => {
    throw asUnreachable(error, database.where);
  });
  try {
    await lock(client, database.log);
    const done = await numbersApplied(client);
    for (const migration of options.migrations ?? migrations) {
      if (done.has(migration.number)) continue;
      await apply(client, migration);
      applied.push(labelOf(migration));
      database.log.info({ migration: labelOf(migration) }, 'migrated');
    }
    await migrateWorker(database);
    return { applied };
  } catch (error) {
    throw asMigrationError(error, database.where);
  } finally {
    // closing the connection gives the lock back, whatever state the session is in
    client.release(true);
  }
}
