import { hash } from 'node:crypto';
import { CompiledQuery, type DatabaseConnection, type PostgresPool, sql } from 'kysely';
import type pg from 'pg';

const mark = '/* prepared */';
/** Plans are kept for so long: one that was made while its tables were small is soon made anew. */
const plansForMs = 10_000;

/**
 * At the start of a statement that is run again and again: each connection parses and plans it once, which is most of
 * what a small statement costs. Its text must not vary.
 */
export const prepared = sql.raw(mark);

/** A pool for kysely that knows prepared statements by {@link prepared}. */
export function preparing(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, pg.PoolClient>();
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
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      const known = clients.get(client) ?? wrap(client);
      clients.set(client, known);
      return known;
    },
  };
}

/** For {@link preparing}: drops the plans of a connection, when it is taken, once they are old. */
export function dropOldPlans(
  nowMs = () => performance.now(),
): (connection: DatabaseConnection) => Promise<void> {
  const plannedAt = new WeakMap<DatabaseConnection, number>();
  return async (connection) => {
    const now = nowMs();
    const at = plannedAt.get(connection);
    if (at !== undefined && now - at < plansForMs) return;
    plannedAt.set(connection, now);
    if (at !== undefined) await connection.executeQuery(CompiledQuery.raw('discard plans'));
  };
}
