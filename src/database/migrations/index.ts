import { secretsAndKeys } from './0001-secrets-and-keys.ts';
import { deliveryLedger } from './0002-delivery-ledger.ts';
import { accessAndConnections } from './0003-access-and-connections.ts';
import { explanationsAndKeys } from './0004-explanations-and-keys.ts';
import { dedupeFingerprints } from './0005-dedupe-fingerprints.ts';
import { outboundMemory } from './0006-outbound-memory.ts';
import { auditLog } from './0007-audit-log.ts';
import { accounts } from './0008-accounts.ts';
import { secretVersionsAndUses } from './0009-secrets.ts';
import { connectionHealth } from './0010-connection-health.ts';
import { devPanel } from './0011-dev-panel.ts';
import { resourceLabels } from './0012-resource-labels.ts';
import { dataCenterPanel } from './0013-data-center-panel.ts';
import { looksAndSmartCommits } from './0014-looks-and-smart-commits.ts';
import { linkRules } from './0015-link-rules.ts';
import { runs } from './0016-runs.ts';
import { stepWaits } from './0017-step-waits.ts';
import { panelHooks } from './0018-panel-hooks.ts';
import type { Migration } from './migration.ts';

/** Every migration, in the order in which they run. */
export const migrations: readonly Migration[] = [
  secretsAndKeys,
  deliveryLedger,
  accessAndConnections,
  explanationsAndKeys,
  dedupeFingerprints,
  outboundMemory,
  auditLog,
  accounts,
  secretVersionsAndUses,
  connectionHealth,
  devPanel,
  resourceLabels,
  dataCenterPanel,
  looksAndSmartCommits,
  linkRules,
  runs,
  stepWaits,
  panelHooks,
];
