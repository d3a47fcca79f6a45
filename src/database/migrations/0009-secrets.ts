import type { Migration } from './migration.ts';

/**
 * Kinds, earlier values and usage scopes of secrets, who uses them, and a second wrap of the data keys. The newest
 * value stays in `secrets`: an older replica reads and writes it there.
 */
export const secretVersionsAndUses: Migration = {
  number: 9,
  name: 'secrets',
  sql: `
alter table data_keys add column next_wrapped bytea, add column next_master_key_id text;

alter table secrets
  add column kind text not null default 'text' check (kind in ('text', 'file')),
  add column file_name text,
  add column file_bytes integer,
  add column usage_scopes text[],
  add column changed_at timestamptz,
  add column changed_by text,
  add column restored_from integer;

create table secret_versions (
  secret_id uuid not null references secrets (id) on delete cascade,
  version integer not null,
  sealed bytea,
  file_name text,
  file_bytes integer,
  restored_from integer,
  created_at timestamptz not null,
  created_by text,
  ended_at timestamptz,
  ended_by text,
  primary key (secret_id, version)
);

alter table connections add column usage_scopes text[];
update connections set usage_scopes = array[scope];

create table secret_uses (
  user_kind text not null,
  user_id uuid not null,
  path text not null,
  reference text not null,
  secret_id uuid references secrets (id),
  connection_id uuid references connections (id),
  primary key (user_kind, user_id, path)
);
create index secret_uses_of_secret on secret_uses (secret_id) where secret_id is not null;
create index secret_uses_of_connection on secret_uses (connection_id) where connection_id is not null;

with recursive walk (id, scope, path, value) as (
  select id, scope, '', settings from connections
  union all
  select walk.id, walk.scope, case path when '' then entry.key else path || '.' || entry.key end, entry.value
  from walk, jsonb_each(case jsonb_typeof(walk.value) when 'object' then walk.value else '{}' end) as entry
), found as (
  select walk.id, path, value ->> 'secret' as reference,
    case when value ->> 'secret' like 'account.%' then 'account'
      when value ->> 'secret' like 'org.%' then split_part(scope, '/', 1) else scope end as scope,
    regexp_replace(value ->> 'secret', '^(account|org)[.]', '') as name
  from walk
  where jsonb_typeof(value) = 'object' and jsonb_typeof(value -> 'secret') = 'string' and value - 'secret' = '{}'
)
insert into secret_uses (user_kind, user_id, path, reference, secret_id)
select 'connection', found.id, found.path, found.reference, secrets.id
from found join secrets on secrets.scope = found.scope and lower(secrets.name) = lower(found.name);
`,
};
