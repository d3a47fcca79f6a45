import { EventEmitter } from 'node:events';
import { makeWorkerUtils, run, type WorkerEvents } from 'graphile-worker';
import type { Kysely } from 'kysely';
import { v7 as uuid } from 'uuid';
import { type Database, type Schema, workerLogger } from '../database/index.ts';
import type { Log } from '../kit/log.ts';
import { acceptAlone, acceptDeliveries, queuedStreams } from './accept.ts';
import { buryTheDead } from './burial.ts';
import { createCrowd } from './crowd.ts';
import type { AcceptedDelivery, Delivery, NewDelivery, TopicHandler } from './delivery.ts';
import { type DrainContext, drainStream } from './drain.ts';
import { every } from './every.ts';
import { createGroupCommit } from './group-commit.ts';
import {
  type DeliveryBodies,
  type DeliveryFilter,
  findBodies,
  findDelivery,
  listDeliveries,
  replayDeliveries,
} from './ledger.ts';
import {
  findLatest,
  type LatestFilter,
  type LatestState,
  listNewestStates,
  type NewestState,
} from './newest-states.ts';
import { drainTask, nudge, nudgeForgottenStreams } from './nudge.ts';
import { openReplicaSession } from './replica-session.ts';
import { keepRetention } from './retention.ts';
import { type Pace, usualPace } from './retry.ts';
import { createStreamTurns } from './stream-turns.ts';
import { createWaitingRoom } from './waiting-room.ts';
import { createWokenStreams } from './woken-streams.ts';

export { acceptDeliveries, queuedStreams } from './accept.ts';
export * from './delivery.ts';
export { every } from './every.ts';
export {
  countHolds,
  type Hold,
  type HoldReason,
  heldMessage,
  holdConnection,
  listHolds,
  postponeCheck,
  releaseConnection,
} from './holds.ts';
export { onLeanHeap } from './lean-heap.ts';
export type { DeliveryBodies, DeliveryFilter } from './ledger.ts';
export type { LatestState, NewestState } from './newest-states.ts';
export { nextAttempt, type Pace, usualPace } from './retry.ts';
export { countOpen, skipWaiting } from './skip-waiting.ts';

/** The delivery ledger and the background work that empties it. */
export interface Work {
  /** Stores a delivery, together with those that come at the same moment; resolves when it is durable. */
  post(delivery: NewDelivery): Promise<AcceptedDelivery>;
  /** Stores deliveries in the caller's transaction; answers in the order given. */
  accept(trx: Kysely<Schema>, deliveries: NewDelivery[]): Promise<AcceptedDelivery[]>;
  find(id: string): Promise<Delivery | undefined>;
  /** The payload as posted and the exchanges with the other side, while they are kept. */
  findBodies(id: string): Promise<DeliveryBodies>;
  /** Newest first. */
  list(filter: DeliveryFilter): Promise<Delivery[]>;
  /** The newest state of every entity that any delivery has tied to an issue; newest first. */
  listNewestStates(filter: {
    issueKey: string;
    connectionIds?: string[];
    limit: number;
  }): Promise<NewestState[]>;
  /** Of the entities whose newest state has these facts, the latest by its event. */
  findLatest(filter: LatestFilter): Promise<LatestState | undefined>;
  /** Within a transaction of the caller's. @throws replay-not-possible; then nothing is replayed. */
  replay(
    trx: Kysely<Schema>,
    ids: string[],
  ): Promise<{ id: string; replayOf: string; state: Delivery['state'] }[]>;
  /** The delivery once it has ended, or as it stands after `waitMs`; undefined when there is none. */
  waitFor(id: string, waitMs: number, signal?: AbortSignal): Promise<Delivery | undefined>;
  /** Ends what runs and takes nothing new. What was not sent stays in the ledger. */
  stop(): Promise<void>;
}

