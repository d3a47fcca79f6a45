import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../database/index.ts';

/**
 * Runs `work` unless another replica runs something of the same name; the answer is whether it ran. The turn ends with
 * the process that has it. It takes a connection of its own for as long as it lasts.
 */
export async function takeTurn(
  database: Database,
  name: string,
  work: () => Promise<void>,
): Promise<boolean> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    const taken = await client.query<{ done: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as done',
      [name],
    );
    if (taken.rows[0]?.done !== true) return false;
    try {
      await work();
    } finally {
      if (broken === undefined)
        await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
    }
    return true;
  } finally {
    client.off('error', onError);
    // A lost connection has given the lock back; it must not be used again.
    client.release(broken);
  }
}

/** Asked again so often; a turn takes as long as a few requests do. */
const askAgainMs = 50;

/** Runs `work` once nothing else of the same name runs, on whatever replica. It holds no connection while it waits. */
export async function awaitTurn(database: Database, name: string, work: () => Promise<void>): Promise<void> {
  while (!(await takeTurn(database, name, work))) await pause(askAgainMs);
}
