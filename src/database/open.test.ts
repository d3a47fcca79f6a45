import { once } from 'node:events';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog, startTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { openDatabase } from './open.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
});
afterAll(() => test.close());

it('reads columns as the types that the code works with', async () => {
  const answer = await test.database.pool.query(`
    select 9007199254740991::int8 as largest, count(*) as count, array[1, null, 2]::int8[] as list,
      array[]::int8[] as none, 1.10::numeric as price, date '2026-03-29' as day,
      timestamptz '2026-03-29 02:30:00+02' as moment, '{"a": 1}'::jsonb as json, '\\x00ff'::bytea as bytes`);
  expect(answer.rows).toEqual([
    {
      largest: 9007199254740991,
      count: 1,
      list: [1, null, 2],
      none: [],
      price: '1.10',
      day: '2026-03-29',
      moment: new Date('2026-03-29T00:30:00Z'),
      json: { a: 1 },
      bytes: Buffer.from([0, 255]),
    },
  ]);
});

it('refuses to round a number that is too large', async () => {
  await expect(test.database.pool.query('select 9007199254740993::int8 as n')).rejects.toMatchObject({
    code: 'internal-error',
    message: expect.stringContaining('9007199254740993'),
  });
  await expect(sql`select 1 as one`.execute(test.database.kysely)).resolves.toMatchObject({
    rows: [{ one: 1 }],
  });
});

it('is opened by its address as by its socket', async () => {
  const opened = await openDatabase({ url: test.url, log: silentLog });
  expect(opened.serverVersion).toBe(test.database.serverVersion);
  expect(opened.serverVersion).toBeGreaterThanOrEqual(150_000);
  await opened.close();
});

it('names host and port when nothing listens there, and never the password', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.close();
  await once(server, 'close');
  const opening = openDatabase({ url: `postgres://me:hunter2@127.0.0.1:${port}/x`, log: silentLog });
  const error = await opening.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'database-unreachable',
    message: `PostgreSQL at 127.0.0.1:${port} cannot be used: nothing listens there`,
    retry: 'soon',
  });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
});

it('tells a missing database and a refused user from a missing server', async () => {
  const url = new URL(test.url);
  url.pathname = '/nowhere';
  await expect(openDatabase({ url: url.href, log: silentLog })).rejects.toMatchObject({
    code: 'database-unreachable',
    message: expect.stringContaining('no such database'),
  });
  const otherUser = test.url.replace('://tieline@', '://nobody-i-know@');
  await expect(openDatabase({ url: otherUser, log: silentLog })).rejects.toMatchObject({
    code: 'database-unreachable',
    message: expect.stringContaining('refused the user'),
  });
});

it('calls what is no address a configuration error, without repeating it', async () => {
  const opening = openDatabase({ url: 'postgres://me:hunter2@host:notaport/x', log: silentLog });
  const error = await opening.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'configuration-invalid',
    message: expect.not.stringContaining('hunter2'),
  });
});

/** A database whose server says that it is of another version. */
async function pretendVersion(number: number): Promise<TestDatabase> {
  const pretending = await startTestDatabase({ empty: true });
  const { pool } = pretending.database;
  await pool.query('create schema pretence');
  await pool.query(`create function pretence.current_setting(text) returns text language sql
    return case $1 when 'server_version_num' then '${number}' else '${number / 10_000}' end`);
  await pool.query(`do $$ begin
    execute format('alter database %I set search_path = pretence, pg_catalog, public', current_database()); end $$`);
  return pretending;
}

it('refuses a PostgreSQL that is too old', async () => {
  const pretending = await pretendVersion(140_000);
  await expect(openDatabase({ url: pretending.url, log: silentLog })).rejects.toMatchObject({
    code: 'database-unsupported',
    message: expect.stringContaining('version 14'),
    hint: expect.stringContaining('15 to 18'),
  });
  await pretending.close();
});

it('only warns of one that is newer than those tried', async () => {
  const pretending = await pretendVersion(190_000);
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (_fields: object, message: string) => warnings.push(message) };
  const opened = await openDatabase({ url: pretending.url, log });
  expect(warnings).toEqual([expect.stringContaining('newer')]);
  await opened.close();
  await pretending.close();
});

it('goes on after the server has cut its connections', async () => {
  const { pool } = test.database;
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  const held = await pool.connect();
  await pool.query(cut);
  await expect(held.query('select 1')).rejects.toThrow();
  held.release(true);
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
});
