import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog, startTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { openReplicaSession, type ReplicaSession } from './replica-session.ts';

let test: TestDatabase;
let open: ReplicaSession[];
beforeEach(async () => {
  test = await startTestDatabase();
  open = [];
});
afterEach(async () => {
  for (const session of open) await session.close();
  await test.close();
});

async function openSession(id = uuid()) {
  const session = await openReplicaSession({ database: test.database, id, log: silentLog });
  open.push(session);
  return { id, ...session };
}
const query = (text: string, values: unknown[] = []) => test.database.pool.query(text, values);
const dead = async (session: ReplicaSession) => (await session.findDead()).map(({ id }) => id);
/** Ends the line of a replica, as the end of its process would. */
const cutLine = async (id: string) => {
  const { rowCount } = await query(
    `select pg_terminate_backend(pid, 5000) from pg_locks
     where locktype = 'advisory' and objsubid = 1
       and ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)`,
    [id],
  );
  expect(rowCount).toBe(1);
};

describe('a replica', () => {
  it('is alive to the others while it holds its line, and leaves without being missed', async () => {
    const one = await openSession();
    const two = await openSession();
    expect(await dead(one)).toEqual([]);
    expect(await dead(two)).toEqual([]);
    await two.close();
    expect(await dead(one)).toEqual([]);
    expect((await query('select from replicas')).rowCount).toBe(1);
  });

  it('is dead at once when its line is cut, and its worker pool is known', async () => {
    const one = await openSession();
    const two = await openSession();
    await two.register('pool-of-two');
    await cutLine(two.id);
    expect(await one.findDead()).toEqual([{ id: two.id, workerPool: 'pool-of-two' }]);
  });

  it('is dead when it has been silent for long, even with its line', async () => {
    const one = await openSession();
    const two = await openSession();
    await query("update replicas set heartbeat_at = now() - interval '31 seconds' where id = $1", [two.id]);
    expect(await dead(one)).toEqual([two.id]);
  });

  it('that was taken for dead by mistake comes back', async () => {
    const one = await openSession();
    const two = await openSession();
    await query('delete from replicas where id = $1', [two.id]);
    await two.register('pool');
    const { rows } = await query('select worker_pool from replicas where id = $1', [two.id]);
    expect(rows).toEqual([{ worker_pool: 'pool' }]);
    expect(await dead(one)).toEqual([]);
  });

  it('may close when its line is cut already', async () => {
    const one = await openSession();
    await cutLine(one.id);
    await one.close();
    expect((await query('select from replicas')).rowCount).toBe(0);
  });

  it('hears of ended deliveries', async () => {
    const one = await openSession();
    const heard = vi.fn();
    one.onEnded(heard);
    await query("select pg_notify('tieline_deliveries_ended', '')");
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
  });
});

describe('the turn at a stream', () => {
  it('is one replica’s at a time, and free again when it is given back or its holder dies', async () => {
    const one = await openSession();
    const two = await openSession();
    expect(await one.lock('stream')).toBe(true);
    expect(await two.lock('stream')).toBe(false);
    expect(await two.lock('another')).toBe(true);
    await one.unlock('stream');
    expect(await two.lock('stream')).toBe(true);
    await cutLine(two.id);
    expect(await one.lock('stream')).toBe(true);
    await expect(two.lock('stream')).rejects.toMatchObject({ code: 'database-unreachable' });
  });
});
