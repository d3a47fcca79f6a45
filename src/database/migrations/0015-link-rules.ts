import type { Migration } from './migration.ts';

/** When the rules of a link were changed and what Jira shows is yet to follow them. */
export const linkRules: Migration = {
  number: 15,
  name: 'link-rules',
  sql: 'alter table links add column rules_changed_at timestamptz',
};
