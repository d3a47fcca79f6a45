import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptDeliveries } from './accept.ts';
import { type Ledger, newDelivery, startLedger, stream } from './fixtures/ledger.ts';
import { findBodies } from './ledger.ts';

let ledger: Ledger;
beforeEach(async () => {
  ledger = await startLedger();
});
afterEach(() => ledger.close());

const noon = new Date('2026-11-20T12:00:00Z');
const later = (ms: number) => new Date(noon.getTime() + ms);
const dedupe = { namespace: 'test', key: 'the-same' };
const same = { dedupe, body: '{"the":"same"}' };

describe('a report that comes twice', () => {
  it('is one delivery, and the second post is told so', async () => {
    const first = await ledger.acceptOne(same);
    const second = await ledger.acceptOne(same);
    expect(second).toEqual({ id: first.id, state: 'queued', duplicate: true, differs: false });
    await ledger.drain();
    expect(await ledger.acceptOne(same)).toEqual({
      id: first.id,
      state: 'delivered',
      duplicate: true,
      differs: false,
    });
    expect(ledger.side.batches.flat()).toHaveLength(1);
  });

  it('at the same moment is one delivery too', async () => {
    const [one, other] = await ledger.accept([newDelivery(same), newDelivery(same)]);
    expect(one).toMatchObject({ duplicate: false });
    expect(other).toEqual({ ...one, duplicate: true, differs: false });
    const both = await Promise.all([1, 2, 3].map(() => ledger.acceptOne(same)));
    expect(new Set(both.map(({ id }) => id))).toEqual(new Set([one?.id]));
    expect(await ledger.count('deliveries')).toBe(1);
  });

  it('is told so when it says something else, which is not stored', async () => {
    const first = await ledger.acceptOne(same);
    const other = await ledger.acceptOne({ dedupe, body: '{"something":"else"}' });
    expect(other).toMatchObject({ id: first.id, duplicate: true, differs: true });
    expect(await ledger.count('deliveries')).toBe(1);
  });

  it('is two in two namespaces', async () => {
    await ledger.acceptOne({ dedupe });
    const other = await ledger.acceptOne({ dedupe: { ...dedupe, namespace: 'other' } });
    expect(other.duplicate).toBe(false);
  });
});

describe('states of one entity are ordered', () => {
  it.each([
    ['a newer one follows', 1, 'b', 'queued', later(1).getTime()],
    ['of the same time with other content, it gets the next number', 0, 'b', 'queued', noon.getTime() + 1],
    ['of the same time with the same content, it is nothing new', 0, 'a', 'superseded', null],
    ['an older one is kept, and not sent', -1, 'b', 'superseded', null],
  ])('%s', async (_name, ms, content, state, sequence) => {
    const first = await ledger.acceptOne({ orderingKey: 'e', eventAt: noon, body: '"a"' });
    expect((await ledger.get(first.id)).sequence).toBe(noon.getTime());
    const second = await ledger.acceptOne({ orderingKey: 'e', eventAt: later(ms), body: `"${content}"` });
    expect(await ledger.get(second.id)).toMatchObject({ state, sequence });
  });

  it('also when a number was given away before its time', async () => {
    for (const body of ['"a"', '"b"', '"c"']) {
      await ledger.acceptOne({ orderingKey: 'e', eventAt: noon, body });
    }
    const next = await ledger.acceptOne({ orderingKey: 'e', eventAt: later(1), body: '"d"' });
    expect((await ledger.get(next.id)).sequence).toBe(noon.getTime() + 3);
  });

  it('by whoever posts them in order, whatever moments they bear', async () => {
    const states = [5, 2, 2, 9].map((ms, index) =>
      newDelivery({ orderingKey: 'e', eventAt: later(ms), inOrder: true, body: `"${index}"` }),
    );
    const accepted = [
      ...(await ledger.accept(states.slice(0, 2))),
      ...(await ledger.accept(states.slice(2))),
    ];
    const kept = await Promise.all(accepted.map(({ id }) => ledger.get(id)));
    expect(kept.map(({ state, sequence }) => [state, sequence && sequence - noon.getTime()])).toEqual([
      ['queued', 5],
      ['queued', 6],
      ['queued', 7],
      ['queued', 9],
    ]);
  });

  it('also within one moment, in the order given', async () => {
    const states = [later(0), later(5), later(3), later(5)].map((eventAt, index) =>
      newDelivery({ orderingKey: 'e', eventAt, body: `"${index}"` }),
    );
    const accepted = await ledger.accept(states);
    const kept = await Promise.all(accepted.map(({ id }) => ledger.get(id)));
    expect(kept.map(({ state, sequence }) => [state, sequence && sequence - noon.getTime()])).toEqual([
      ['queued', 0],
      ['queued', 5],
      ['superseded', null],
      ['queued', 6],
    ]);
  });

  it('apart for each entity, topic and connection', async () => {
    const other = '0190b7a6-0000-7000-8000-000000000002';
    const accepted = await ledger.accept([
      newDelivery({ orderingKey: 'e', eventAt: noon }),
      newDelivery({ orderingKey: 'f', eventAt: later(-5) }),
      newDelivery({ orderingKey: 'e', eventAt: later(-5), topic: 'deployment' }),
      newDelivery({ orderingKey: 'e', eventAt: later(-5), connectionId: other }),
    ]);
    expect(accepted.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'queued']);
  });

  it('and a clock that runs ahead counts for five minutes at most', async () => {
    const fiveMinutes = 5 * 60_000;
    const ahead = await ledger.acceptOne({
      orderingKey: 'e',
      eventAt: new Date(ledger.now().getTime() + 86_400_000),
    });
    expect((await ledger.get(ahead.id)).sequence).toBe(ledger.now().getTime() + fiveMinutes);
    ledger.pass(fiveMinutes + 1);
    const right = await ledger.acceptOne({ orderingKey: 'e', eventAt: ledger.now() });
    expect(await ledger.get(right.id)).toMatchObject({ state: 'queued', sequence: ledger.now().getTime() });
  });
});

