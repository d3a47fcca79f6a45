import { sql } from 'kysely';
import type { Settings, TestReport } from '../../kit/connector.ts';
import type { EnvironmentType } from '../../kit/jira.ts';
import type { HoldReason } from '../../work/index.ts';
import { type SecretLimit, secretLimits } from '../secrets/index.ts';

/** Names of environments by their type, as globs. */
export type EnvironmentRules = Partial<Record<EnvironmentType, string[]>>;

/** How a connection is, by its last test; `broken` when it could not even be opened. */
export type ConnectionStatus = 'untested' | TestReport['outcome'] | 'broken';

/** A connection as stored: secrets are references. */
export interface StoredConnection {
  id: string;
  scope: string;
  name: string;
  connector: string;
  settings: Settings;
  /** Whether every token that sees the connection may make connect keys for itself. */
  selfService: boolean;
  environmentRules: EnvironmentRules;
  /** Where it may be used; its secrets may narrow that. */
  usageScopes: string[];
  secretLimits: SecretLimit[];
  /** Counts the changes of the settings. */
  revision: number;
  status: ConnectionStatus;
  statusSince: Date;
  /** Tests that failed in a row. */
  failedChecks: number;
  nextCheckAt: Date;
  /** Why its work is held until somebody has repaired it. `since` is ISO 8601. */
  hold: (HoldReason & { since: string }) | null;
  lastTest: TestReport | null;
  testedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What a {@link StoredConnection} is read from. */
export const connectionColumns = sql`connections.id, scope, name, connector, settings,
  self_service as "selfService", environment_rules as "environmentRules", revision, status,
  status_since as "statusSince", failed_checks as "failedChecks", next_check_at as "nextCheckAt",
  (select jsonb_build_object('since', since, 'code', code, 'message', message, 'hint', hint)
    from connection_holds where connection_id = connections.id and released_at is null) as hold,
  coalesce(usage_scopes, array[scope]) as "usageScopes",
  ${secretLimits('connection', 'connections.id')} as "secretLimits",
  last_test as "lastTest", tested_at as "testedAt", created_at as "createdAt", updated_at as "updatedAt"`;
