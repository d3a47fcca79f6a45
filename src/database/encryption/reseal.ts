import { type Kysely, sql } from 'kysely';
import type { Log } from '../../kit/log.ts';
import type { Database } from '../open.ts';
import type { Schema } from '../schema.ts';
import { type DataKeys, noKeyId } from './data-keys.ts';
import { encrypt, findDecrypted, findKeyId } from './envelope.ts';
import { type SealedColumn, sealedColumns } from './sealed-columns.ts';

/** Rows in one transaction: few enough that nobody waits long for one of them. */
const batchSize = 200;

/** `get_byte` of an envelope's first byte is its version, bytes 2 to 5 are the key's id. */
const envelopeVersion = 1;

interface Due {
  place: string;
  context: string;
  sealed: Buffer;
}

/**
 * Seals with the newest key whatever an older one sealed, batch by batch: what was done is done when it is interrupted.
 * Resolves with how many values it sealed. What no key opens is told in the log and left as it is.
 */
export async function resealAll(database: Database, dataKeys: DataKeys): Promise<number> {
  let total = 0;
  for (const place of sealedColumns) total += await resealColumn(database, dataKeys, place);
  return total;
}

async function resealColumn(database: Database, dataKeys: DataKeys, place: SealedColumn): Promise<number> {
  const unreadable = new Set<string>();
  let total = 0;
  for (;;) {
    const batch = await database.transaction('master-key-reseal', (transaction) =>
      resealBatch(transaction, dataKeys, place, unreadable, database.log),
    );
    total += batch.sealed;
    if (batch.seen < batchSize) return total;
  }
}

async function resealBatch(
  transaction: Kysely<Schema>,
  { newest, keys }: DataKeys,
  { table, column, context }: SealedColumn,
  unreadable: Set<string>,
  log: Log,
): Promise<{ seen: number; sealed: number }> {
  const [from, value] = [sql.table(table), sql.ref(column)];
  const newestId = Buffer.alloc(4);
  newestId.writeUInt32BE(newest);
  const { rows } = await sql<Due>`
    select ctid::text as place, ${sql.raw(context)} as context, ${value} as sealed from ${from}
    where length(${value}) > 5 and get_byte(${value}, 0) = ${sql.lit(envelopeVersion)}
      and substring(${value} from 2 for 4) <> ${newestId} and not (${sql.raw(context)} = any(${[...unreadable]}::text[]))
    limit ${sql.lit(batchSize)} for update`.execute(transaction);
  const next = keys.get(newest);
  const done = rows.flatMap((row) => {
    const key = keys.get(findKeyId(row.sealed) ?? noKeyId);
    const clear = key && findDecrypted(key, row.sealed, row.context);
    if (clear !== undefined && next !== undefined) {
      return [{ place: row.place, sealed: encrypt(next, newest, clear, row.context) }];
    }
    unreadable.add(row.context);
    log.warn({ table, column, context: row.context }, 'a sealed value cannot be opened and stays as it is');
    return [];
  });
  if (done.length > 0) {
    await sql`
      update ${from} set ${value} = fresh.sealed
      from unnest(${done.map((row) => row.place)}::tid[], ${done.map((row) => row.sealed)}::bytea[]) as fresh (place, sealed)
      where ${from}.ctid = fresh.place`.execute(transaction);
  }
  return { seen: rows.length, sealed: done.length };
}
