import type { Migration } from './migration.ts';

/** People and service accounts, their roles, and how people sign in. */
export const accounts: Migration = {
  number: 8,
  name: 'accounts',
  sql: `
create table accounts (
  id uuid primary key,
  kind text not null check (kind in ('user', 'service-account')),
  name text not null,
  -- A user's, in lower case.
  email text check ((kind = 'user') = (email is not null)),
  -- Where a service account lies; a user is the whole account's.
  scope text not null,
  -- Who an OpenID Connect issuer says it is; null until the first such sign-in.
  issuer text,
  subject text,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  last_signed_in_at timestamptz
);
create unique index users_by_email on accounts (email) where kind = 'user';
create unique index users_by_subject on accounts (issuer, subject) where subject is not null;
create unique index service_accounts_by_name on accounts (scope, lower(name)) where kind = 'service-account';

-- The same role may be given by a person and by a group: each takes back only its own.
create table role_grants (
  account_id uuid not null references accounts (id),
  scope text not null,
  role text not null check (role in ('viewer', 'operator', 'editor', 'administrator')),
  source text not null check (source in ('person', 'group')),
  granted_at timestamptz not null default now(),
  primary key (account_id, scope, source)
);
create index role_grants_of_scope on role_grants (scope, role);

create table group_role_rules (
  id uuid primary key,
  group_name text not null,
  scope text not null,
  role text not null check (role in ('viewer', 'operator', 'editor', 'administrator')),
  created_at timestamptz not null default now()
);
create unique index group_role_rules_by_group on group_role_rules (group_name, scope);

-- Null: a token that belongs to nobody, as they were before there were accounts.
alter table api_tokens add column account_id uuid references accounts (id);
create index api_tokens_of_account on api_tokens (account_id, id);

create table passwords (
  account_id uuid primary key references accounts (id),
  hash text not null,
  changed_at timestamptz not null default now()
);

-- A link with which a user sets a password, once.
create table invitations (
  hash bytea primary key,
  account_id uuid not null unique references accounts (id),
  expires_at timestamptz not null
);

create table sessions (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  hash bytea not null unique,
  -- The secret before this one, good for requests that were under way when it was replaced.
  previous_hash bytea,
  previous_until timestamptz,
  csrf_token text not null,
  method text not null check (method in ('password', 'oidc')),
  started_at timestamptz not null,
  renewed_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null
);
create unique index sessions_by_previous_hash on sessions (previous_hash) where previous_hash is not null;
create index sessions_of_account on sessions (account_id);
create index sessions_by_age on sessions (last_used_at);

-- Keys are hashes: what is typed in place of an e-mail address may be a password.
create table sign_in_attempts (
  key bytea primary key,
  attempts integer not null,
  ends_at timestamptz not null
);
create index sign_in_attempts_by_age on sign_in_attempts (ends_at);
`,
};
