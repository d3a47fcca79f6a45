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
  const { database, session, unlockWorkers, log } = options;
  const dead = await session.findDead();
  const ids = dead.map((replica) => replica.id);
  if (ids.length > 0) await unlockWorkers(await strayWorkerPools(database, ids));
  const freed = await database.transaction('bury', async (trx) => {
    await sql`delete from replicas where id = any(${ids}::uuid[])`.execute(trx);
    // Also of a replica that ended cleanly while the database was away, and so could not settle.
    const { rows } = await sql<{ stream: string }>`
      update deliveries set state = 'queued', replica_id = null
      where state = 'sending' and not exists (select from replicas where replicas.id = deliveries.replica_id)
      returning stream`.execute(trx);
    await nudge(trx, [...new Set(rows.map((row) => row.stream))]);
    return rows.length;
  });
  if (ids.length > 0 || freed > 0) {
    log.warn({ replicas: ids, deliveries: freed }, 'took over from dead replicas');
  }
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
