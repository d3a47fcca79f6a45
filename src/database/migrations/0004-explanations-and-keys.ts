import type { Migration } from './migration.ts';

/** What explanations, rotated and self-made connect keys, environment rules and the memory of deployments need. */
export const explanationsAndKeys: Migration = {
  number: 4,
  name: 'explanations-and-keys',
  sql: `
alter table connections
  add column self_service boolean not null default false,
  add column environment_rules jsonb not null default '{}';

alter table connect_keys
  add column created_by uuid,
  add column created_by_name text,
  add column rotated_from uuid;
create index connect_keys_of_maker on connect_keys (created_by);

-- Whose deliveries an exchange carried; null is not known.
alter table exchanges add column connect_key_ids uuid[];

alter table deliveries add column facts jsonb;
create index deliveries_of_refused_issue on deliveries using gin (refused_keys) where refused_keys <> '{}';
create index deliveries_of_successful_deployments
  on deliveries (connection_id, (facts->>'pipeline'), (facts->>'environment'), event_at)
  where topic = 'deployment' and facts->>'state' = 'successful';
`,
};
