import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { prepared, type Schema, storableJson } from '../database/index.ts';
import type { TielineError } from '../kit/errors.ts';
import type { DeliveryState, Sendable } from './delivery.ts';
import type { DrainContext } from './drain.ts';
import { type Held, heldMessage, holdConnection, isHeld } from './holds.ts';

/** A delivery taken for one try. */
export interface Claimed extends Omit<Sendable, 'body'> {
  /** Null once it is no longer kept. */
  body: string | null;
  attempts: number;
  receivedAt: Date;
  /** When its connection was last held and let go. */
  releasedAt: Date | null;
  /** A delivery with a newer state of the same entity: this one is not worth sending. */
  supersededBy: string | null;
}

/** What one try made of a delivery. `waitUntil` or `holds` goes with `queued`. */
export interface Verdict {
  id: string;
  state: DeliveryState;
  answer?: unknown;
  error?: TielineError;
  waitUntil?: Date;
  /** Its connection, of which nothing is worth sending before somebody has repaired it. */
  holds?: string;
}

/** Of large deliveries fewer are taken at once: a webhook may have 32 MB. */
const mostBytesATurn = 8 * 1024 * 1024;

/** The channel on which ended deliveries are announced to whoever waits for them. */
export const endedChannel = 'tieline_deliveries_ended';

/**
 * Takes the oldest deliveries of a stream that may go now. One job at a time drains a stream, so what is still
 * `sending` was left by a drain that could not store its end, and goes again.
 */
export async function claim(context: DrainContext, stream: string): Promise<Claimed[]> {
  const limits = Object.fromEntries([...context.handlers.values()].map(({ topic, limit }) => [topic, limit]));
  return context.database.statement(
    'claim',
    sql<Claimed>`${prepared}
      with quiet as materialized (
        -- Losing this mark in a crash of the database costs one try that Jira drops as known; a disk flush costs more.
        select set_config('synchronous_commit', 'off', true)
      ), due as (
        select id, topic, received_at from deliveries, quiet
        where stream = ${stream} and state in ('queued', 'sending')
          and (waiting_until is null or waiting_until <= ${context.now()})
          and not exists (select from streams where name = ${stream} and paused_until > ${context.now()})
          and not ${isHeld(stream)}
        order by id limit ${Math.max(1, ...Object.values(limits))} for update of deliveries skip locked
      ), sized as (
        select due.id, body, row_number() over in_order as place,
          sum(octet_length(body)) over in_order - octet_length(body) as bytes_before,
          coalesce((${JSON.stringify(limits)}::jsonb->>due.topic)::int, 1) as most
        from due left join delivery_bodies on delivery_bodies.delivery_id = due.id
          and delivery_bodies.day = (due.received_at at time zone 'utc')::date
        window in_order as (order by due.id)
      ), taken as (
        update deliveries set state = 'sending', attempts = attempts + 1, replica_id = ${context.replicaId}
        from sized where deliveries.id = sized.id and place <= most
          and coalesce(bytes_before, 0) < ${mostBytesATurn}
        returning deliveries.*, body
      )
      select taken.id, taken.topic, taken.connection_id as "connectionId", taken.sequence, taken.attempts,
        taken.received_at as "receivedAt", taken.issue_keys as "issueKeys", taken.body,
        connection_holds.released_at as "releasedAt",
        (select delivery_id from entity_sequences as entity
          where entity.connection_id = taken.connection_id and entity.topic = taken.topic
            and entity.entity = taken.ordering_key and entity.sequence > taken.sequence) as "supersededBy"
      from taken left join connection_holds on connection_holds.connection_id = taken.connection_id
      order by taken.id`,
  );
}

/** When the next delivery of the stream may go; undefined when none is left, or its connection is held. */
export async function nextOf(context: DrainContext, stream: string): Promise<Date | undefined> {
  const found = await sql<{ until: Date | null }>`${prepared}
    select greatest(min(coalesce(waiting_until, received_at)),
      (select paused_until from streams where name = ${stream})) as until
    from deliveries where stream = ${stream} and state = 'queued' and not ${isHeld(stream)}
    having count(*) > 0`.execute(context.database.kysely);
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
  const paused = waits.length === tried.length ? latestOf(waits) : undefined;
  const settlement: Settlement = { stream, verdicts, requests, now, paused };
  const inNeed = verdicts.find(({ holds }) => holds !== undefined);
  if (inNeed === undefined) await context.database.statement('settle', storing(settlement));
  else await settleInNeed(context, settlement, inNeed);
}

