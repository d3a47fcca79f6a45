import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { prepared, preparing } from './prepared.ts';
import type { Schema } from './schema.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
});
afterAll(() => test.close());

/** The statements that the connection of a transaction has prepared, and how often each was planned for its values. */
const preparedIn = async (trx: Kysely<Schema>) =>
  (
    await sql<{ statement: string; plans: number }>`
      select statement, (generic_plans + custom_plans)::int as plans from pg_prepared_statements`.execute(trx)
  ).rows;

it('prepares a marked statement once for a connection, and no other', async () => {
  await test.database.transaction('twice', async (trx) => {
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { rows } = await sql<{ twice: number }>`${prepared} select ${number}::int * 2 as twice`.execute(
        trx,
      );
      expect(rows).toEqual([{ twice: 2 * number }]);
    }
    await sql`select ${1}::int`.execute(trx);
    expect(await preparedIn(trx)).toEqual([
      { statement: '/* prepared */ select $1::int * 2 as twice', plans: 8 },
    ]);
  });
});

it('tells what is wrong with a marked statement as with any other, and goes on', async () => {
  const half = (divisor: number) =>
    test.database.statement('half', sql<{ half: number }>`${prepared} select 4 / ${divisor}::int as half`);
  await expect(half(0)).rejects.toThrow('division by zero');
  expect(await half(2)).toEqual([{ half: 2 }]);
});

it('makes plans anew when they are old, so that a table that has grown is not read as a small one', async () => {
  let nowMs = 0;
  const kysely = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: preparing(test.database.pool, () => nowMs) }),
  });
  await sql`create table grown (id int primary key, body text)`.execute(kysely);
  await sql`insert into grown values (1, 'a')`.execute(kysely);
  await sql`analyze grown`.execute(kysely);
  const isIndexUsed = async () => {
    const explain = sql<{ 'QUERY PLAN': string }>`explain execute of_grown(1)`;
    const { rows } = await explain.execute(kysely);
    return rows.some((row) => row['QUERY PLAN'].includes('Index'));
  };
  // One connection, so that each statement meets the plans of the one before.
  await kysely.connection().execute(async (connection) => {
    await sql`set plan_cache_mode = force_generic_plan`.execute(connection);
    await sql`prepare of_grown(int) as select * from grown where id = $1`.execute(connection);
  });
  expect(await isIndexUsed()).toBe(false);
  await sql`alter table grown set (autovacuum_enabled = off)`.execute(kysely);
  await isIndexUsed();
  await sql`insert into grown select id, repeat('x', 500) from generate_series(2, 5000) as id`.execute(
    kysely,
  );
  expect(await isIndexUsed()).toBe(false);
  nowMs += 10_000;
  expect(await isIndexUsed()).toBe(true);
});

it('gives back a connection that turns out to be lost when its plans are dropped', async () => {
  let nowMs = 0;
  const pool = new pg.Pool({ connectionString: test.url, max: 1 });
  // The connection that was thrown away ends by itself, at the latest when its database goes.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const kysely = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: preparing(pool, () => nowMs) }),
  });
  const ask = () => sql<{ one: number }>`select 1 as one`.execute(kysely);
  await ask();
  nowMs += 10_000;
  pool.once('acquire', (client) => {
    vi.spyOn(client, 'query').mockImplementationOnce(() => Promise.reject(new Error('the line is lost')));
  });
  await expect(ask()).rejects.toThrow('the line is lost');
  expect(pool.totalCount).toBe(0);
  expect((await ask()).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
