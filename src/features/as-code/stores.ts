import { type Database, type Vault, within } from '../../database/index.ts';
import type { GrantStore } from '../../kit/http.ts';
import type { Actor, Change, Changes, Credentials } from '../access/index.ts';
import {
  type ConnectionParts,
  type ConnectionStore,
  createConnectionStore,
  createSecretSources,
  type HealthStore,
} from '../connections/index.ts';
import {
  type BackfillStore,
  createBackfillStore,
  createLinkStore,
  type LinkStore,
  type Subscriptions,
} from '../dev-panel/index.ts';
import {
  createSecretReferences,
  createSecretStore,
  type MachineSecretRules,
  type SecretReferences,
  type SecretStore,
} from '../secrets/index.ts';

/** What the feature stands on. */
export type AsCodeParts = ConnectionParts & {
  database: Database;
  vault: Vault;
  changes: Changes;
  credentials: Credentials;
  grants: Pick<GrantStore, 'forget'>;
  health: HealthStore;
  subscriptions: Subscriptions;
  machine: MachineSecretRules;
  keptVersions: number;
};

/** The stores of the features, all on one database or all in one transaction. */
export interface Stores {
  actor: Actor | undefined;
  database: Database;
  /** With references to secrets that are looked up in the same place. */
  parts: ConnectionParts;
  connections: ConnectionStore;
  secrets: SecretStore;
  links: LinkStore;
  now(): Date;
}

/** The stores in a transaction, to write. */
export interface WritingStores extends Stores {
  change: Change;
  backfills: BackfillStore;
  health: HealthStore;
  subscriptions: Subscriptions;
  grants: Pick<GrantStore, 'forget'>;
  /** Runs once all is committed; gives what is worth telling the caller of it. */
  afterwards(work: () => Promise<string[]>): void;
}

/** The stores on a database, to read. */
export function createStores(parts: AsCodeParts, database: Database, actor: Actor | undefined): Stores {
  const connections = createConnectionStore(database);
  // Each finds the other when it is asked, as where the hub is joined.
  const references: SecretReferences = createSecretReferences({
    ...parts,
    database,
    sources: {
      find: (reference, user) => sources.find(reference, user),
      open: (id) => sources.open(id),
    },
  });
  const seen = { ...parts, secrets: references };
  const sources = createSecretSources(database, { ...seen, connections });
  return {
    actor,
    database,
    parts: seen,
    connections,
    secrets: createSecretStore(database, parts.vault, parts.keptVersions),
    links: createLinkStore(database, parts.vault),
    now: parts.now,
  };
}

/** The stores in the transaction of a change: what it has written, they read. */
export function createWritingStores(
  parts: AsCodeParts,
  change: Change,
  actor: Actor | undefined,
): WritingStores & { later: (() => Promise<string[]>)[] } {
  const database = within(parts.database, change.trx);
  const later: (() => Promise<string[]>)[] = [];
  return {
    ...createStores(parts, database, actor),
    change,
    backfills: createBackfillStore(database),
    health: parts.health,
    subscriptions: parts.subscriptions,
    grants: parts.grants,
    later,
    afterwards: (work) => void later.push(work),
  };
}
