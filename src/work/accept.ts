import { hash } from 'node:crypto';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { type Database, prepared, type Schema } from '../database/index.ts';
import type { AcceptedDelivery, DeliveryState, NewDelivery } from './delivery.ts';
import { nudge } from './nudge.ts';

/** A clock this far ahead of ours is taken as ours plus this: one wrong clock must not freeze an entity. */
const futureCapMs = 5 * 60 * 1000;

interface Item extends NewDelivery {
  /** Its place among those given. */
  index: number;
  id: string;
  contentHash: string;
}

/** Half of a SHA-256, in hex: enough to tell two contents under one key apart. */
const fingerprintLength = 32;

/** Runs a statement: in a transaction that somebody has begun, or as one of its own. */
type Run = <T>(statement: RawBuilder<T>) => Promise<T[]>;

/**
 * Stores deliveries in the caller's transaction: each once by its dedupe key, each with the next sequence
 * number of its entity, each stream nudged. Answers in the order given.
 *
 * The sequence is the event's time in milliseconds; the same time with other content gets the next number;
 * an older or equal state is stored as superseded and not sent, unless it is `inOrder`.
 *
 * With `woken` the caller wakes the streams itself once it has committed, see {@link queuedStreams}, and no job is added.
 */
export async function acceptDeliveries(
  trx: Kysely<Schema>,
  deliveries: NewDelivery[],
  now: Date,
  { woken = false }: { woken?: boolean } = {},
): Promise<AcceptedDelivery[]> {
  const accepted = await acceptRounds(runIn(trx), roundsOf(deliveries), now);
  if (!woken) await nudge(trx, [...queuedStreams(deliveries, accepted)]);
  return accepted;
}

/** The same in a transaction of its own, or in none where one statement does; no job is added. */
export async function acceptAlone(
  database: Database,
  deliveries: NewDelivery[],
  now: Date,
): Promise<AcceptedDelivery[]> {
  const rounds = roundsOf(deliveries);
  if (rounds.length > 1) {
    return database.transaction('accept', (trx) => acceptRounds(runIn(trx), rounds, now));
  }
  return acceptRounds((statement) => database.statement('accept', statement), rounds, now);
}

const runIn =
  (trx: Kysely<Schema>): Run =>
  async (statement) =>
    (await statement.execute(trx)).rows;

async function acceptRounds(run: Run, rounds: Item[][], now: Date): Promise<AcceptedDelivery[]> {
  const items = rounds.flat();
  const accepted: (AcceptedDelivery | undefined)[] = [];
  for (const round of rounds) {
    const stored = new Map((await run(insertRound(round, now))).map((row) => [row.id, row]));
    for (const { id, index } of round) {
      const row = stored.get(id);
      if (row !== undefined) accepted[index] = { id, state: row.state, duplicate: false, differs: false };
    }
  }
  const known = items.filter(({ index }) => accepted[index] === undefined);
  if (known.length > 0) {
    const earlier = new Map((await run(findEarlier(known))).map(({ item, ...row }) => [item, row]));
    for (const { id, index } of known) {
      const found = earlier.get(id);
      accepted[index] = {
        id: found?.deliveryId ?? id,
        state: found?.state ?? 'dead',
        duplicate: true,
        differs: found?.differs ?? false,
      };
    }
  }
  return accepted.filter((one) => one !== undefined);
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

/** The earlier deliveries of items whose dedupe key was taken. */
function findEarlier(items: Item[]) {
  return sql<{ item: string; deliveryId: string; state: DeliveryState | null; differs: boolean }>`
    select item.id as item, delivery_id as "deliveryId", deliveries.state,
      coalesce(dedupe_keys.fingerprint <> item.fingerprint, false) as differs
    from json_to_recordset(${JSON.stringify(items.flatMap(dedupeRow))}::json)
      as item(id uuid, namespace text, key text, fingerprint text)
    join dedupe_keys using (namespace, key) left join deliveries on deliveries.id = delivery_id`;
}

const dedupeRow = ({ id, dedupe, contentHash }: Item) =>
  dedupe === undefined
    ? []
    : [
        {
          id,
          namespace: dedupe.namespace,
          key: dedupe.key,
          fingerprint: (dedupe.fingerprint ?? contentHash).slice(0, fingerprintLength),
        },
      ];

/** One statement can order one state of an entity only; more states of it go into later rounds. */
function roundsOf(deliveries: NewDelivery[]): Item[][] {
  const rounds: Item[][] = [];
  const seen = new Map<string, number>();
  deliveries.forEach((delivery, index) => {
    const entity = `${delivery.connectionId} ${delivery.topic} ${delivery.orderingKey}`;
    const round = seen.get(entity) ?? 0;
    seen.set(entity, round + 1);
    rounds[round] ??= [];
    rounds[round].push({ ...delivery, index, id: uuid(), contentHash: hash('sha256', delivery.body) });
  });
  return rounds;
}

/** Stores those whose dedupe key is free; the answer tells which they are. */
function insertRound(items: Item[], now: Date) {
  const latest = new Date(now.getTime() + futureCapMs);
  const rows = items.map((item) => {
    const eventAt = item.eventAt > latest ? latest : item.eventAt;
    const [dedupe] = dedupeRow(item);
    return {
      id: item.id,
      direction: item.direction,
      topic: item.topic,
      connection_id: item.connectionId,
      connect_key_id: item.connectKeyId ?? null,
      stream: item.stream,
      ordering_key: item.orderingKey,
      given_at: eventAt,
      in_order: item.inOrder ?? false,
      event_ms: eventAt.getTime(),
      summary: item.summary,
      issue_keys: item.issueKeys,
      refused_keys: item.refusedKeys ?? [],
      skip: item.skip ?? null,
      facts: item.facts ?? null,
      content_hash: item.contentHash,
      body: item.body,
      dedupe_namespace: dedupe?.namespace,
      dedupe_key: dedupe?.key,
      fingerprint: dedupe?.fingerprint,
    };
  });
  return sql<{ id: string; state: DeliveryState }>`${prepared}
    with posted as (
      select given.*, greatest(given_at, known.event_at) as event_at
      from json_to_recordset(${JSON.stringify(rows)}::json) as given(
        id uuid, direction text, topic text, connection_id uuid, connect_key_id uuid, stream text, ordering_key text,
        given_at timestamptz, in_order boolean, event_ms bigint, summary text, issue_keys text[], refused_keys text[],
        skip text, facts jsonb, content_hash text, body text, dedupe_namespace text, dedupe_key text, fingerprint text)
      left join lateral (
        select event_at from entity_sequences as entity where in_order and entity.connection_id = given.connection_id
          and entity.topic = given.topic and entity.entity = given.ordering_key limit 1
      ) as known on true
    ), fresh as (
      -- In the order of the keys, so that two who have the same keys never wait for each other in a circle.
      insert into dedupe_keys (namespace, key, delivery_id, fingerprint)
      select dedupe_namespace, dedupe_key, id, fingerprint from posted where dedupe_key is not null
      order by dedupe_namespace, dedupe_key, id
      on conflict do nothing returning delivery_id
    ), item as (
      select * from posted where dedupe_key is null or id in (select delivery_id from fresh)
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
    returning id, state`;
}