/** How often the dead are looked for and retention is kept. */
const burialEveryMs = 10_000;
const tidyEveryMs = 6 * 60 * 60 * 1000;
const concurrentStreams = 4;

/** Starts the background work of this replica. */
export async function startWork(options: {
  database: Database;
  handlers: TopicHandler[];
  log: Log;
  now?(): Date;
  pace?: Pace;
}): Promise<Work> {
  const { database, handlers, log, now = () => new Date(), pace = usualPace } = options;
  const replicaId = uuid();
  let stopping = false;
  const crowd = createCrowd();
  const context: DrainContext = {
    database,
    handlers: new Map(handlers.map((handler) => [handler.topic, handler])),
    replicaId,
    log,
    now,
    pace,
    stopping: () => stopping,
    wake: (streams) => woken.wake(streams),
    giveWay: crowd.giveWay,
  };
  await keepRetention(database, now());
  const session = await openReplicaSession({ database, id: replicaId, log });
  const turns = createStreamTurns(database, session);
  const drain = (stream: string) => turns.take(stream, () => drainStream(context, stream));
  const woken = createWokenStreams(drain, log);
  const events: WorkerEvents = new EventEmitter();
  const pools: string[] = [];
  events.on('pool:create', ({ workerPool }) => pools.push(workerPool.id));
  const runner = await run({
    pgPool: database.pool,
    concurrency: concurrentStreams,
    pollInterval: pace.lookEveryMs,
    // Without it the library reads a file named crontab where the hub was started.
    parsedCronItems: [],
    noHandleSignals: true,
    logger: workerLogger(log),
    events,
    taskList: {
      [drainTask]: (payload) => drain(streamOf(payload)),
    },
  });
  for (const pool of pools) await session.register(pool);

  const utilities = await makeWorkerUtils({ pgPool: database.pool, logger: workerLogger(log) });
  const bury = async () => {
    await buryTheDead({ database, session, unlockWorkers: (ids) => utilities.forceUnlockWorkers(ids), log });
    await nudge(database.kysely, woken.takeFailed());
    await nudgeForgottenStreams(database.kysely);
  };
  const tidy = async () => {
    await keepRetention(database, now());
    await utilities.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS', 'GC_JOB_QUEUES'] });
  };
  await bury();
  const stopTimers = [every(burialEveryMs, bury, log), every(tidyEveryMs, tidy, log)];
  const waitingRoom = createWaitingRoom(database, log);
  session.onEnded(() => waitingRoom.look());

  return {
    post: createGroupCommit(async (deliveries) => {
      const accepted = await acceptAlone(database, deliveries, now());
      const streams = queuedStreams(deliveries, accepted);
      if (crowd.note(deliveries.length)) woken.wakeSoon(streams);
      else woken.wake(streams);
      return accepted;
    }),
    accept: (trx, deliveries) => acceptDeliveries(trx, deliveries, now()),
    find: (id) => findDelivery(database, id),
    findBodies: (id) => findBodies(database, id),
    list: (filter) => listDeliveries(database, filter),
    listNewestStates: (filter) => listNewestStates(database, filter),
    findLatest: (filter) => findLatest(database, filter),
    replay: (trx, ids) => replayDeliveries(trx, ids, now()),
    async waitFor(id, waitMs, signal) {
      const delivery = await findDelivery(database, id);
      if (delivery === undefined || delivery.endedAt !== null || waitMs <= 0) return delivery;
      await waitingRoom.wait(id, waitMs, signal);
      return findDelivery(database, id);
    },
    async stop() {
      stopping = true;
      for (const stopTimer of stopTimers) await stopTimer();
      await runner.stop();
      await woken.stop();
      // What is left is for the other replicas, or for the next start.
      await nudgeForgottenStreams(database.kysely);
      await utilities.release();
      await session.close();
    },
  };
}

function streamOf(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'stream' in payload) return String(payload.stream);
  throw new TypeError('a drain job without a stream');
}
