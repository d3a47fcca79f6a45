import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database, Schema } from '../database/index.ts';
import { nudge } from './nudge.ts';

/** Why nothing of a connection is sent until somebody has repaired it: the error in the way, as people read it. */
export interface HoldReason {
  code: string;
  message: string;
  hint: string;
}

/** A connection whose work is held. */
export interface Hold extends HoldReason {
  connectionId: string;
  since: Date;
}

/** What became of a wish to hold: `gone` when there is no such connection any more. */
export type Held = 'newly' | 'already' | 'gone';

/** The one line that the log has of a connection that is held, however much waits for it. */
export const heldMessage = 'the work of a connection is held until somebody has repaired it';

/** Held again so soon after a release, the repair was none: the checks go on ever more rarely instead of anew. */
const relapseWithin = sql`interval '1 hour'`;
/** The wait before the first, second … further check of a held connection: a minute, doubled each time, at most 15. */
const firstWait = sql`interval '1 minute'`;
const longestWait = sql`interval '15 minutes'`;

/**
 * Holds a connection's work: what is queued stays so, what comes is accepted. A connection that is held anew is to be
 * checked at once; one that relapses waits longer each time.
 */
export async function holdConnection(
  trx: Kysely<Schema>,
  { connectionId, reason, now }: { connectionId: string; reason: HoldReason; now: Date },
): Promise<Held> {
  // The row is locked before its hold, as by who releases: else the two could wait for each other.
  const known = await sql`select from connections where id = ${connectionId}::uuid for no key update`.execute(
    trx,
  );
  if (known.rows.length === 0) return 'gone';
  const { code, message, hint } = reason;
  const held = await sql<{ checks: number }>`
    insert into connection_holds as hold (connection_id, since, code, message, hint)
    values (${connectionId}, ${now}, ${code}, ${message}, ${hint})
    on conflict (connection_id) do update set since = ${now}, code = excluded.code, message = excluded.message,
      hint = excluded.hint, released_at = null,
      checks = case when hold.released_at > ${now}::timestamptz - ${relapseWithin} then hold.checks + 1 else 0 end
    where hold.released_at is not null
    returning checks`.execute(trx);
  const [row] = held.rows;
  if (row === undefined) return 'already';
  await scheduleCheck(trx, { connectionId, checks: row.checks, now });
  return 'newly';
}

/** Counts a check that found a held connection as broken as before, and names the moment of the next one. */
export async function postponeCheck(
  trx: Kysely<Schema>,
  { connectionId, now }: { connectionId: string; now: Date },
): Promise<void> {
  const held = await sql<{ checks: number }>`
    update connection_holds set checks = checks + 1
    where connection_id = ${connectionId}::uuid and released_at is null returning checks`.execute(trx);
  const [row] = held.rows;
  if (row !== undefined) await scheduleCheck(trx, { connectionId, checks: row.checks, now });
}

async function scheduleCheck(
  trx: Kysely<Schema>,
  { connectionId, checks, now }: { connectionId: string; checks: number; now: Date },
): Promise<void> {
  // 2^10 minutes are beyond the longest wait already; more would overflow in the end.
  const doublings = Math.min(checks - 1, 10);
  const wait =
    checks === 0 ? sql`interval '0'` : sql`least(${firstWait} * ${2 ** doublings}, ${longestWait})`;
  await sql`update connections set next_check_at = ${now}::timestamptz + ${wait}
    where id = ${connectionId}::uuid`.execute(trx);
}

/**
 * Lets the work of a connection go on, in the caller's transaction: what is queued goes out in order, and has a day
 * again. Gives the hold that there was.
 */
export async function releaseConnection(
  trx: Kysely<Schema>,
  { connectionId, now }: { connectionId: string; now: Date },
): Promise<Hold | undefined> {
  const released = await sql<Hold>`
    update connection_holds set released_at = ${now}
    where connection_id = ${connectionId}::uuid and released_at is null
    returning connection_id as "connectionId", since, code, message, hint`.execute(trx);
  const [hold] = released.rows;
  if (hold === undefined) return undefined;
  const waiting = await sql<{ stream: string }>`
    select distinct stream from deliveries
    where connection_id = ${connectionId}::uuid and state in ('queued', 'sending')`.execute(trx);
  await nudge(
    trx,
    waiting.rows.map(({ stream }) => stream),
  );
  return hold;
}

/** The connections of these whose work is held. */
export async function listHolds(
  database: Pick<Database, 'kysely'>,
  connectionIds: string[],
): Promise<Hold[]> {
  const found = await sql<Hold>`
    select connection_id as "connectionId", since, code, message, hint from connection_holds
    where connection_id = any(${connectionIds}::uuid[]) and released_at is null`.execute(database.kysely);
  return found.rows;
}

/** How many connections are held. */
export async function countHolds(database: Database): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(*)::integer as count from connection_holds where released_at is null`.execute(
    database.kysely,
  );
  return found.rows[0]?.count ?? 0;
}

/**
 * Whether the connection of a stream is held. All of a stream have one connection, so its first delivery tells; to look
 * at each would cost as much as the queue is long, and a held queue grows.
 */
export const isHeld = (stream: string): RawBuilder<boolean> => sql<boolean>`exists (
  select from connection_holds where released_at is null and connection_id = (
    select connection_id from deliveries where stream = ${stream} and state in ('queued', 'sending')
    order by id limit 1))`;
