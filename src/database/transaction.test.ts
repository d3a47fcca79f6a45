import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../test/postgres.ts';

const points: string[] = [];
let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase({ ioHook: (point) => points.push(point) });
  await test.database.pool.query(
    'create table account (id int primary key, amount int not null); insert into account values (1, 10), (2, 20)',
  );
});
afterAll(() => test.close());

const amounts = async () => {
  const answer = await test.database.pool.query('select amount from account order by id');
  return answer.rows.map((row) => row.amount);
};

it('names each statement and the commit as they pass', async () => {
  points.length = 0;
  const result = await test.database.transaction('accept', async (transaction) => {
    await sql`update account set amount = 11 where id = 1`.execute(transaction);
    points.push('between');
    await transaction.selectFrom('tieline_migrations').select('number').execute();
    return 'done';
  });
  expect(result).toBe('done');
  expect(points).toEqual([
    'accept#1:before',
    'accept#1:after',
    'between',
    'accept#2:before',
    'accept#2:after',
    'accept#commit:before',
    'accept#commit:after',
  ]);
});

it('names a statement that is a transaction of its own', async () => {
  points.length = 0;
  const rows = await test.database.statement(
    'mark',
    sql<{ id: number }>`
    update account set amount = 12 where id = 1 returning id`,
  );
  expect(rows).toEqual([{ id: 1 }]);
  expect(points).toEqual(['mark#1:before', 'mark#1:after']);
});

it('leaves nothing of a transaction that throws, and lets its error through', async () => {
  const before = await amounts();
  const failing = test.database.transaction('fail', async (transaction) => {
    await sql`update account set amount = 99`.execute(transaction);
    throw new RangeError('no');
  });
  await expect(failing).rejects.toThrow(RangeError);
  expect(await amounts()).toEqual(before);
});

it('runs the loser of a deadlock again', async () => {
  await test.database.pool.query('update account set amount = id * 10');
  let entered = 0;
  const met = Promise.withResolvers<void>();
  let runs = 0;
  const add = (first: number, second: number) =>
    test.database.transaction('deadlock', async (transaction) => {
      runs += 1;
      await sql`update account set amount = amount + 1 where id = ${first}`.execute(transaction);
      entered += 1;
      if (entered === 2) met.resolve();
      await met.promise;
      await sql`update account set amount = amount + 1 where id = ${second}`.execute(transaction);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  expect(await amounts()).toEqual([12, 22]);
  expect(runs).toBe(3);
});

it('runs again after a serialization failure, and gives up after five', async () => {
  let runs = 0;
  const clash = (times: number) =>
    test.database.transaction('clash', async (transaction) => {
      runs += 1;
      await sql`set transaction isolation level serializable`.execute(transaction);
      await sql`select amount from account where id = 1`.execute(transaction);
      if (runs <= times)
        await test.database.pool.query('update account set amount = amount + 1 where id = 1');
      await sql`update account set amount = 0 where id = 1`.execute(transaction);
    });
  await clash(1);
  expect(runs).toBe(2);
  runs = 0;
  await expect(clash(Number.POSITIVE_INFINITY)).rejects.toMatchObject({ code: '40001' });
  expect(runs).toBe(5);
});

it('says that the database went away when the connection is cut in the middle', async () => {
  const cutting = test.database.transaction('cut', async (transaction) => {
    const own = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
    await test.database.pool.query('select pg_terminate_backend($1, 5000)', [own.rows[0]?.pid]);
    await sql`select 1`.execute(transaction);
  });
  await expect(cutting).rejects.toMatchObject({ code: 'database-unreachable', retry: 'soon' });
});
