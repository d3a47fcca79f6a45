import type { Migration } from './migration.ts';

/** Regular looks at what a link covers, what they found, and the commands in commit messages that were taken. */
export const looksAndSmartCommits: Migration = {
  number: 14,
  name: 'looks-and-smart-commits',
  sql: `
alter table links
  add column next_look_at timestamptz not null default now(),
  add column smart_commits text not null default 'auto' check (smart_commits in ('auto', 'on', 'off')),
  -- Commits that were authored before it are left alone.
  add column smart_commits_since timestamptz not null default now();
-- Not all of them at the moment of the upgrade.
update links set next_look_at = now() + random() * interval '15 minutes';

create table link_looks (
  id uuid primary key,
  link_id uuid not null references links (id) on delete cascade,
  cause text not null check (cause in ('schedule', 'request')),
  -- Whether every branch is looked at, so that those that are gone are found.
  whole boolean not null,
  wanted_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- Set while the host's rate limit makes it wait.
  retry_at timestamptz,
  checked integer not null default 0,
  changes integer not null default 0,
  missed integer not null default 0,
  repaired jsonb not null default '[]',
  problem jsonb
);
create unique index link_looks_one_waiting on link_looks (link_id) where started_at is null;
create index link_looks_open on link_looks (link_id) where ended_at is null;
create index link_looks_by_link on link_looks (link_id, id desc);

create table looked_repositories (
  link_id uuid not null references links (id) on delete cascade,
  repository_id text not null,
  info jsonb not null,
  looked_at timestamptz not null,
  -- When every branch was looked at.
  whole_at timestamptz,
  -- Branches that were there before the link, by name, with their heads: nobody asked for them.
  left_out jsonb not null,
  primary key (link_id, repository_id)
);

create table smart_commands (
  link_id uuid not null references links (id) on delete cascade,
  sha text not null,
  issue_key text not null,
  -- Of the command among those of the commit for the issue.
  position integer not null,
  -- Of the author, the moment and the command: the same after a rebase.
  fingerprint text not null,
  state text not null default 'waiting' check (state in ('waiting', 'trying', 'done', 'refused')),
  -- What a try was about to do.
  plan jsonb,
  primary key (link_id, sha, issue_key, position),
  unique (link_id, issue_key, fingerprint)
);
`,
};
