import type { Migration } from './migration.ts';

/** The delivery ledger, the streams it drains, the entities it orders, and the replicas that work on it. */
export const deliveryLedger: Migration = {
  number: 2,
  name: 'delivery-ledger',
  sql: `
create table replicas (
  id uuid primary key,
  host text not null,
  pid integer not null,
  worker_pool text,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);

create table streams (
  name text primary key,
  paused_until timestamptz,
  pause_reason text,
  failures integer not null default 0
);

create table deliveries (
  id uuid primary key,
  direction text not null check (direction in ('in', 'out')),
  topic text not null,
  connection_id uuid,
  connect_key_id uuid,
  stream text not null,
  ordering_key text not null,
  sequence bigint,
  event_at timestamptz,
  summary text not null,
  issue_keys text[] not null,
  refused_keys text[] not null default '{}',
  state text not null check (state in ('received', 'queued', 'sending', 'delivered', 'partial', 'rejected',
                                       'superseded', 'skipped', 'dead')),
  attempts integer not null default 0,
  waiting_reason text,
  waiting_until timestamptz,
  replica_id uuid,
  answer jsonb,
  error jsonb,
  exchange_id uuid,
  replay_of uuid,
  received_at timestamptz not null,
  ended_at timestamptz
);
create index deliveries_to_drain on deliveries (stream, id) where state in ('queued', 'sending');
create index deliveries_of_connection on deliveries (connection_id, id);
create index deliveries_by_age on deliveries using brin (received_at);
create index deliveries_of_issue on deliveries using gin (issue_keys);

create table delivery_bodies (
  day date not null,
  delivery_id uuid not null,
  body text not null,
  primary key (day, delivery_id)
) partition by range (day);
create table delivery_bodies_rest partition of delivery_bodies default;

create table exchanges (
  day date not null,
  id uuid not null,
  stream text not null,
  requests jsonb not null,
  primary key (id, day)
) partition by range (day);
create table exchanges_rest partition of exchanges default;

create table dedupe_keys (
  namespace text not null,
  key text not null,
  delivery_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (namespace, key)
);
create index dedupe_keys_by_age on dedupe_keys (created_at);

create table entity_sequences (
  connection_id uuid not null,
  topic text not null,
  entity text not null,
  event_at timestamptz not null,
  sequence bigint not null,
  content_hash bytea not null,
  delivery_id uuid not null,
  primary key (connection_id, topic, entity)
);
create index entity_sequences_by_age on entity_sequences using brin (event_at);
`,
};
