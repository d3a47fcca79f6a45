import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database, Schema } from '../database/index.ts';
import { TielineError } from '../kit/errors.ts';
import { type Delivery, type DeliveryState, finalStates } from './delivery.ts';
import { nudge } from './nudge.ts';

/** What a list of deliveries may be narrowed by. */
export interface DeliveryFilter {
  state?: DeliveryState;
  topic?: string;
  /** Only those of these connections; of all, and of deleted ones too, when absent. */
  connectionIds?: string[];
  /** Only deliveries that name this issue, also where the key was refused. */
  issueKey?: string;
  /** Only deliveries older than this id: the cursor of the page before. */
  before?: string;
  limit: number;
}

/** What a {@link Delivery} is read from. */
export const deliveryColumns = sql`
  deliveries.id, direction, topic, deliveries.connection_id as "connectionId", connect_key_id as "connectKeyId", stream,
  ordering_key as "orderingKey", sequence, event_at as "eventAt", summary, issue_keys as "issueKeys",
  refused_keys as "refusedKeys", state, attempts, answer, error, replay_of as "replayOf",
  received_at as "receivedAt", ended_at as "endedAt",
  case when state = 'queued' and hold.code is not null then jsonb_build_object('reason', hold.code, 'until', null)
    when state = 'queued' and greatest(waiting_until, paused_until) > now() then
      jsonb_build_object('reason', coalesce(waiting_reason, pause_reason), 'until', greatest(waiting_until, paused_until))
  end as waiting`;
export const deliverySource = sql`deliveries left join streams on streams.name = deliveries.stream
  left join connection_holds as hold
    on hold.connection_id = deliveries.connection_id and hold.released_at is null`;

/** A row of {@link deliveryColumns}. */
export type DeliveryRow = Omit<Delivery, 'waiting'> & {
  waiting: { reason: string; until: string | null } | null;
};

/** A row as a delivery. */
export const present = (row: DeliveryRow): Delivery => ({
  ...row,
  waiting: row.waiting && {
    reason: row.waiting.reason,
    until: row.waiting.until === null ? null : new Date(row.waiting.until),
  },
});

/** A key was given, whether it might be sent or not; the second condition is the index's own. */
const namesIssue = (key: string): RawBuilder<boolean> =>
  sql<boolean>`(issue_keys @> array[${key}] or (refused_keys <> '{}' and refused_keys @> array[${key}]))`;

/** The delivery with this id, or undefined. */
export async function findDelivery(database: Database, id: string): Promise<Delivery | undefined> {
  const found =
    await sql<DeliveryRow>`select ${deliveryColumns} from ${deliverySource} where deliveries.id = ${id}::uuid`.execute(
      database.kysely,
    );
  return found.rows[0] && present(found.rows[0]);
}

/** What was posted and what the other side answered, whole; null once their 30 days are over. */
export interface DeliveryBodies {
  payload: unknown;
  requests: unknown;
  /** The connect keys whose deliveries shared the requests; null when that is not known. */
  connectKeyIds: (string | null)[] | null;
}

/** The bodies of a delivery; all null when there is none. */
export async function findBodies(database: Database, id: string): Promise<DeliveryBodies> {
  const found = await sql<{ body: string | null } & Omit<DeliveryBodies, 'payload'>>`
    select body, requests, connect_key_ids as "connectKeyIds" from deliveries
      left join delivery_bodies on delivery_id = deliveries.id and delivery_bodies.day = (received_at at time zone 'utc')::date
      left join exchanges on exchanges.id = exchange_id
    where deliveries.id = ${id}::uuid`.execute(database.kysely);
  const row = found.rows[0];
  return {
    payload: row?.body ? JSON.parse(row.body) : null,
    requests: row?.requests ?? null,
    connectKeyIds: row?.connectKeyIds ?? null,
  };
}

