import type { Migration } from './migration.ts';

/** Links of code hosts to Jira, and the memory of what was sent for each branch, commit and pull request. */
export const devPanel: Migration = {
  number: 11,
  name: 'dev-panel',
  sql: `
create table links (
  id uuid primary key,
  scope text not null,
  name text not null,
  host_connection_id uuid not null references connections (id),
  jira_connection_id uuid not null references connections (id),
  level text not null check (level in ('account', 'organization', 'project')),
  include_repositories text[],
  exclude_repositories text[],
  projects text[],
  hook_id text not null unique,
  sealed_hook_secret bytea not null,
  first_hook_at timestamptz,
  last_hook_at timestamptz,
  disconnecting_since timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index links_by_name on links (scope, lower(name));

create table link_scopes (
  link_id uuid not null references links (id) on delete cascade,
  -- The host's address, so that two connections to one host cannot link one scope twice.
  host text not null,
  path text not null,
  subscription text,
  subscription_problem jsonb,
  primary key (link_id, path),
  unique (host, path)
);

create table dev_repositories (
  link_id uuid not null,
  repository_id text not null,
  name text not null,
  info jsonb not null,
  seen_at timestamptz not null,
  primary key (link_id, repository_id)
);

create table dev_entities (
  link_id uuid not null,
  repository_id text not null,
  kind text not null check (kind in ('branch', 'commit', 'pull-request')),
  id text not null,
  content jsonb not null,
  as_of timestamptz not null,
  own_keys text[] not null,
  -- Of a pull request: the branch and the commits that are shown on its issues too.
  members text[] not null default '{}',
  shown_keys text[] not null default '{}',
  shown_hash text,
  shown_at timestamptz,
  primary key (link_id, repository_id, kind, id)
);
create table backfills (
  id uuid primary key,
  link_id uuid not null references links (id) on delete cascade,
  -- Null: for all time.
  since timestamptz,
  state text not null check (state in ('running', 'paused', 'done', 'cancelled')),
  -- Repositories are listed first; a restart lists them again.
  listed_at timestamptz,
  problem jsonb,
  created_at timestamptz not null,
  ended_at timestamptz
);
create unique index backfills_one_at_a_time on backfills (link_id) where state in ('running', 'paused');

create table backfill_parts (
  backfill_id uuid not null references backfills (id) on delete cascade,
  repository_id text not null,
  kind text not null check (kind in ('branches', 'pull-requests', 'commits')),
  repository jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  cursor text,
  pages integer not null default 0,
  entities integer not null default 0,
  told integer not null default 0,
  total integer,
  failures integer not null default 0,
  retry_at timestamptz,
  problem jsonb,
  primary key (backfill_id, repository_id, kind)
);

create index dev_entities_by_member on dev_entities using gin (members) where kind = 'pull-request';
`,
};
