import type { Migration } from './migration.ts';

export const secretsAndKeys: Migration = {
  number: 1,
  name: 'secrets-and-keys',
  sql: `
    create table data_keys (
      id integer generated always as identity primary key,
      wrapped bytea not null,
      master_key_id text not null,
      created_at timestamptz not null default now()
    );

    create table vault_canary (
      single boolean primary key default true check (single),
      sealed bytea not null
    );
  `,
};
