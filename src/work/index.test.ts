import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, startTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { type Database, openDatabase } from '../database/index.ts';
import { TielineError } from '../kit/errors.ts';
import { acceptDeliveries } from './accept.ts';
import { newDelivery, type OtherSide, otherSide } from './fixtures/ledger.ts';
import { startWork, type Work } from './index.ts';

const pace = { firstWaitMs: 20, longestWaitMs: 40, spreadMs: 5, lookEveryMs: 20 };

let test: TestDatabase;
let side: OtherSide;
/** What is to be ended after the test, last first. */
let running: (() => Promise<void>)[];

beforeEach(async () => {
  test = await startTestDatabase();
  side = otherSide();
  running = [];
});
afterEach(async () => {
  for (const end of running.reverse()) await end();
  await test.close();
});

/** A replica with connections of its own to the database of the test. */
async function startReplica(
  handler: OtherSide['handler'] = side.handler,
): Promise<Work & { database: Database }> {
  const database = await openDatabase({ url: test.url, log: silentLog, poolSize: 6 });
  const work = await startWork({ database, handlers: [handler], log: silentLog, pace });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= work.stop().then(() => database.close());
    return stopped;
  };
  running.push(stop);
  return { ...work, database, stop };
}

/** A handler that is stuck in a request until it is let go. */
function stuck() {
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const own = otherSide();
  return {
    ...own,
    letGo,
    reached,
    handler: {
      ...own.handler,
      async send(deliveries: Parameters<OtherSide['handler']['send']>[0]) {
        reach();
        await gate;
        return own.handler.send(deliveries);
      },
    },
  };
}

const ended = async (work: Work, id: string) => {
  const delivery = await work.waitFor(id, 30_000);
  if (delivery?.endedAt == null) throw new Error(`delivery ${id} has not ended: ${delivery?.state}`);
  return delivery;
};

