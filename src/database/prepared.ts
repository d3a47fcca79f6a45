import { hash } from 'node:crypto';
import { type PostgresPool, sql } from 'kysely';
import type pg from 'pg';

const mark = '/* prepared */';
/** Plans are kept for so long: one that was made while its tables were small is soon made anew. */
const plansForMs = 10_000;

/**
 * At the start of a statement that is run again and again: each connection parses and plans it once, which is most of
 * what a small statement costs. Its text must not vary.
 */
export const prepared = sql.raw(mark);

/** A pool for kysely that knows prepared statements by {@link prepared}. A connection whose plans are old drops them. */
export function preparing(pool: pg.Pool, nowMs = () => performance.now()): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, pg.PoolClient>();
  const plannedAt = new WeakMap<pg.PoolClient, number>();
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? hash('sha256', text).slice(0, 32);
    names.set(text, name);
    return name;
  };
  const query = (client: pg.PoolClient, given: unknown[]): unknown => {
    const [text, values] = given;
    const isPrepared = typeof text === 'string' && text.startsWith(mark);
    return Reflect.apply(client.query, client, isPrepared ? [{ name: nameOf(text), text, values }] : given);
  };
  const wrap = (client: pg.PoolClient): pg.PoolClient =>
    new Proxy(client, {
      get: (target, name) =>
        name === 'query' ? (...given: unknown[]) => query(target, given) : Reflect.get(target, name),
    });
  const dropOldPlans = async (client: pg.PoolClient): Promise<void> => {
    const now = nowMs();
    const at = plannedAt.get(client);
    if (at !== undefined && now - at < plansForMs) return;
    plannedAt.set(client, now);
    if (at === undefined) return;
    try {
      await client.query('discard plans');
    } catch (error) {
      // It is nobody's yet: without this the pool would have one connection fewer for ever.
      client.release(true);
      throw error;
    }
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      await dropOldPlans(client);
      const known = clients.get(client) ?? wrap(client);
      clients.set(client, known);
      return known;
    },
  };
}
