import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Schema } from '../database/index.ts';
import type { AcceptedDelivery, DeliveryState, NewDelivery } from './delivery.ts';
import { nudge } from './nudge.ts';

/** A clock this far ahead of ours is taken as ours plus this: one wrong clock must not freeze an entity. */
const futureCapMs = 5 * 60 * 1000;

interface Item extends NewDelivery {
  id: string;
  contentHash: string;
}

/** Half of a SHA-256, in hex: enough to tell two contents under one key apart. */
const fingerprintLength = 32;

/**
 * Stores deliveries in the caller's transaction: each once by its dedupe key, each with the next sequence
 * number of its entity, each stream nudged. Answers in the order given.
 *
 * The sequence is the event's time in milliseconds; the same time with other content gets the next number;
 * an older or equal state is stored as superseded and not sent.
 *
 * With `woken` the caller wakes the streams itself once it has committed, see {@link queuedStreams}, and no job is added.
 */
export async function acceptDeliveries(
  trx: Kysely<Schema>,
  deliveries: NewDelivery[],
  now: Date,
  { woken = false }: { woken?: boolean } = {},
): Promise<AcceptedDelivery[]> {
  const items: Item[] = deliveries.map((delivery) => ({
    ...delivery,
    id: uuid(),
    contentHash: hash('sha256', delivery.body),
  }));
  const earlier = await claimDedupeKeys(trx, items);
  const accepted = new Map<string, AcceptedDelivery>();
  const streams = new Set<string>();
  for (const round of roundsOfDistinctEntities(items.filter((item) => !earlier.has(item.id)))) {
    for (const row of await insertRound(trx, round, now)) {
      accepted.set(row.id, { id: row.id, state: row.state, duplicate: false, differs: false });
      if (row.state === 'queued') streams.add(row.stream);
    }
  }
  if (!woken) await nudge(trx, [...streams]);
  const states = await statesOf(
    trx,
    [...earlier.values()].map(({ id }) => id),
  );
  return items.map((item) => {
    const { id, differs } = earlier.get(item.id) ?? { id: item.id, differs: false };
    const known = accepted.get(id);
    if (known !== undefined) return { ...known, duplicate: earlier.has(item.id), differs };
    return { id, state: states.get(id) ?? 'dead', duplicate: true, differs };
  });
}

/** The streams in which {@link acceptDeliveries} left something to send. */
export function queuedStreams(deliveries: NewDelivery[], accepted: AcceptedDelivery[]): Set<string> {
  return new Set(
    deliveries.flatMap(({ stream }, index) => {
      const taken = accepted[index];
      return taken?.state === 'queued' && !taken.duplicate ? [stream] : [];
    }),
  );
}