/** The same, of a connection that must be held first. */
async function settleInNeed(
  { database, log }: DrainContext,
  settlement: Settlement,
  inNeed: Verdict,
): Promise<void> {
  const { verdicts, now } = settlement;
  const held = await database.transaction('settle', async (trx) => {
    const became = await hold(trx, inNeed, now);
    const stored = became === 'gone' ? verdicts.map(endInsteadOfHolding) : verdicts;
    await storing({ ...settlement, verdicts: stored }).execute(trx);
    return became;
  });
  if (held === 'newly') {
    const { holds: connection, error } = inNeed;
    log.warn({ connection, code: error?.code, reason: error?.message }, heldMessage);
  }
}

async function hold(trx: Kysely<Schema>, inNeed: Verdict, now: Date): Promise<Held | undefined> {
  if (inNeed.holds === undefined || inNeed.error === undefined) return undefined;
  return holdConnection(trx, { connectionId: inNeed.holds, reason: inNeed.error, now });
}

/** Of a connection that was deleted meanwhile nobody will repair anything. */
const endInsteadOfHolding = (verdict: Verdict): Verdict =>
  verdict.holds === undefined ? verdict : { ...verdict, state: 'dead' };

/** A stream that waits does so for its longest-tried delivery; and what was tried together goes together again. */
const latestOf = (waits: Verdict[]): Verdict | undefined =>
  waits.toSorted((one, other) => Number(other.waitUntil) - Number(one.waitUntil))[0];

interface Settlement {
  stream: string;
  verdicts: Verdict[];
  requests: unknown[];
  now: Date;
  /** The verdict for whose moment the whole stream waits. */
  paused: Verdict | undefined;
}

/** Everything in one statement: alone it is its own transaction, a third of the way. */
function storing({ stream, verdicts, requests, now, paused }: Settlement) {
  const exchangeId = requests.length > 0 ? uuid() : null;
  const pausedUntil = paused?.waitUntil ?? null;
  const rows = verdicts.map(({ id, state, answer, error, waitUntil }) => ({
    id,
    state,
    answer,
    error: error && { code: error.code, message: error.message, hint: error.hint },
    waiting_reason: waitUntil === undefined ? null : error?.code,
    waiting_until: (waitUntil && pausedUntil) ?? waitUntil ?? null,
  }));
  return sql`${prepared}
    with settled as (
      update deliveries set state = verdict.state, answer = coalesce(verdict.answer, deliveries.answer),
        error = verdict.error, waiting_reason = verdict.waiting_reason, waiting_until = verdict.waiting_until,
        exchange_id = coalesce(${exchangeId}, exchange_id), replica_id = null,
        ended_at = case when verdict.state = 'queued' then null else ${now}::timestamptz end
      from json_to_recordset(${storableJson(rows)}::json) as verdict(
        id uuid, state text, answer jsonb, error jsonb, waiting_reason text, waiting_until timestamptz)
      where deliveries.id = verdict.id returning connect_key_id
    ), exchanged as (
      insert into exchanges (day, id, stream, requests, connect_key_ids)
      select (${now}::timestamptz at time zone 'utc')::date, ${exchangeId}::uuid, ${stream}, ${storableJson(requests)},
        array_agg(distinct connect_key_id)
      from settled where ${exchangeId}::uuid is not null having count(*) > 0
    ), paused as (
      insert into streams (name, paused_until, pause_reason)
      select ${stream}, ${pausedUntil}::timestamptz, ${paused?.error?.code ?? 'retry'}
      where ${pausedUntil}::timestamptz is not null
      on conflict (name) do update set paused_until = excluded.paused_until, pause_reason = excluded.pause_reason
    )
    select pg_notify(${endedChannel}, '')`;
}
