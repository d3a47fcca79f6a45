import { afterEach, expect, it } from 'vitest';
import { silentLog, startTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { openDatabase } from './open.ts';

let test: TestDatabase | undefined;
afterEach(() => test?.close());

async function emptyDatabase(): Promise<TestDatabase> {
  test = await startTestDatabase({ empty: true });
  return test;
}

const step = (number: number, name: string, sql: string): Migration => ({ number, name, sql });
const one = step(1, 'one', 'create table one (id int); insert into one values (1)');
const two = step(2, 'two', 'alter table one add column name text; create table two (id int)');

it('numbers its migrations from 1 without a gap, with names that fit a file', () => {
  expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
  for (const { name } of migrations) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

it('brings an empty database up to date, once', async () => {
  const { database } = await emptyDatabase();
  const { applied } = await migrate(database);
  expect(applied).toHaveLength(migrations.length);
  expect(applied[0]).toBe('0001-secrets-and-keys');
  expect(await migrate(database)).toEqual({ applied: [] });
  await expect(database.pool.query(`select graphile_worker.add_job('x')`)).resolves.toMatchObject({
    rowCount: 1,
  });
});

it('lets one of several replicas that start together do the work', async () => {
  const { url } = await emptyDatabase();
  const replicas = await Promise.all(
    Array.from({ length: 4 }, () => openDatabase({ url, log: silentLog, poolSize: 2 })),
  );
  const outcomes = await Promise.all(replicas.map((replica) => migrate(replica)));
  const workers = outcomes.filter(({ applied }) => applied.length > 0);
  expect(workers).toHaveLength(1);
  expect(workers[0]?.applied).toHaveLength(migrations.length);
  await Promise.all(replicas.map((replica) => replica.close()));
});

it('lets an older replica start on a newer schema, and a newer one add what is missing', async () => {
  const { database } = await emptyDatabase();
  const older = { migrations: [one] };
  const newer = { migrations: [one, two] };
  expect(await migrate(database, older)).toEqual({ applied: ['0001-one'] });
  expect(await migrate(database, newer)).toEqual({ applied: ['0002-two'] });
  expect(await migrate(database, older)).toEqual({ applied: [] });
  const rows = await database.pool.query('select id, name from one');
  expect(rows.rows).toEqual([{ id: 1, name: null }]);
});

it('keeps what went before a migration that fails, and nothing of it', async () => {
  const { database } = await emptyDatabase();
  const broken = step(2, 'broken', 'create table half (id int); select 1 / 0');
  await expect(migrate(database, { migrations: [one, broken] })).rejects.toMatchObject({
    code: 'internal-error',
    message: expect.stringContaining('0002-broken failed: division by zero'),
  });
  expect(await migrate(database, { migrations: [one, two] })).toEqual({ applied: ['0002-two'] });
  const half = await database.pool.query(`select to_regclass('half') as half`);
  expect(half.rows).toEqual([{ half: null }]);
});

it('refuses a queue that a newer version has changed beyond what this one knows', async () => {
  const { database } = await emptyDatabase();
  await migrate(database);
  await database.pool.query('insert into graphile_worker.migrations (id, breaking) values (999999, true)');
  await expect(migrate(database)).rejects.toMatchObject({ code: 'database-unsupported' });
  expect(process.exitCode).toBeUndefined();
});

it('says what to do when its user may not create tables', async () => {
  const { database, url } = await emptyDatabase();
  const role = `guest_${database.serverVersion}_${process.pid}`;
  await database.pool.query(`create role ${role} login`);
  const guest = await openDatabase({ url: url.replace('://tieline@', `://${role}@`), log: silentLog });
  await expect(migrate(guest)).rejects.toMatchObject({
    code: 'database-unsupported',
    hint: expect.stringContaining('OWNER TO'),
  });
  await guest.close();
  await database.pool.query(`drop role ${role}`);
});
