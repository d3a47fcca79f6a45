import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { Changes } from '../access/index.ts';
import type { MachineSecretRules } from './machine-secrets.ts';
import { masterKeyRoutes } from './master-key-routes.ts';
import { secretRoutes } from './routes.ts';
import { createSecretReferences, type SecretReferences, type SecretSources } from './secret-references.ts';
import { createSecretStore } from './secret-store.ts';
import { secretVersionRoutes } from './version-routes.ts';
import { createVersionStore } from './version-store.ts';

/** Secrets: kept here, or read where they are kept. */
export interface Secrets {
  references: SecretReferences;
  routes(): FastifyPluginAsyncZod[];
}

/** Joins the parts of the feature. `keptVersions` is how many earlier values of a secret are kept. */
export function createSecrets(options: {
  database: Database;
  vault: Vault;
  changes: Changes;
  machine: MachineSecretRules;
  sources: SecretSources;
  keptVersions: number;
  now(): Date;
}): Secrets {
  const { database, vault, keptVersions } = options;
  const parts = {
    ...options,
    secrets: createSecretStore(database, vault, keptVersions),
    versions: createVersionStore(database, keptVersions),
  };
  return {
    references: createSecretReferences(options),
    routes: () => [secretRoutes(parts), secretVersionRoutes(parts), masterKeyRoutes(parts)],
  };
}
