import { setTimeout as pause } from 'node:timers/promises';
import type { ControlledTransaction, Kysely, KyselyPlugin, RawBuilder, Transaction } from 'kysely';
import type { IoHook } from '../kit/io-hook.ts';
import type { Log } from '../kit/log.ts';
import { asUnreachable, errorCodeOf } from './database-errors.ts';
import type { Schema } from './schema.ts';

/** serialization_failure and deadlock_detected: nothing happened, the same again may succeed. */
const againCodes = new Set(['40001', '40P01']);
const tries = 5;

/** Calls the hook around every statement of one transaction, numbered from 1. */
function pointsOf(name: string, hook: IoHook): KyselyPlugin {
  let count = 0;
  const numbers = new WeakMap<object, number>();
  return {
    transformQuery({ node, queryId }) {
      count += 1;
      numbers.set(queryId, count);
      hook(`${name}#${count}:before`);
      return node;
    },
    async transformResult({ result, queryId }) {
      hook(`${name}#${numbers.get(queryId)}:after`);
      return result;
    },
  };
}

interface TransactionParts {
  kysely: Kysely<Schema>;
  where: string;
  ioHook?: IoHook;
  log: Log;
}

async function once<T>(
  { kysely, ioHook, log }: TransactionParts,
  name: string,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  const transaction: ControlledTransaction<Schema> = await kysely.startTransaction().execute();
  try {
    const result = await work(
      ioHook === undefined ? transaction : transaction.withPlugin(pointsOf(name, ioHook)),
    );
    ioHook?.(`${name}#commit:before`);
    await transaction.commit().execute();
    ioHook?.(`${name}#commit:after`);
    return result;
  } catch (error) {
    if (!transaction.isCommitted) {
      await transaction
        .rollback()
        .execute()
        .catch((rollbackError: unknown) =>
          log.warn(
            { transaction: name, err: rollbackError },
            'the rollback failed; the server undoes it alone',
          ),
        );
    }
    throw error;
  }
}

/**
 * Runs one statement, which is its own transaction: one round trip where {@link runTransaction} needs three. Again after
 * a serialization failure or a deadlock, as there.
 */
export async function runStatement<T>(
  parts: TransactionParts,
  name: string,
  statement: RawBuilder<T>,
): Promise<T[]> {
  const { kysely, where, ioHook, log } = parts;
  return again({ where, log }, name, async () => {
    const { rows } = await statement.execute(
      ioHook === undefined ? kysely : kysely.withPlugin(pointsOf(name, ioHook)),
    );
    return rows;
  });
}

/**
 * Runs `work` in one transaction and gives its result once it is committed. After a serialization failure or a
 * deadlock the whole of `work` runs again, up to five times, so it must have no effect outside the database.
 */
export async function runTransaction<T>(
  parts: TransactionParts,
  name: string,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return again(parts, name, () => once(parts, name, work));
}

async function again<T>(
  { where, log }: Pick<TransactionParts, 'where' | 'log'>,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const code = errorCodeOf(error);
      if (attempt === tries || code === undefined || !againCodes.has(code)) {
        throw asUnreachable(error, where);
      }
      log.debug({ transaction: name, attempt, code }, 'the transaction is run again');
      // two that met once must not meet again at the same moment
      await pause(Math.random() * 20 * attempt);
    }
  }
}
