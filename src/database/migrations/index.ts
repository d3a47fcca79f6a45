import { secretsAndKeys } from './0001-secrets-and-keys.ts';
import { deliveryLedger } from './0002-delivery-ledger.ts';
import { accessAndConnections } from './0003-access-and-connections.ts';
import { explanationsAndKeys } from './0004-explanations-and-keys.ts';
import { dedupeFingerprints } from './0005-dedupe-fingerprints.ts';
import { auditLog } from './0007-audit-log.ts';
import type { Migration } from './migration.ts';

/** Every migration, in the order in which they run. */
export const migrations: readonly Migration[] = [
  secretsAndKeys,
  deliveryLedger,
  accessAndConnections,
  explanationsAndKeys,
  dedupeFingerprints,
  auditLog,
];
