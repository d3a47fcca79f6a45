import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import type { Delivery } from './delivery.ts';
import { type DeliveryRow, deliveryColumns, deliverySource, present } from './ledger.ts';

/** The newest state of an entity, as it was accepted. */
export interface NewestState {
  delivery: Delivery;
  /** Null once it is no longer kept. */
  payload: unknown;
}

/**
 * Of every entity that any delivery has tied to an issue: the delivery of its newest state, which need not name the
 * issue any more, with the payload while it is kept. Newest first.
 */
export async function listNewestStates(
  database: Database,
  filter: { issueKey: string; connectionIds?: string[]; limit: number },
): Promise<NewestState[]> {
  const ofConnections =
    filter.connectionIds === undefined
      ? sql`true`
      : sql`connection_id = any(${filter.connectionIds}::uuid[])`;
  const found = await sql<DeliveryRow & { body: string | null }>`
    select ${deliveryColumns}, body from ${deliverySource}
      left join delivery_bodies on delivery_id = deliveries.id and day = (received_at at time zone 'utc')::date
    where deliveries.id in (
      select entity.delivery_id from entity_sequences as entity
      where (connection_id, topic, entity) in (
        select connection_id, topic, ordering_key from deliveries
        where issue_keys @> array[${filter.issueKey}] and ${ofConnections}))
    order by deliveries.id desc limit ${filter.limit}`.execute(database.kysely);
  return found.rows.map(({ body, ...row }) => ({
    delivery: present(row),
    payload: body === null ? null : JSON.parse(body),
  }));
}

/** The newest state of an entity, as far as it is remembered without its payload. */
export interface LatestState {
  eventAt: Date;
  /** As the delivery was given them. */
  facts: unknown;
}

/** What the newest states of entities are narrowed by. */
export interface LatestFilter {
  topic: string;
  connectionId: string;
  facts: Record<string, string>;
  /** A fact that it must not have. */
  except?: { name: string; value: string };
}

/** Of the entities whose newest state has these facts, the latest by its event. */
export async function findLatest(
  database: Database,
  { topic, connectionId, facts, except }: LatestFilter,
): Promise<LatestState | undefined> {
  const withFacts = Object.entries(facts).map(([name, value]) => sql`facts->>${sql.lit(name)} = ${value}`);
  if (except !== undefined) withFacts.push(sql`facts->>${sql.lit(except.name)} <> ${except.value}`);
  const found = await sql<LatestState>`
    select event_at as "eventAt", facts from deliveries
    where topic = ${topic} and connection_id = ${connectionId}::uuid and ${sql.join(withFacts, sql` and `)}
      and exists (select from entity_sequences as entity where entity.delivery_id = deliveries.id
        and entity.connection_id = deliveries.connection_id and entity.topic = deliveries.topic
        and entity.entity = deliveries.ordering_key)
    order by event_at desc, id desc limit 1`.execute(database.kysely);
  return found.rows[0];
}
