import { hostname } from 'node:os';
import { sql } from 'kysely';
import type { PoolClient } from 'pg';
import type { Database } from '../database/index.ts';
import { TielineError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { endedChannel } from './attempt.ts';
import { every } from './every.ts';

/** How often a replica says that it lives. */
const heartbeatMs = 10_000;
/** How soon a lost line is opened anew: without it nothing is sent. */
const mendEveryMs = 1_000;
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
  /** Takes a lock by name that is held until it is given back or the process ends; false when another has it. */
  lock(name: string): Promise<boolean>;
  unlock(name: string): Promise<void>;
  close(): Promise<void>;
}

/** The first half of the key tells the locks of streams from those of replicas. */
const streamLock = 1;

/** Opens the session of the replica `id`. A lost line is opened anew within a second or two. */
export async function openReplicaSession(options: {
  database: Database;
  id: string;
  log: Log;
}): Promise<ReplicaSession> {
  const { database, id, log } = options;
  const listeners: (() => void)[] = [];
  let line: { client: PoolClient; release(): void } | undefined;
  let registeredPool: string | null = null;

  const connect = async (): Promise<void> => {
    const client = await database.pool.connect();
    let released = false;
    // Once: a connection that is being closed may still report an error.
    const release = () => {
      if (!released) client.release(true);
      released = true;
    };
    client.on('error', (error) => {
      if (!released) log.warn({ err: error }, 'the line for announcements was lost; it is opened anew');
      if (line?.client === client) line = undefined;
      release();
    });
    client.on('notification', () => {
      for (const listener of listeners) listener();
    });
    try {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [id]);
      await client.query(`listen ${endedChannel}`);
    } catch (error) {
      release();
      throw error;
    }
    line = { client, release };
    // What ended while nobody listened.
    for (const listener of listeners) listener();
  };
  /** A replica that others took for dead, because its line was lost for a while, comes back by this. */
  const announce = () =>
    sql`insert into replicas (id, host, pid, worker_pool) values (${id}, ${hostname()}, ${process.pid}, ${registeredPool})
      on conflict (id) do update set heartbeat_at = now(), worker_pool = excluded.worker_pool`.execute(
      database.kysely,
    );

  let lastAsked: Promise<unknown> = Promise.resolve();
  /** Asks for a lock or gives it back, one after the other: the line is a single connection. */
  const inTurn = (name: string, query: string): Promise<boolean> => {
    const asked = lastAsked.then(async () => {
      if (line === undefined) throw new TielineError('database-unreachable', 'The line for locks is lost');
      const { rows } = await line.client.query<{ done: boolean }>(query, [streamLock, name]);
      return rows[0]?.done === true;
    });
    // Whoever asked hears of a failure; the next in turn is not concerned.
    lastAsked = asked.catch(() => undefined);
    return asked;
  };

  await connect();
  await announce();
  const stopBeating = every(heartbeatMs, async () => void (await announce()), log);
  const stopMending = every(mendEveryMs, async () => (line === undefined ? connect() : undefined), log);

  return {
    async register(workerPool) {
      registeredPool = workerPool;
      await announce();
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
    lock: (name) => inTurn(name, 'select pg_try_advisory_lock($1, hashtext($2)) as done'),
    async unlock(name) {
      // A lost line has given its locks back already.
      if (line !== undefined) await inTurn(name, 'select pg_advisory_unlock($1, hashtext($2)) as done');
    },
    async close() {
      await stopMending();
      await stopBeating();
      await sql`delete from replicas where id = ${id}`.execute(database.kysely);
      line?.release();
      line = undefined;
    },
  };
}
