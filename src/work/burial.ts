import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import type { Log } from '../kit/log.ts';
import { nudge } from './nudge.ts';
import type { ReplicaSession } from './replica-session.ts';

/**
 * Frees what dead replicas held: their jobs and queues (the worker library itself would wait four hours), and the
 * deliveries they were sending, which are queued again. Jira drops a second sending by its sequence number.
 */
export async function buryTheDead(options: {
  database: Database;
  session: ReplicaSession;
  unlockWorkers(workerPools: string[]): Promise<void>;
  log: Log;
}): Promise<void> {
  const dead = await options.session.findDead();
  if (dead.length === 0) return;
  const ids = dead.map((replica) => replica.id);
  await options.unlockWorkers(await strayWorkerPools(options.database, ids));
  await options.database.transaction('bury', async (trx) => {
    const freed = await sql<{ stream: string }>`
      update deliveries set state = 'queued', replica_id = null
      where state = 'sending' and replica_id = any(${ids}::uuid[])
      returning stream`.execute(trx);
    await sql`delete from replicas where id = any(${ids}::uuid[])`.execute(trx);
    await nudge(trx, [...new Set(freed.rows.map((row) => row.stream))]);
    options.log.warn({ replicas: ids, deliveries: freed.rows.length }, 'took over from dead replicas');
  });
}

/** Worker pools that hold jobs and belong to no living replica. A replica registers its pool just after making it. */
async function strayWorkerPools(database: Database, deadIds: string[]): Promise<string[]> {
  const stray = await sql<{ pool: string }>`
    select distinct locked_by as pool from graphile_worker.jobs
    where locked_by in (select worker_pool from replicas where id = any(${deadIds}::uuid[]))
      or (locked_by not in (select worker_pool from replicas where worker_pool is not null)
        and locked_at < now() - interval '30 seconds')`.execute(database.kysely);
  return stray.rows.map((row) => row.pool);
}

/** Nudges every stream in which something waits: at the start of a hub, in case a nudge was ever lost. */
export async function nudgeWaitingStreams(database: Database): Promise<void> {
  const waiting = await sql<{ stream: string }>`
    select distinct stream from deliveries where state = 'queued'`.execute(database.kysely);
  await nudge(
    database.kysely,
    waiting.rows.map((row) => row.stream),
  );
}
