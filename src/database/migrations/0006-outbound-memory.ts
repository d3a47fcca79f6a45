import type { Migration } from './migration.ts';

/** What outbound requests must remember and replicas share: access tokens, users' grants, other sides' limits. */
export const outboundMemory: Migration = {
  number: 6,
  name: 'outbound-memory',
  sql: `
create table access_tokens (
  key text primary key,
  sealed bytea not null,
  expires_at timestamptz not null
);

create table user_grants (
  key text primary key,
  sealed bytea not null,
  expires_at timestamptz not null,
  scopes text[] not null,
  updated_at timestamptz not null default now()
);

create table rate_limit_pauses (
  key text primary key,
  until timestamptz not null,
  reason text not null
);
`,
};
