import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/index.ts';
import type { TielineError } from '../kit/errors.ts';
import type { DeliveryState, Sendable } from './delivery.ts';
import type { DrainContext } from './drain.ts';

/** A delivery taken for one try. */
export interface Claimed extends Sendable {
  orderingKey: string;
  attempts: number;
  receivedAt: Date;
}

/** What one try made of a delivery. `waitUntil` goes with `queued`. */
export interface Verdict {
  id: string;
  state: DeliveryState;
  answer?: unknown;
  error?: TielineError;
  waitUntil?: Date;
}

/** The channel on which ended deliveries are announced to whoever waits for them. */
export const endedChannel = 'tieline_deliveries_ended';

/** Takes the oldest deliveries of a stream that may go now, of one topic, as many as its handler likes. */
export async function claim(context: DrainContext, stream: string): Promise<Claimed[]> {
  const limit = Math.max(1, ...[...context.handlers.values()].map((handler) => handler.limit));
  return context.database.transaction('claim', async (trx) => {
    // Losing this mark in a crash of the database costs one try that Jira drops as known; a disk flush costs more.
    await sql`set local synchronous_commit = off`.execute(trx);
    const taken = await sql<Claimed>`
      with due as (
        select id from deliveries
        where stream = ${stream} and state = 'queued'
          and (waiting_until is null or waiting_until <= ${context.now()})
          and not exists (select from streams where name = ${stream} and paused_until > ${context.now()})
        order by id limit ${limit} for update skip locked
      ), taken as (
        update deliveries set state = 'sending', attempts = attempts + 1, replica_id = ${context.replicaId}
        from due where deliveries.id = due.id
        returning deliveries.*
      )
      select taken.id, taken.topic, taken.connection_id as "connectionId", taken.sequence, taken.attempts,
        taken.ordering_key as "orderingKey", taken.received_at as "receivedAt", taken.issue_keys as "issueKeys",
        delivery_bodies.body
      from taken left join delivery_bodies on delivery_bodies.delivery_id = taken.id
        and delivery_bodies.day = (taken.received_at at time zone 'utc')::date
      order by taken.id`.execute(trx);
    return taken.rows;
  });
}

/** Until when nothing of the stream may go; undefined when nothing waits. */
export async function pauseOf(context: DrainContext, stream: string): Promise<Date | undefined> {
  const found = await sql<{ until: Date | null }>`
    select greatest(min(waiting_until), (select paused_until from streams where name = ${stream})) as until
    from deliveries where stream = ${stream} and state = 'queued'`.execute(context.database.kysely);
  return found.rows[0]?.until ?? undefined;
}

/**
 * Stores what a try made of its deliveries, with the exchanges that it had. When every delivery of it must wait,
 * the request failed and not a delivery: then the whole stream waits.
 */
export async function settle(
  context: DrainContext,
  stream: string,
  verdicts: Verdict[],
  requests: unknown[],
): Promise<void> {
  const now = context.now();
  const waits = verdicts.flatMap((verdict) => (verdict.waitUntil === undefined ? [] : [verdict]));
  const tried = verdicts.filter((verdict) => verdict.state !== 'superseded');
  const paused = waits.length === tried.length ? waits[0] : undefined;
  await context.database.transaction('settle', async (trx) => {
    const exchangeId = requests.length > 0 ? uuid() : null;
    await storeVerdicts(trx, { verdicts, exchangeId, now });
    if (exchangeId !== null) {
      await sql`insert into exchanges (day, id, stream, requests)
        values ((${now}::timestamptz at time zone 'utc')::date, ${exchangeId}, ${stream}, ${storableJson(requests)})`.execute(
        trx,
      );
    }
    if (paused?.waitUntil !== undefined) {
      await sql`insert into streams (name, paused_until, pause_reason)
        values (${stream}, ${paused.waitUntil}, ${paused.error?.code ?? 'retry'})
        on conflict (name) do update set paused_until = excluded.paused_until, pause_reason = excluded.pause_reason`.execute(
        trx,
      );
    }
    await sql`select pg_notify(${endedChannel}, '')`.execute(trx);
  });
}

async function storeVerdicts(
  trx: Kysely<Schema>,
  { verdicts, exchangeId, now }: { verdicts: Verdict[]; exchangeId: string | null; now: Date },
): Promise<void> {
  const rows = verdicts.map(({ id, state, answer, error, waitUntil }) => ({
    id,
    state,
    answer,
    error: error && { code: error.code, message: error.message, hint: error.hint },
    waiting_reason: waitUntil === undefined ? null : error?.code,
    waiting_until: waitUntil ?? null,
  }));
  await sql`
    update deliveries set state = verdict.state, answer = coalesce(verdict.answer, deliveries.answer),
      error = verdict.error, waiting_reason = verdict.waiting_reason, waiting_until = verdict.waiting_until,
      exchange_id = coalesce(${exchangeId}, exchange_id), replica_id = null,
      ended_at = case when verdict.state = 'queued' then null else ${now}::timestamptz end
    from json_to_recordset(${storableJson(rows)}::json) as verdict(
      id uuid, state text, answer jsonb, error jsonb, waiting_reason text, waiting_until timestamptz)
    where deliveries.id = verdict.id`.execute(trx);
}

/** JSON that jsonb can hold: PostgreSQL refuses the NUL character, and the other side may have sent one. */
function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'string' ? inner.replaceAll('\u0000', '\ufffd') : inner,
  );
}
