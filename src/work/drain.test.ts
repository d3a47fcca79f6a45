import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { connectionId, type Ledger, newDelivery, startLedger, stream } from './fixtures/ledger.ts';
import { findBodies, listDeliveries } from './ledger.ts';

let ledger: Ledger;
beforeEach(async () => {
  ledger = await startLedger();
});
afterEach(() => ledger.close());

const minute = 60_000;
const unreachable = new TielineError('network-failed', 'nobody answers', { hint: 'Plug it in.' });
const several = (count: number) => Array.from({ length: count }, () => newDelivery());
const states = async () =>
  (await listDeliveries(ledger.database, { limit: 1_000 })).map(({ state }) => state);

describe('a stream that is drained', () => {
  it('goes out oldest first, in as few batches as the other side takes', async () => {
    const accepted = await ledger.accept(several(250));
    await ledger.drain();
    expect(ledger.side.batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(ledger.side.batches.flat().map(({ id }) => id)).toEqual(accepted.map(({ id }) => id));
    expect(new Set(await states())).toEqual(new Set(['delivered']));
  });

  it('hands over no more than the topic takes at once, whatever other topics take', async () => {
    ledger.context.handlers.set('other', {
      topic: 'other',
      limit: 400,
      send: () => Promise.reject(new Error('not asked')),
    });
    await ledger.accept(several(150));
    await ledger.drain();
    expect(ledger.side.batches.map((batch) => batch.length)).toEqual([100, 50]);
  });

  it('hands over large bodies in small batches, each at least once', async () => {
    const large = JSON.stringify('x'.repeat(5 * 1024 * 1024));
    const huge = JSON.stringify('x'.repeat(9 * 1024 * 1024));
    await ledger.accept([large, large, large, huge, '1', '2'].map((body) => newDelivery({ body })));
    await ledger.drain();
    expect(ledger.side.batches.map((batch) => batch.length)).toEqual([2, 2, 2]);
  });

  it('keeps what the other side said of each, and the exchange', async () => {
    ledger.side.answers(() => ({ state: 'partial', answer: { issues: ['MYT-1'] } }));
    const { id } = await ledger.acceptOne({ body: '{"a":1}' });
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({
      state: 'partial',
      answer: { issues: ['MYT-1'] },
      attempts: 1,
      endedAt: ledger.now(),
    });
    expect(await findBodies(ledger.database, id)).toEqual({
      payload: { a: 1 },
      requests: [{ status: 202 }],
      connectKeyIds: [null],
    });
  });

  it('leaves other streams alone', async () => {
    await ledger.acceptOne({ stream: 'other' });
    await ledger.drain();
    expect(ledger.side.batches).toEqual([]);
  });

  it.each([['\u0000'], ['\ud83d'], ['\udc00\ud800']])(
    'can keep an answer that holds %j, as a text and as a name',
    async (odd) => {
      ledger.side.answers(() => ({ state: 'delivered', answer: { [`name${odd}`]: [`text${odd}`] } }));
      const { id } = await ledger.acceptOne();
      await ledger.drain();
      expect(await ledger.get(id)).toMatchObject({ state: 'delivered', answer: expect.anything() });
    },
  );
});

describe('several waiting states of one entity', () => {
  const state = (ms: number, stream?: string) =>
    newDelivery({
      orderingKey: 'e',
      eventAt: new Date(ledger.now().getTime() + ms),
      ...(stream && { stream }),
    });

  it('end as superseded, all but the newest, which alone is sent', async () => {
    const accepted = await ledger.accept([state(0), state(1), state(2)]);
    await ledger.drain();
    const kept = await Promise.all(accepted.map(({ id }) => ledger.get(id)));
    expect(kept.map((one) => one.state)).toEqual(['superseded', 'superseded', 'delivered']);
    expect(kept[0]?.answer).toMatchObject({ supersededBy: accepted[2]?.id });
    expect(ledger.side.sequences()).toEqual([kept[2]?.sequence]);
  });

  it('also when the older one waits for its next try', async () => {
    const [older] = await ledger.accept([state(0), newDelivery()]);
    ledger.side.answers(({ id }) =>
      id === older?.id ? { state: 'failed', error: unreachable } : { state: 'delivered', answer: {} },
    );
    await ledger.drain();
    const newer = await ledger.accept([state(5)]);
    await ledger.drain();
    expect(await ledger.get(newer[0]?.id ?? '')).toMatchObject({ state: 'delivered' });
    ledger.side.heals();
    ledger.pass(minute);
    await ledger.drain();
    expect(await ledger.get(older?.id ?? '')).toMatchObject({ state: 'superseded' });
    expect(ledger.side.batches).toHaveLength(2);
  });
});

describe('what could not be sent', () => {
  it('waits, says why and until when, and goes when its time has come', async () => {
    ledger.side.fails(unreachable);
    const { id } = await ledger.acceptOne();
    await ledger.drain();
    const waiting = await ledger.get(id);
    expect(waiting).toMatchObject({
      state: 'queued',
      endedAt: null,
      waiting: { reason: 'network-failed' },
      error: { code: 'network-failed', message: 'nobody answers', hint: 'Plug it in.' },
    });
    const wait = Number(waiting.waiting?.until) - ledger.now().getTime();
    expect(wait).toBeGreaterThanOrEqual(700);
    expect(wait).toBeLessThanOrEqual(1_300);

    ledger.side.heals();
    await ledger.drain();
    expect((await ledger.get(id)).state).toBe('queued');
    ledger.pass(2_000);
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({
      state: 'delivered',
      attempts: 2,
      error: null,
      waiting: null,
    });
  });

  it('waits until the moment that the other side named, not shorter', async () => {
    const after = new Date(ledger.now().getTime() + 10 * minute);
    ledger.side.fails(new TielineError('rate-limited', 'slowly', { retry: { after } }));
    const { id } = await ledger.acceptOne();
    await ledger.drain();
    const until = Number((await ledger.get(id)).waiting?.until);
    expect(until).toBeGreaterThanOrEqual(after.getTime());
    expect(until).toBeLessThanOrEqual(after.getTime() + 1_000);
  });

  it('is dead at once when trying again cannot help, and its neighbours are not held up', async () => {
    const [bad, good] = await ledger.accept(several(2));
    ledger.side.answers(({ id }) =>
      id === bad?.id
        ? { state: 'failed', error: new TielineError('remote-forbidden', 'no') }
        : { state: 'delivered', answer: {} },
    );
    await ledger.drain();
    expect(await ledger.get(bad?.id ?? '')).toMatchObject({
      state: 'dead',
      error: { code: 'remote-forbidden' },
    });
    expect(await ledger.get(good?.id ?? '')).toMatchObject({ state: 'delivered' });
  });

  it('is dead after a day of tries, visible and with the last error', async () => {
    ledger.side.fails(unreachable);
    const { id } = await ledger.acceptOne();
    const tenMinutesAndJitter = 13 * minute;
    for (let tries = 0; (await ledger.get(id)).state === 'queued'; tries += 1) {
      expect(tries).toBeLessThan(300);
      await ledger.drain();
      ledger.pass(tenMinutesAndJitter);
    }
    const dead = await ledger.get(id);
    expect(dead).toMatchObject({ state: 'dead', error: { code: 'network-failed' } });
    const lived = Number(dead.endedAt) - Number(dead.receivedAt);
    expect(lived).toBeGreaterThan(23.5 * 60 * minute);
    expect(lived).toBeLessThanOrEqual(24 * 60 * minute + tenMinutesAndJitter);
  });

  it('alone waits alone: what comes after it goes at once', async () => {
    const [bad] = await ledger.accept(several(2));
    ledger.side.answers(({ id }) =>
      id === bad?.id ? { state: 'failed', error: unreachable } : { state: 'delivered', answer: {} },
    );
    await ledger.drain();
    const next = await ledger.acceptOne();
    const { rows } = await ledger.database.pool.query<{ due: boolean }>(
      'select run_at <= now() as due from graphile_worker.jobs where key = $1',
      [stream],
    );
    expect(rows).toEqual([{ due: true }]);
    await ledger.drain();
    expect((await ledger.get(next.id)).state).toBe('delivered');
  });

  it('together makes the whole stream wait, and then goes together, with what came meanwhile', async () => {
    ledger.side.fails(unreachable);
    await ledger.accept(several(30));
    await ledger.drain();
    expect(ledger.side.batches.map((batch) => batch.length)).toEqual([30]);
    const meanwhile = await ledger.acceptOne();
    await ledger.drain();
    expect(ledger.side.batches).toHaveLength(1);
    expect(await ledger.get(meanwhile.id)).toMatchObject({ waiting: { reason: 'network-failed' } });
    ledger.side.heals();
    ledger.pass(1_300);
    await ledger.drain();
    expect(ledger.side.batches.map((batch) => batch.length)).toEqual([30, 31]);
    expect(new Set(await states())).toEqual(new Set(['delivered']));
  });

  it('for a while leaves its job for the end of the while, whatever comes in between', async () => {
    const after = new Date(Date.now() + 60 * minute);
    ledger.side.fails(new TielineError('rate-limited', 'slowly', { retry: { after } }));
    await ledger.acceptOne();
    await ledger.drain();
    await ledger.acceptOne();
    const { rows } = await ledger.database.pool.query<{ run_at: Date }>(
      'select run_at from graphile_worker.jobs where key = $1',
      [stream],
    );
    expect(rows).toHaveLength(1);
    expect(Number(rows[0]?.run_at)).toBeGreaterThanOrEqual(after.getTime());
  });

  it('because nobody here knows its topic waits too: a newer hub may', async () => {
    const { id } = await ledger.acceptOne({ topic: 'unknown' });
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({ state: 'queued', error: { code: 'internal-error' } });
  });

  it('because a handler threw, or forgot a delivery, waits', async () => {
    const { id } = await ledger.acceptOne();
    const forgetful = { topic: 'build', limit: 9, send: async () => ({ outcomes: [], requests: [] }) };
    ledger.context.handlers.set('build', forgetful);
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({ state: 'queued', error: { code: 'internal-error' } });
  });
});

describe('a try whose end could not be stored', () => {
  it('is made again by the next drain, whoever drains', async () => {
    const { id } = await ledger.acceptOne();
    const { database } = ledger.context;
    ledger.context.database = {
      ...database,
      statement: (name, statement) =>
        name === 'settle'
          ? Promise.reject(new Error('the disk is full'))
          : database.statement(name, statement),
    };
    await expect(ledger.drain()).rejects.toThrow('the disk is full');
    expect(await ledger.get(id)).toMatchObject({ state: 'sending' });
    ledger.context.database = database;
    ledger.context.replicaId = connectionId;
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({ state: 'delivered', attempts: 2 });
    expect(ledger.side.batches.flat().map(({ sequence }) => sequence)).toHaveLength(2);
    expect(new Set(ledger.side.sequences()).size).toBe(1);
  });
});
