import { sql } from 'kysely';
import type { Database } from '../database/index.ts';

/** How long things are kept, in days. */
const retentionDays = { bodies: 30, metadata: 180, dedupeKeys: 7, idempotentAnswers: 1, formChoices: 1 };

/** Tables in daily partitions: a day that is over is dropped whole. */
const partitioned = ['delivery_bodies', 'exchanges'] as const;

/** Partitions are made this many days ahead, so that midnight finds its table ready. */
const daysAhead = 3;

/** Makes the partitions of the coming days and removes what is older than its time. Safe to run at any moment. */
export async function keepRetention(database: Database, now: Date): Promise<void> {
  for (const table of partitioned) {
    for (let ahead = 0; ahead <= daysAhead; ahead++)
      await makePartition(database, table, addDays(now, ahead));
    await dropPartitions(database, table, addDays(now, -retentionDays.bodies));
  }
  await deleteInSlices(database, now);
  await emptyRuns(database, now);
}

async function makePartition(database: Database, table: string, day: Date): Promise<void> {
  const name = partitionName(table, day);
  const { rows } = await sql<{ known: string | null }>`select to_regclass(${name}) as known`.execute(
    database.kysely,
  );
  if (rows[0]?.known !== null) return;
  await database.transaction('partition', async (trx) => {
    // Two replicas at midnight: one makes it, the other finds it.
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);
    const from = dayOf(day);
    const to = dayOf(addDays(day, 1));
    const rest = `${table}_rest`;
    // What the catch-all partition already holds of that day must leave before the day gets its own, and nothing may
    // come in between.
    await sql`lock table ${sql.table(rest)} in access exclusive mode`.execute(trx);
    await sql`create temporary table early on commit drop as
      select * from ${sql.table(rest)} where day = ${from}::date`.execute(trx);
    await sql`delete from ${sql.table(rest)} where day = ${from}::date`.execute(trx);
    await sql`create table if not exists ${sql.table(name)} partition of ${sql.table(table)}
      for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(trx);
    await sql`insert into ${sql.table(table)} select * from early`.execute(trx);
  });
}

async function dropPartitions(database: Database, table: string, before: Date): Promise<void> {
  const oldest = partitionName(table, before);
  const { rows } = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = ${table}::regclass`.execute(
    database.kysely,
  );
  for (const { name } of rows) {
    if (name !== `${table}_rest` && name < oldest)
      await sql`drop table ${sql.table(name)}`.execute(database.kysely);
  }
  await sql`delete from ${sql.table(`${table}_rest`)} where day < ${dayOf(before)}::date`.execute(
    database.kysely,
  );
}

/** Rows of tables that are not partitioned go in slices, so that no statement runs long. */
async function deleteInSlices(database: Database, now: Date): Promise<void> {
  const slices = [
    { table: 'deliveries', column: 'received_at', days: retentionDays.metadata },
    { table: 'entity_sequences', column: 'event_at', days: retentionDays.metadata },
    { table: 'dedupe_keys', column: 'created_at', days: retentionDays.dedupeKeys },
    { table: 'idempotent_answers', column: 'created_at', days: retentionDays.idempotentAnswers },
    { table: 'connection_metadata', column: 'fetched_at', days: retentionDays.formChoices },
    { table: 'run_lines', column: 'at', days: retentionDays.bodies },
    { table: 'runs', column: 'created_at', days: retentionDays.metadata },
  ];
  for (const { table, column, days } of slices) {
    for (;;) {
      const deleted = await sql`
        delete from ${sql.table(table)} where ctid in (
          select ctid from ${sql.table(table)} where ${sql.ref(column)} < ${addDays(now, -days)} limit 5000)`.execute(
        database.kysely,
      );
      if (Number(deleted.numAffectedRows ?? 0) < 5000) break;
    }
  }
}

/** What runs were asked for and what their steps were given and gave; that of one that goes on is needed still. */
async function emptyRuns(database: Database, now: Date): Promise<void> {
  for (;;) {
    const emptied = await sql`
      with old as (
        update runs set plan = null, context = null where id in (
          select id from runs where created_at < ${addDays(now, -retentionDays.bodies)} and ended_at is not null
            and plan is not null limit 500)
        returning id
      )
      update run_steps set input = null, resolved = null, output = null from old where run_id = old.id`.execute(
      database.kysely,
    );
    if (Number(emptied.numAffectedRows ?? 0) === 0) break;
  }
}

const addDays = (date: Date, days: number): Date => new Date(date.getTime() + days * 86_400_000);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const partitionName = (table: string, day: Date): string => `${table}_${dayOf(day).replaceAll('-', '_')}`;
