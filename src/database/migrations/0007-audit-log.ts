import type { Migration } from './migration.ts';

/** Who changed what. Rows are added and never changed: the trigger holds also against our own mistakes. */
export const auditLog: Migration = {
  number: 7,
  name: 'audit-log',
  sql: `
create table audit_log (
  id uuid primary key,
  at timestamptz not null,
  actor_kind text not null,
  actor_id uuid not null,
  actor_name text not null,
  token_id uuid,
  token_name text,
  address text,
  action text not null,
  scope text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text not null,
  details jsonb
);
create index audit_log_of_subject on audit_log (subject_kind, subject_id, id);
create index audit_log_of_scope on audit_log (scope, id);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only added to';
end $$;
create trigger audit_log_is_only_added_to before update or delete on audit_log
  for each row execute function refuse_audit_change();
`,
};
