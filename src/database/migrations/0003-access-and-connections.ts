import type { Migration } from './migration.ts';

/** API tokens, secrets, connections, connect keys, remembered answers of idempotent posts. */
export const accessAndConnections: Migration = {
  number: 3,
  name: 'access-and-connections',
  sql: `
create table api_tokens (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'editor', 'administrator')),
  scope text not null,
  hash bytea not null unique,
  hint text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

create table secrets (
  id uuid primary key,
  scope text not null,
  name text not null,
  description text not null default '',
  version integer not null default 1,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index secrets_by_name on secrets (scope, lower(name));

create table connections (
  id uuid primary key,
  scope text not null,
  name text not null,
  connector text not null,
  settings jsonb not null,
  last_test jsonb,
  tested_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index connections_by_name on connections (scope, lower(name));

create table connect_keys (
  id uuid primary key,
  connection_id uuid not null references connections (id),
  name text not null,
  hash bytea not null unique,
  hint text not null,
  projects text[],
  kinds text[],
  environments text[],
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index connect_keys_of_connection on connect_keys (connection_id);

create table idempotent_answers (
  token_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  sealed_answer bytea,
  created_at timestamptz not null default now(),
  primary key (token_id, key)
);
create index idempotent_answers_by_age on idempotent_answers (created_at);
`,
};
