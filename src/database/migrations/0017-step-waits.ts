import type { Migration } from './migration.ts';

/** Steps that wait for an issue to change, and what is known of the Jira that they wait for. */
export const stepWaits: Migration = {
  number: 17,
  name: 'step-waits',
  sql: `
create table issue_watches (
  connection_id uuid primary key references connections (id) on delete cascade,
  -- The end of the address to which this Jira sends its webhooks.
  hook_id text not null unique,
  sealed_secret bytea not null,
  -- How this Jira signs; null until its webhook is about to be registered.
  signature jsonb,
  registration text,
  -- Why there is no webhook.
  hook_problem jsonb,
  tried_at timestamptz,
  last_hook_at timestamptz,
  -- Since when nothing waits any more.
  idle_since timestamptz,
  -- The code of what stands in the way of looking.
  look_problem text
);

create table step_waits (
  step_id uuid primary key,
  -- A connection that is gone ends the wait; it must not end it in silence.
  connection_id uuid not null,
  issue_id text not null,
  issue_key text not null,
  -- Null: all.
  fields text[],
  every_ms bigint not null check (every_ms > 0),
  deadline timestamptz not null,
  -- When search is asked next.
  next_at timestamptz not null,
  -- A look that the step asked for.
  look_at timestamptz,
  -- A webhook told of a change that has not been looked at.
  hooked_at timestamptz,
  -- When the issue is read whatever search says.
  full_at timestamptz not null,
  -- Every change until then is known.
  looked_at timestamptz not null,
  -- Of the fields as they were when the step was last woken.
  fingerprint text,
  -- What stood in the way of the last look, of which the run was told.
  problem text,
  -- Whether the run was told that there are no webhooks.
  hook_told boolean not null default false,
  leased_until timestamptz,
  due_at timestamptz not null generated always as
    (greatest(least(next_at, look_at, hooked_at, deadline), leased_until)) stored
);
create index step_waits_due on step_waits (due_at);
create index step_waits_due_by_connection on step_waits (connection_id, due_at);
create index step_waits_by_issue on step_waits (connection_id, issue_id);
`,
};
