import type { Kysely } from 'kysely';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

/**
 * The database as one transaction sees it: stores on it read what the transaction has written, and write in it. They
 * cannot begin one of their own.
 */
export function within(database: Database, trx: Kysely<Schema>): Database {
  return {
    ...database,
    kysely: trx,
    transaction: (name) => Promise.reject(new TypeError(`the transaction ${name} within another one`)),
  };
}
