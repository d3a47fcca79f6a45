import type { Migration } from './migration.ts';

/** What was posted under a dedupe key, as a hash: the same key with something else is a mistake, not a retry. */
export const dedupeFingerprints: Migration = {
  number: 5,
  name: 'dedupe-fingerprints',
  sql: 'alter table dedupe_keys add column fingerprint text',
};
