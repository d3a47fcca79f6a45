import type { Migration } from './migration.ts';

/** Labels that files give to resources. A row may outlive its resource, whose id never comes again. */
export const resourceLabels: Migration = {
  number: 12,
  name: 'resource-labels',
  sql: `
create table resource_labels (
  kind text not null,
  resource_id text not null,
  labels jsonb not null,
  primary key (kind, resource_id)
);
create index resource_labels_by_label on resource_labels using gin (labels jsonb_path_ops);
`,
};
