import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ledger, startLedger } from './fixtures/ledger.ts';
import { findBodies } from './ledger.ts';
import { keepRetention } from './retention.ts';

let ledger: Ledger;
beforeEach(async () => {
  ledger = await startLedger();
});
afterEach(() => ledger.close());

const dayMs = 86_400_000;
const keepAfter = async (days: number) => {
  ledger.pass(days * dayMs);
  await keepRetention(ledger.database, ledger.now());
};
const partitions = async (table = 'delivery_bodies'): Promise<string[]> => {
  const { rows } = await ledger.database.pool.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
    [table],
  );
  return rows.map(({ name }) => name.replace(`${table}_`, ''));
};
const day = (ahead: number) =>
  new Date(ledger.now().getTime() + ahead * dayMs).toISOString().slice(0, 10).replaceAll('-', '_');

describe('the table of each day', () => {
  it.each(['delivery_bodies', 'exchanges'])('of %s is there before its day', async (table) => {
    expect(await partitions(table)).toEqual([day(0), day(1), day(2), day(3), 'rest']);
  });

  it('is made once, also by two replicas at the same moment', async () => {
    ledger.pass(dayMs);
    await Promise.all([1, 2, 3].map(() => keepRetention(ledger.database, ledger.now())));
    expect(await partitions()).toContain(day(3));
  });

  it('takes over what the catch-all held of that day, after a hub was off for long', async () => {
    ledger.pass(10 * dayMs);
    const { id } = await ledger.acceptOne({ body: '{"kept":true}' });
    expect(await ledger.count('delivery_bodies_rest')).toBe(1);
    await keepAfter(0);
    expect(await ledger.count('delivery_bodies_rest')).toBe(0);
    expect(await findBodies(ledger.database, id)).toMatchObject({ payload: { kept: true } });
  });

  it('is dropped after 30 days, and only then', async () => {
    const { id } = await ledger.acceptOne({ body: '{"kept":true}' });
    await ledger.drain();
    await keepAfter(30);
    expect(await findBodies(ledger.database, id)).toEqual({
      payload: { kept: true },
      requests: [{ status: 202 }],
      connectKeyIds: [null],
    });
    await keepAfter(1);
    expect(await findBodies(ledger.database, id)).toEqual({
      payload: null,
      requests: null,
      connectKeyIds: null,
    });
    expect((await ledger.get(id)).state).toBe('delivered');
  });

  it('of the catch-all goes as well', async () => {
    ledger.pass(10 * dayMs);
    await ledger.acceptOne();
    ledger.pass(31 * dayMs);
    await keepAfter(0);
    expect(await ledger.count('delivery_bodies')).toBe(0);
  });
});

describe('what is kept in rows', () => {
  it.each([
    ['deliveries', 180, 'received_at'],
    ['entity_sequences', 180, 'event_at'],
    ['dedupe_keys', 7, 'created_at'],
    ['idempotent_answers', 1, 'created_at'],
  ])('of %s stays for %d days', async (table, days, column) => {
    const { pool } = ledger.database;
    await ledger.acceptOne({ eventAt: ledger.now() });
    await pool.query(
      `insert into idempotent_answers (token_id, key, request_hash) values (gen_random_uuid(), 'k', '')`,
    );
    await pool.query(`update ${table} set ${column} = $1`, [ledger.now()]);
    await keepAfter(days);
    expect(await ledger.count(table)).toBe(1);
    ledger.pass(1);
    await keepAfter(0);
    expect(await ledger.count(table)).toBe(0);
  });
});

it('empties runs that have ended after 30 days, and removes them after 180', async () => {
  const { pool } = ledger.database;
  const at = ledger.now();
  for (const endedAt of [at, null]) {
    const { rows } = await pool.query(
      `insert into runs (id, scope, kind, name, state, plan, context, created_by, created_at, ended_at)
      values (gen_random_uuid(), 'account', 'step', 'x', $2, '{}', '{}', '{}', $1, $3) returning id`,
      [at, endedAt === null ? 'waiting' : 'succeeded', endedAt],
    );
    await pool.query(
      `insert into run_steps (id, run_id, position, reference, stage, identifier, name, type, state, input)
      values (gen_random_uuid(), $1, 0, 'x', 'x', 'x', 'x', 'JiraCreate', 'succeeded', '{}')`,
      [rows[0].id],
    );
    await pool.query('insert into run_lines (run_id, number, at, line) values ($1, 1, $2, $3)', [
      rows[0].id,
      at,
      'x',
    ]);
  }
  const kept = async () => {
    const { rows } = await pool.query(
      'select runs.state, plan, input from runs join run_steps on run_id = runs.id order by runs.state',
    );
    return rows;
  };
  await keepAfter(31);
  expect(await kept()).toEqual([
    { state: 'succeeded', plan: null, input: null },
    { state: 'waiting', plan: {}, input: {} },
  ]);
  expect(await ledger.count('run_lines')).toBe(0);
  await keepAfter(150);
  expect(await kept()).toEqual([]);
});
