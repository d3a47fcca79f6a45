export type { MachineSecretRules } from './machine-secrets.ts';
export { masterKeyRoutes } from './master-key-routes.ts';
export { readsMachine } from './reference.ts';
export { secretRoutes } from './routes.ts';
export {
  createSecretReferences,
  type Referrer,
  type SecretReferences,
  type SecretSources,
} from './secret-references.ts';
export { createSecretStore } from './secret-store.ts';
export {
  keepUses,
  listUses,
  refuseInUse,
  type SecretUse,
  secretStamp,
} from './secret-uses.ts';
export { assertWideEnough, type SecretLimit, secretLimits, usageOf } from './usage-limits.ts';
export { isWithin } from './usage-scope.ts';
export { secretVersionRoutes } from './version-routes.ts';
export { createVersionStore } from './version-store.ts';