/** Deliveries, newest first. */
export async function listDeliveries(database: Database, filter: DeliveryFilter): Promise<Delivery[]> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (filter.state) conditions.push(sql`state = ${filter.state}`);
  if (filter.topic) conditions.push(sql`topic = ${filter.topic}`);
  if (filter.connectionIds)
    conditions.push(sql`deliveries.connection_id = any(${filter.connectionIds}::uuid[])`);
  if (filter.issueKey) conditions.push(namesIssue(filter.issueKey));
  if (filter.before) conditions.push(sql`deliveries.id < ${filter.before}::uuid`);
  const found = await sql<DeliveryRow>`
    select ${deliveryColumns} from ${deliverySource} where ${sql.join(conditions, sql` and `)}
    order by deliveries.id desc limit ${filter.limit}`.execute(database.kysely);
  return found.rows.map(present);
}

/**
 * Sends ended deliveries once more, each as a new delivery that names the old one. What is still the newest state
 * of its entity gets a new sequence number, so that Jira takes it; what is older is stored as superseded, and what
 * was skipped is skipped again.
 * @throws resource-not-found, replay-not-possible when one has not ended, or its body is no longer kept; then none is replayed.
 */
export async function replayDeliveries(
  trx: Kysely<Schema>,
  ids: string[],
  now: Date,
): Promise<{ id: string; replayOf: string; state: DeliveryState }[]> {
  const originals = await sql<{ id: string; state: DeliveryState; body: string | null; stream: string }>`
      select deliveries.id, state, body, stream from deliveries
        left join delivery_bodies on delivery_id = deliveries.id and day = (received_at at time zone 'utc')::date
      where deliveries.id = any(${ids}::uuid[]) order by deliveries.id`.execute(trx);
  const known = new Map(originals.rows.map((row) => [row.id, row]));
  for (const id of ids) assertReplayable(id, known.get(id));
  const pairs = originals.rows.map((row) => ({ id: uuid(), replay_of: row.id }));
  const inserted = await sql<{ id: string; replayOf: string; state: DeliveryState; stream: string }>`
      with pair as (
        select * from json_to_recordset(${JSON.stringify(pairs)}::json) as pair(id uuid, replay_of uuid)
      ), original as (
        select pair.id as new_id, body, deliveries.* from pair join deliveries on deliveries.id = pair.replay_of
          join delivery_bodies on delivery_id = deliveries.id and day = (received_at at time zone 'utc')::date
      ), renewed as (
        update entity_sequences as entity set sequence = entity.sequence + 1, delivery_id = original.new_id
        from original
        where entity.connection_id = original.connection_id and entity.topic = original.topic
          and entity.entity = original.ordering_key
          and original.state <> 'skipped' and entity.event_at = original.event_at
          and entity.content_hash = sha256(convert_to(original.body, 'UTF8'))
        returning entity.delivery_id, entity.sequence
      ), bodies as (
        insert into delivery_bodies (day, delivery_id, body)
        select (${now}::timestamptz at time zone 'utc')::date, new_id, body from original
      )
      insert into deliveries (id, direction, topic, connection_id, connect_key_id, stream, ordering_key, sequence,
        event_at, summary, issue_keys, refused_keys, facts, state, answer, replay_of, received_at, ended_at)
      select new_id, direction, topic, connection_id, connect_key_id, stream, ordering_key, renewed.sequence, event_at,
        summary, issue_keys, refused_keys, facts,
        case when state = 'skipped' then 'skipped' when renewed.sequence is null then 'superseded' else 'queued' end,
        case when state = 'skipped' then answer
             when renewed.sequence is null then jsonb_build_object('reason', 'a newer state of it was known already') end,
        id, ${now}, case when renewed.sequence is null then ${now}::timestamptz end
      from original left join renewed on renewed.delivery_id = new_id
      returning id, replay_of as "replayOf", state, stream`.execute(trx);
  const streams = inserted.rows.flatMap((row) => (row.state === 'queued' ? [row.stream] : []));
  await nudge(trx, [...new Set(streams)]);
  return inserted.rows.map(({ id, replayOf, state }) => ({ id, replayOf, state }));
}

function assertReplayable(id: string, row: { state: DeliveryState; body: string | null } | undefined): void {
  if (row === undefined) throw new TielineError('resource-not-found', `There is no delivery ${id}`);
  if (!finalStates.some((state) => state === row.state)) {
    throw new TielineError('replay-not-possible', `Delivery ${id} has not ended: it is ${row.state}`);
  }
  if (row.body === null) {
    throw new TielineError('replay-not-possible', `The body of delivery ${id} is no longer kept`);
  }
}