describe('a hub at work', () => {
  it('sends what is posted, and what fails at first, without being asked', async () => {
    const work = await startReplica();
    let refusals = 3;
    side.answers(() =>
      refusals-- > 0
        ? { state: 'failed', error: new TielineError('remote-failed', 'busy') }
        : { state: 'delivered', answer: {} },
    );
    const { id } = await work.post(newDelivery());
    expect(await ended(work, id)).toMatchObject({ state: 'delivered', attempts: 4 });
  });

  it('sends what a transaction of somebody else accepted', async () => {
    const work = await startReplica();
    const [accepted] = await work.database.transaction('test', (trx) => work.accept(trx, [newDelivery()]));
    expect(await ended(work, accepted?.id ?? '')).toMatchObject({ state: 'delivered' });
  });

  it('lists what it has, newest first, page by page, and narrowed', async () => {
    const work = await startReplica();
    const ids: string[] = [];
    for (const [index, topic] of ['build', 'build', 'deployment'].entries()) {
      const { id } = await work.post(newDelivery({ topic, stream: topic, issueKeys: [`MYT-${index}`] }));
      ids.unshift(id);
    }
    const listed = async (filter: object) => (await work.list({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await listed({})).toEqual(ids);
    expect(await listed({ limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await listed({ limit: 2, before: ids[1] })).toEqual(ids.slice(2));
    expect(await listed({ topic: 'deployment' })).toEqual(ids.slice(0, 1));
    expect(await listed({ issueKey: 'MYT-1' })).toEqual(ids.slice(1, 2));
    expect(await listed({ connectionIds: [] })).toEqual([]);
  });
});

describe('who waits for a delivery', () => {
  it('hears of its end, also when another replica brought it about', async () => {
    const slow = stuck();
    const sender = await startReplica(slow.handler);
    const { id } = await sender.post(newDelivery());
    await slow.reached;
    const other = await startReplica();
    const waits = [sender, other].map((work) => work.waitFor(id, 60_000));
    slow.letGo();
    expect(await Promise.all(waits)).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
  });

  it('gets it as it stands when the time is over, or when it goes away', async () => {
    const slow = stuck();
    const work = await startReplica(slow.handler);
    const { id } = await work.post(newDelivery());
    await slow.reached;
    expect(await work.waitFor(id, 1)).toMatchObject({ state: 'sending' });
    expect(await work.waitFor(id, 0)).toMatchObject({ state: 'sending' });
    const leaving = new AbortController();
    const wait = work.waitFor(id, 60_000, leaving.signal);
    leaving.abort();
    expect(await wait).toMatchObject({ state: 'sending' });
    expect(await work.waitFor(id, 60_000, leaving.signal)).toMatchObject({ state: 'sending' });
    slow.letGo();
  });

  it('does not wait for one that is unknown or has ended', async () => {
    const work = await startReplica();
    expect(await work.waitFor(crypto.randomUUID(), 60_000)).toBeUndefined();
    const { id } = await work.post(newDelivery());
    await ended(work, id);
    expect(await work.waitFor(id, 60_000)).toMatchObject({ state: 'delivered' });
  });
});

describe('two replicas on one database', () => {
  it('send each delivery once', async () => {
    const one = await startReplica();
    const two = await startReplica();
    const posts = Array.from({ length: 300 }, (_, n) =>
      (n % 2 ? one : two).post(newDelivery({ stream: `stream-${n % 3}` })),
    );
    for (const { id } of await Promise.all(posts)) await ended(one, id);
    const sent = side.batches.flat().map(({ id }) => id);
    expect(sent).toHaveLength(300);
    expect(new Set(sent).size).toBe(300);
  });

  it('leave to the other what they were stopped before', async () => {
    const slow = stuck();
    const one = await startReplica(slow.handler);
    const first = await one.post(newDelivery());
    await slow.reached;
    const rest = await Promise.all([1, 2, 3].map(() => one.post(newDelivery())));
    const stopping = one.stop();
    const two = await startReplica();
    slow.letGo();
    await stopping;
    expect(await ended(two, first.id)).toMatchObject({ state: 'delivered', attempts: 1 });
    for (const { id } of rest)
      expect(await ended(two, id)).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(slow.batches.flat()).toHaveLength(1);
    expect(side.batches.flat()).toHaveLength(3);
  });
});

it('what a hub left queued when it was stopped is sent by the next one', async () => {
  const slow = stuck();
  const one = await startReplica(slow.handler);
  await one.post(newDelivery());
  await slow.reached;
  const { id } = await one.post(newDelivery());
  const stopping = one.stop();
  slow.letGo();
  await stopping;
  expect(side.batches).toEqual([]);
  expect(await ended(await startReplica(), id)).toMatchObject({ state: 'delivered' });
});

describe('what nobody would come for', () => {
  const lose = async (change: string) => {
    await test.database.transaction('test', (trx) => acceptDeliveries(trx, [newDelivery()], new Date()));
    await test.database.pool.query(change);
    const { rows } = await test.database.pool.query<{ id: string }>('select id from deliveries');
    return rows[0]?.id ?? '';
  };

  it.each([
    ['has no job', 'delete from graphile_worker._private_jobs'],
    [
      'has a job that has failed for good',
      'update graphile_worker._private_jobs set attempts = max_attempts',
    ],
    [
      'was being sent by a replica that is no more',
      `with job as (delete from graphile_worker._private_jobs)
       update deliveries set state = 'sending', replica_id = gen_random_uuid()`,
    ],
  ])('since it %s is sent by the next hub that starts', async (_name, change) => {
    const id = await lose(change);
    expect(await ended(await startReplica(), id)).toMatchObject({ state: 'delivered' });
  });
});

it('what a dead replica was sending is sent by the others', async () => {
  const name = 'doomed';
  const database = await openDatabase({ url: `${test.url}&application_name=${name}`, log: silentLog });
  const slow = stuck();
  const work = await startWork({ database, handlers: [slow.handler], log: silentLog, pace });
  running.push(async () => {
    slow.letGo();
    await Promise.allSettled([work.stop()]);
    await database.close();
  });
  const { id } = await work.post(newDelivery());
  await slow.reached;
  expect(await work.find(id)).toMatchObject({ state: 'sending' });
  // As the end of its process would end all of its connections.
  const { rows } = await test.database.pool.query<{ pid: number }>(
    'select pid, pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
    [name],
  );
  expect(rows.length).toBeGreaterThan(1);
  const pids = rows.map(({ pid }) => pid);
  for (let left = pids.length; left > 0; ) {
    const alive = await test.database.pool.query('select from pg_stat_activity where pid = any($1)', [pids]);
    left = alive.rowCount ?? 0;
  }
  const other = await startReplica();
  expect(await ended(other, id)).toMatchObject({ state: 'delivered', attempts: 2 });
  expect(side.batches.flat().map((delivery) => delivery.id)).toEqual([id]);
});
