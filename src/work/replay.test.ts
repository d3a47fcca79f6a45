import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { type Ledger, newDelivery, startLedger } from './fixtures/ledger.ts';
import { replayDeliveries } from './ledger.ts';

let ledger: Ledger;
beforeEach(async () => {
  ledger = await startLedger();
});
afterEach(() => ledger.close());

const replay = (...ids: string[]) =>
  ledger.database.transaction('replay', (trx) => replayDeliveries(trx, ids, ledger.now()));
const state = (ms: number) =>
  newDelivery({ orderingKey: 'e', eventAt: new Date(ledger.now().getTime() + ms), body: `{"at":${ms}}` });
const sent = async (ms = 0) => {
  const [one] = await ledger.accept([state(ms)]);
  await ledger.drain();
  return one?.id ?? '';
};

describe('a replay', () => {
  it('is a new delivery that names the old one, with its payload and the next sequence number', async () => {
    const old = await sent();
    const [made] = await replay(old);
    expect(made).toMatchObject({ replayOf: old, state: 'queued' });
    await ledger.drain();
    const [first, second] = ledger.side.batches.flat();
    expect(second).toMatchObject({ id: made?.id, body: first?.body, sequence: Number(first?.sequence) + 1 });
    expect(await ledger.get(made?.id ?? '')).toMatchObject({ state: 'delivered', replayOf: old });
    expect((await ledger.get(old)).state).toBe('delivered');
  });

  it.each(['partial', 'rejected', 'dead'] as const)('of a delivery that ended as %s is sent', async (end) => {
    ledger.side.answers(() =>
      end === 'dead'
        ? { state: 'failed', error: new TielineError('remote-forbidden', 'no') }
        : { state: end, answer: {} },
    );
    const old = await sent();
    expect((await ledger.get(old)).state).toBe(end);
    expect(await replay(old)).toMatchObject([{ state: 'queued' }]);
  });

  it('of a replay, and of the first one again, is sent each time', async () => {
    const old = await sent();
    let last = old;
    for (const next of ['last', 'last', 'old', 'old'] as const) {
      const [made] = await replay(next === 'old' ? old : last);
      expect(made?.state).toBe('queued');
      last = made?.id ?? '';
      await ledger.drain();
    }
    const sequences = ledger.side.sequences();
    expect(sequences).toEqual(sequences.toSorted());
    expect(new Set(sequences).size).toBe(5);
  });

  it('of an older state is superseded and not sent', async () => {
    const old = await sent(0);
    await sent(1);
    expect(await replay(old)).toMatchObject([{ state: 'superseded' }]);
    await ledger.drain();
    expect(ledger.side.batches).toHaveLength(2);
  });

  it('is no obstacle to a newer state', async () => {
    await replay(await sent(0));
    const newer = await sent(1);
    expect((await ledger.get(newer)).state).toBe('delivered');
    expect(Math.max(...ledger.side.sequences())).toBe((await ledger.get(newer)).sequence);
  });

  it('of one that was skipped is skipped again, for the same reason', async () => {
    const { id } = await ledger.acceptOne({ skip: 'no key is allowed' });
    const [made] = await replay(id);
    expect(await ledger.get(made?.id ?? '')).toMatchObject({
      state: 'skipped',
      answer: { reason: 'no key is allowed' },
    });
  });

  it('of many makes one each, also when one is named twice', async () => {
    const accepted = await ledger.accept([newDelivery(), newDelivery(), newDelivery()]);
    await ledger.drain();
    const ids = accepted.map(({ id }) => id);
    const made = await replay(...ids, ids[0] ?? '');
    expect(made.map(({ replayOf }) => replayOf).toSorted()).toEqual(ids.toSorted());
    await ledger.drain();
    expect(ledger.side.batches.map((batch) => batch.length)).toEqual([3, 3]);
  });
});

describe('one that cannot be replayed', () => {
  it.each<[string, string, () => Promise<string>]>([
    ['is unknown', 'resource-not-found', async () => uuid()],
    ['has not ended', 'replay-not-possible', async () => (await ledger.acceptOne()).id],
    [
      'has lost its body',
      'replay-not-possible',
      async () => {
        const { id } = await ledger.acceptOne();
        await ledger.drain();
        await ledger.database.pool.query('delete from delivery_bodies where delivery_id = $1', [id]);
        return id;
      },
    ],
  ])('because it %s keeps all the others from being replayed', async (_name, code, make) => {
    const good = await sent();
    const bad = await make();
    const before = await ledger.count('deliveries');
    await expect(replay(good, bad)).rejects.toMatchObject({ code, message: expect.stringContaining(bad) });
    expect(await ledger.count('deliveries')).toBe(before);
  });
});