describe('what is stored', () => {
  it('is stored with the transaction of the caller', async () => {
    const accepted = await ledger.database.transaction('test', (trx) =>
      acceptDeliveries(trx, [newDelivery({ body: '{"a":1}' })], ledger.now()),
    );
    expect(await findBodies(ledger.database, accepted[0]?.id ?? '')).toMatchObject({ payload: { a: 1 } });
    const jobs = await ledger.database.pool.query('select key from graphile_worker.jobs');
    expect(jobs.rows).toEqual([{ key: stream }]);
  });

  it('or not at all: no delivery, no body, no number, no key, no job', async () => {
    const failed = ledger.database.transaction('test', async (trx) => {
      await acceptDeliveries(trx, [newDelivery()], ledger.now());
      throw new Error('the caller changed its mind');
    });
    await expect(failed).rejects.toThrow('changed its mind');
    for (const table of [
      'deliveries',
      'delivery_bodies',
      'entity_sequences',
      'dedupe_keys',
      'graphile_worker.jobs',
    ]) {
      expect([table, await ledger.count(table)]).toEqual([table, 0]);
    }
  });

  it('and has nothing to send is skipped with its reason, takes no number and asks for no job', async () => {
    const skipped = await ledger.acceptOne({
      orderingKey: 'e',
      eventAt: later(5),
      skip: 'no key is allowed',
    });
    expect(await ledger.get(skipped.id)).toMatchObject({
      state: 'skipped',
      sequence: null,
      answer: { reason: 'no key is allowed' },
    });
    expect(await ledger.count('graphile_worker.jobs')).toBe(0);
    expect((await ledger.acceptOne({ orderingKey: 'e', eventAt: noon })).state).toBe('queued');
  });
});

it('a delivery is never left without a job, even when a worker takes the pending one at that very moment', async () => {
  const { pool } = ledger.database;
  await ledger.acceptOne();
  const worker = await pool.connect();
  try {
    // What a worker does when it takes a job, held just before its commit.
    await worker.query('begin');
    await worker.query("update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker'");
    const accepting = ledger.acceptOne();
    const blocked = "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%add_job%'";
    for (let waiting = 0; waiting === 0; ) waiting = (await pool.query(blocked)).rowCount ?? 0;
    await worker.query('commit');
    await accepting;
  } finally {
    worker.release(true);
  }
  const free = await pool.query('select from graphile_worker.jobs where locked_at is null');
  expect(free.rowCount).toBe(1);
});
