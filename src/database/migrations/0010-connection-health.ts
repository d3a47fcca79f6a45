import type { Migration } from './migration.ts';

/** How connections are, what is held, what forms were told of the other side, and consents that are under way. */
export const connectionHealth: Migration = {
  number: 10,
  name: 'connection-health',
  sql: `
alter table connections
  -- Counts the changes of the settings.
  add column revision integer not null default 1,
  add column status text not null default 'untested',
  add column status_since timestamptz not null default now(),
  add column failed_checks integer not null default 0,
  -- Spread, so that the connections that are there already are not all checked at once.
  -- Secrets that changed later may have repaired it.
  add column secrets_seen_at timestamptz not null default now(),
  add column next_check_at timestamptz not null default now() + random() * interval '15 minutes';
create index connections_to_check on connections (next_check_at);
create index secrets_by_change on secrets (updated_at);

-- A row with released_at tells what was held before.
create table connection_holds (
  connection_id uuid primary key references connections (id) on delete cascade,
  since timestamptz not null,
  code text not null,
  message text not null,
  hint text not null,
  checks integer not null default 0,
  released_at timestamptz
);

create table connection_metadata (
  connection_id uuid not null references connections (id) on delete cascade,
  key text not null,
  revision integer not null,
  items jsonb not null,
  fetched_at timestamptz not null,
  primary key (connection_id, key)
);
create index connection_metadata_by_age on connection_metadata (fetched_at);

create table consent_requests (
  state_hash bytea primary key,
  connection_id uuid not null references connections (id) on delete cascade,
  revision integer not null,
  asked_by jsonb not null,
  redirect_uri text not null,
  sealed_verifier bytea not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index consent_requests_by_age on consent_requests (expires_at);
`,
};
