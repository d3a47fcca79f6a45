import type { Migration } from './migration.ts';

/** What calling the webhooks takes that a self-hosted Jira registers at the hub as it does at GitHub. */
export const panelHooks: Migration = {
  number: 18,
  name: 'panel-hooks',
  sql: `
alter table panel_hooks
  -- Jira has two of one address: told by a form it reads commits, told by JSON pull requests.
  add column content_type text not null default 'form' check (content_type in ('form', 'json')),
  add column events text[] not null default '{push}',
  add column active boolean not null default true,
  add column sealed_secret bytea,
  -- When it is to be called, and of what.
  add column due_at timestamptz,
  add column due_events text[] not null default '{}',
  add column called_at timestamptz,
  -- Calls that failed in a row, and why the last one did.
  add column failures integer not null default 0,
  add column problem jsonb,
  drop constraint panel_hooks_link_id_repository_id_url_key,
  add unique (link_id, repository_id, url, content_type);
create index panel_hooks_due on panel_hooks (due_at) where due_at is not null;
`,
};
