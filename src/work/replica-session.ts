import { hostname } from 'node:os';
import { sql } from 'kysely';
import type { PoolClient } from 'pg';
import type { Database } from '../database/index.ts';
import type { Log } from '../kit/log.ts';
import { endedChannel } from './attempt.ts';

/** How often a replica says that it lives. */
const heartbeatMs = 10_000;
/** A replica that has been silent for so long is taken for dead. */
const deadAfterMs = 30_000;

/**
 * A replica's own line to the database: it holds an advisory lock that vanishes with the process, so that a killed
 * replica is known at once and not only when its heartbeat is old, and it hears of ended deliveries.
 */
export interface ReplicaSession {
  /** Remembers the worker pool whose jobs are to be freed should this replica die. */
  register(workerPool: string): Promise<void>;
  /** Called for every announcement of ended deliveries. */
  onEnded(listener: () => void): void;
  /** Ids and worker pools of the replicas that are dead but not yet buried. */
  findDead(): Promise<{ id: string; workerPool: string | null }[]>;
  close(): Promise<void>;
}

/** Opens the session of the replica `id`. A lost line is opened anew at the next heartbeat. */
export async function openReplicaSession(options: {
  database: Database;
  id: string;
  log: Log;
}): Promise<ReplicaSession> {
  const { database, id, log } = options;
  const listeners: (() => void)[] = [];
  let client: PoolClient | undefined;

  const connect = async (): Promise<void> => {
    const opened = await database.pool.connect();
    opened.on('error', (error) => {
      log.warn({ err: error }, 'the line for announcements was lost; it is opened anew');
      if (client !== opened) return;
      client = undefined;
      opened.release(true);
    });
    opened.on('notification', () => {
      for (const listener of listeners) listener();
    });
    await opened.query('select pg_advisory_lock(hashtextextended($1, 0))', [id]);
    await opened.query(`listen ${endedChannel}`);
    client = opened;
  };

  await connect();
  await sql`insert into replicas (id, host, pid) values (${id}, ${hostname()}, ${process.pid})`.execute(
    database.kysely,
  );
  const beat = async (): Promise<void> => {
    if (client === undefined) await connect();
    await sql`update replicas set heartbeat_at = now() where id = ${id}`.execute(database.kysely);
  };
  const timer = setInterval(() => {
    beat().catch((error) => log.warn({ err: error }, 'a heartbeat failed'));
  }, heartbeatMs);

  return {
    async register(workerPool) {
      await sql`update replicas set worker_pool = ${workerPool} where id = ${id}`.execute(database.kysely);
    },
    onEnded(listener) {
      listeners.push(listener);
    },
    async findDead() {
      // A free lock means that its holder is gone. Trying takes it for a moment, and the transaction gives it back.
      const found = await database.kysely.transaction().execute((trx) =>
        sql<{ id: string; workerPool: string | null }>`
          select id, worker_pool as "workerPool" from replicas
          where id <> ${id} and (heartbeat_at < now() - ${`${deadAfterMs} ms`}::interval
            or pg_try_advisory_xact_lock(hashtextextended(id::text, 0)))`.execute(trx),
      );
      return found.rows;
    },
    async close() {
      clearInterval(timer);
      await sql`delete from replicas where id = ${id}`.execute(database.kysely);
      client?.release(true);
      client = undefined;
    },
  };
}
