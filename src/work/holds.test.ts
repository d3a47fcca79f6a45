import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { connectionId, type Ledger, newDelivery, startLedger, stream } from './fixtures/ledger.ts';
import { countHolds, listHolds, postponeCheck, releaseConnection } from './holds.ts';
import { nudgeForgottenStreams } from './nudge.ts';

let ledger: Ledger;
beforeEach(async () => {
  ledger = await startLedger();
});
afterEach(() => ledger.close());

const minute = 60_000;
const day = 24 * 60 * minute;
const refused = new TielineError('remote-unauthorized', 'Jira refused the token', {
  hint: 'Make a new one.',
  retry: 'once-repaired',
});
const release = () =>
  ledger.database.transaction('release', (trx) =>
    releaseConnection(trx, { connectionId, now: ledger.now() }),
  );
const postpone = () =>
  ledger.database.transaction('postpone', (trx) => postponeCheck(trx, { connectionId, now: ledger.now() }));
/** Minutes until the connection is checked. */
const nextCheck = async () => {
  const { rows } = await ledger.database.pool.query<{ at: Date }>(
    'select next_check_at as at from connections where id = $1',
    [connectionId],
  );
  return (Number(rows[0]?.at) - ledger.now().getTime()) / minute;
};
const relapse = async () => {
  await release();
  await ledger.drain();
};

describe('a connection whose credential is refused', () => {
  it('is held: what is queued stays so, is tried once and not again, and says why', async () => {
    ledger.side.fails(refused);
    const [first] = await ledger.accept(Array.from({ length: 150 }, () => newDelivery()));
    await ledger.drain();
    const later = await ledger.acceptOne();
    await ledger.drain();
    expect(ledger.side.batches.map(({ length }) => length)).toEqual([100]);
    expect(await ledger.get(first?.id ?? '')).toMatchObject({
      state: 'queued',
      attempts: 1,
      waiting: { reason: 'remote-unauthorized', until: null },
      error: { message: 'Jira refused the token' },
    });
    expect(await ledger.get(later.id)).toMatchObject({
      state: 'queued',
      attempts: 0,
      waiting: { reason: 'remote-unauthorized', until: null },
    });
    expect(await listHolds(ledger.database, [connectionId])).toEqual([
      {
        connectionId,
        since: ledger.now(),
        code: 'remote-unauthorized',
        message: 'Jira refused the token',
        hint: 'Make a new one.',
      },
    ]);
    expect(await countHolds(ledger.database)).toBe(1);
  });

  it('is one line in the log, also when its other streams learn of it', async () => {
    ledger.side.fails(refused);
    await ledger.accept([newDelivery(), newDelivery()]);
    await ledger.drain();
    await ledger.acceptOne({ stream: 'another' });
    await ledger.drain();
    expect(ledger.warnings).toEqual([
      { connection: connectionId, code: 'remote-unauthorized', reason: 'Jira refused the token' },
    ]);
  });

  it('leaves no job behind that would look again and again', async () => {
    ledger.side.fails(refused);
    await ledger.acceptOne();
    await ledger.drain();
    await ledger.database.pool.query('select graphile_worker.remove_job($1)', [stream]);
    await nudgeForgottenStreams(ledger.database.kysely);
    expect(await ledger.count('graphile_worker.jobs')).toBe(0);
  });

  it('goes on once it is released, oldest first, each once, and only the newest state of an entity', async () => {
    ledger.side.fails(refused);
    const accepted = await ledger.accept(Array.from({ length: 3 }, () => newDelivery()));
    await ledger.drain();
    const state = (ms: number) =>
      newDelivery({ orderingKey: 'e', eventAt: new Date(ledger.now().getTime() + ms) });
    const [older] = await ledger.accept([state(0)]);
    const [newer] = await ledger.accept([state(1)]);
    ledger.side.heals();
    ledger.side.batches.length = 0;
    expect(await release()).toMatchObject({ connectionId, code: 'remote-unauthorized' });
    expect(await ledger.count('graphile_worker.jobs')).toBe(1);
    await ledger.drain();
    expect(ledger.side.batches.flat().map(({ id }) => id)).toEqual(
      [...accepted, newer].map((one) => one?.id),
    );
    expect(await ledger.get(older?.id ?? '')).toMatchObject({ state: 'superseded' });
    expect(await countHolds(ledger.database)).toBe(0);
    expect(await release()).toBeUndefined();
  });

  it('has its deliveries a day again after days of waiting', async () => {
    ledger.side.fails(refused);
    const { id } = await ledger.acceptOne();
    await ledger.drain();
    ledger.pass(3 * day);
    await release();
    ledger.side.fails(new TielineError('network-failed', 'nobody answers'));
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({ state: 'queued', attempts: 2 });
    ledger.pass(day + minute);
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({ state: 'dead' });
  });

  it('that is deleted holds nothing: nobody will repair it', async () => {
    ledger.side.fails(refused);
    const { id } = await ledger.acceptOne();
    await ledger.database.pool.query('delete from connections where id = $1', [connectionId]);
    await ledger.drain();
    expect(await ledger.get(id)).toMatchObject({ state: 'dead', error: { code: 'remote-unauthorized' } });
  });

  it('ends what waited for longer than payloads are kept, and sends the rest', async () => {
    ledger.side.fails(refused);
    const old = await ledger.acceptOne();
    await ledger.drain();
    await ledger.database.pool.query('delete from delivery_bodies');
    const young = await ledger.acceptOne();
    ledger.side.heals();
    await relapse();
    expect(await ledger.get(old.id)).toMatchObject({ state: 'dead', error: { code: 'delivery-expired' } });
    expect(await ledger.get(young.id)).toMatchObject({ state: 'delivered' });
  });
});

describe('the next check of a held connection', () => {
  beforeEach(async () => {
    ledger.side.fails(refused);
    await ledger.acceptOne();
    await ledger.drain();
  });

  it('is at once, then after a minute, twice that, at most a quarter of an hour', async () => {
    const waits = [await nextCheck()];
    for (let check = 0; check < 7; check += 1) {
      await postpone();
      waits.push(await nextCheck());
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 15, 15, 15]);
  });

  it('comes ever later where the test passes and the deliveries are refused all the same', async () => {
    await relapse();
    expect(await nextCheck()).toBe(1);
    await relapse();
    expect(await nextCheck()).toBe(2);
    await release();
    ledger.pass(61 * minute);
    await ledger.drain();
    expect(await nextCheck()).toBe(0);
  });

  it('is not of a connection that is not held', async () => {
    await release();
    await postpone();
    expect(await nextCheck()).toBe(0);
  });
});
