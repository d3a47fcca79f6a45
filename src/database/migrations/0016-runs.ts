import type { Migration } from './migration.ts';

/** Runs of steps: what was asked for, how far each is, and what was said meanwhile. */
export const runs: Migration = {
  number: 16,
  name: 'runs',
  sql: `
create table runs (
  id uuid primary key,
  number bigint generated always as identity,
  scope text not null,
  kind text not null check (kind in ('step', 'stage', 'pipeline', 'action')),
  name text not null,
  state text not null check (state in
    ('queued', 'running', 'waiting', 'succeeded', 'failed', 'rejected', 'expired', 'aborted')),
  -- Both are null once they are no longer kept.
  plan jsonb,
  context jsonb,
  created_by jsonb not null,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  rerun_of uuid,
  rerun_from text,
  issue_keys text[] not null default '{}',
  -- Who asked for its end before its time.
  cancelled_by jsonb,
  -- When it is to go on; null while it waits for an issue, and at its end.
  due_at timestamptz,
  -- The connection that must be repaired before it goes on, at the latest at its deadline.
  held_by uuid,
  deadline timestamptz,
  -- The replica that takes it further, which must say so again before the time is over.
  leased_by uuid,
  leased_until timestamptz,
  -- Counts the lines of its log, and the changes of its state.
  lines integer not null default 0,
  changes integer not null default 0
);
create index runs_due on runs (due_at) where due_at is not null;
create index runs_by_scope on runs (scope, id desc);
create index runs_by_state on runs (state, id desc);
create index runs_by_issue on runs using gin (issue_keys);
create index runs_by_age on runs (created_at);

create table run_steps (
  id uuid primary key,
  run_id uuid not null references runs (id) on delete cascade,
  position integer not null,
  -- Unique in its run.
  reference text not null,
  stage text not null,
  identifier text not null,
  name text not null,
  type text not null,
  state text not null check (state in
    ('pending', 'running', 'waiting', 'succeeded', 'failed', 'rejected', 'expired', 'aborted', 'skipped')),
  -- What a failure strategy made of its failure.
  handled text check (handled in ('ignored', 'marked-as-success')),
  reason text,
  action text,
  connection_id uuid,
  -- The last three are masked, and null once they are no longer kept.
  input jsonb,
  resolved jsonb,
  output jsonb,
  output_name text,
  error jsonb,
  attempts jsonb not null default '[]',
  -- How often a failure strategy had it tried again.
  retries integer not null default 0,
  waited jsonb,
  started_at timestamptz,
  ended_at timestamptz,
  deadline timestamptz,
  unique (run_id, position),
  unique (run_id, reference)
);

create table run_lines (
  run_id uuid not null references runs (id) on delete cascade,
  number integer not null,
  at timestamptz not null,
  -- The step's reference; null for what is said of the run.
  step text,
  line text not null,
  primary key (run_id, number)
);
create index run_lines_by_age on run_lines (at);
`,
};