/** Takes the dedupe keys; the answer names the earlier delivery of each item whose key was taken. */
async function claimDedupeKeys(
  trx: Kysely<Schema>,
  items: Item[],
): Promise<Map<string, { id: string; differs: boolean }>> {
  const rows = items.map(({ id, dedupe, contentHash }) => ({
    id,
    namespace: dedupe.namespace,
    key: dedupe.key,
    fingerprint: (dedupe.fingerprint ?? contentHash).slice(0, fingerprintLength),
  }));
  const recordset = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    as item(id uuid, namespace text, key text, fingerprint text)`;
  // In the order of the keys, so that two transactions with the same keys never wait for each other in a circle.
  const fresh = await sql<{ delivery_id: string }>`
    insert into dedupe_keys (namespace, key, delivery_id, fingerprint)
    select namespace, key, id, fingerprint from ${recordset} order by namespace, key, id
    on conflict do nothing returning delivery_id`.execute(trx);
  if (fresh.rows.length === items.length) return new Map();
  const kept = new Set(fresh.rows.map((row) => row.delivery_id));
  const known = await sql<{ id: string; deliveryId: string; differs: boolean }>`
    select item.id, dedupe_keys.delivery_id as "deliveryId",
      coalesce(dedupe_keys.fingerprint <> item.fingerprint, false) as differs
    from ${recordset} join dedupe_keys using (namespace, key)`.execute(trx);
  const earlier = known.rows.filter((row) => !kept.has(row.id));
  return new Map(earlier.map(({ id, deliveryId, differs }) => [id, { id: deliveryId, differs }]));
}

/** One statement can order one state of an entity only; more states of it go into later rounds. */
function roundsOfDistinctEntities(items: Item[]): Item[][] {
  const rounds: Item[][] = [];
  const seen = new Map<string, number>();
  for (const item of items) {
    const entity = `${item.connectionId} ${item.topic} ${item.orderingKey}`;
    const round = seen.get(entity) ?? 0;
    seen.set(entity, round + 1);
    rounds[round] ??= [];
    rounds[round].push(item);
  }
  return rounds;
}

async function insertRound(trx: Kysely<Schema>, items: Item[], now: Date) {
  const latest = new Date(now.getTime() + futureCapMs);
  const rows = items.map((item) => {
    const eventAt = item.eventAt > latest ? latest : item.eventAt;
    return {
      id: item.id,
      direction: item.direction,
      topic: item.topic,
      connection_id: item.connectionId,
      connect_key_id: item.connectKeyId ?? null,
      stream: item.stream,
      ordering_key: item.orderingKey,
      event_at: eventAt,
      event_ms: eventAt.getTime(),
      summary: item.summary,
      issue_keys: item.issueKeys,
      refused_keys: item.refusedKeys ?? [],
      skip: item.skip ?? null,
      facts: item.facts ?? null,
      content_hash: item.contentHash,
      body: item.body,
    };
  });
  const inserted = await sql<{ id: string; state: DeliveryState; stream: string }>`
    with item as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as item(
        id uuid, direction text, topic text, connection_id uuid, connect_key_id uuid, stream text, ordering_key text,
        event_at timestamptz, event_ms bigint, summary text, issue_keys text[], refused_keys text[], skip text,
        facts jsonb, content_hash text, body text)
    ), ordered as (
      insert into entity_sequences as entity
        (connection_id, topic, entity, event_at, sequence, content_hash, delivery_id)
      select connection_id, topic, ordering_key, event_at, event_ms, decode(content_hash, 'hex'), id
      from item where skip is null order by connection_id, topic, ordering_key
      on conflict (connection_id, topic, entity) do update set
        event_at = excluded.event_at,
        sequence = greatest(excluded.sequence, entity.sequence + 1),
        content_hash = excluded.content_hash,
        delivery_id = excluded.delivery_id
      where excluded.event_at > entity.event_at
         or (excluded.event_at = entity.event_at and excluded.content_hash <> entity.content_hash)
      returning delivery_id, sequence
    ), bodies as (
      insert into delivery_bodies (day, delivery_id, body)
      select (${now}::timestamptz at time zone 'utc')::date, id, body from item
    )
    insert into deliveries (id, direction, topic, connection_id, connect_key_id, stream, ordering_key, sequence,
      event_at, summary, issue_keys, refused_keys, facts, state, answer, received_at, ended_at)
    select item.id, direction, topic, connection_id, connect_key_id, stream, ordering_key, ordered.sequence,
      event_at, summary, issue_keys, refused_keys, facts,
      case when skip is not null then 'skipped' when ordered.sequence is null then 'superseded' else 'queued' end,
      case when skip is not null then jsonb_build_object('reason', skip)
           when ordered.sequence is null then jsonb_build_object('reason', 'a newer state of it was known already') end,
      ${now}, case when skip is not null or ordered.sequence is null then ${now}::timestamptz end
    from item left join ordered on ordered.delivery_id = item.id
    returning id, state, stream`.execute(trx);
  return inserted.rows;
}

async function statesOf(trx: Kysely<Schema>, ids: string[]): Promise<Map<string, DeliveryState>> {
  if (ids.length === 0) return new Map();
  const found = await sql<{ id: string; state: DeliveryState }>`
    select id, state from deliveries where id = any(${ids}::uuid[])`.execute(trx);
  return new Map(found.rows.map((row) => [row.id, row.state]));
}
