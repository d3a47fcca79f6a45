export type { MachineSecretRules } from './machine-secrets.ts';
export { parseReference, readsMachine } from './reference.ts';
export {
  createSecretReferences,
  type Referrer,
  type SecretReferences,
  type SecretSources,
} from './secret-references.ts';
export { createSecretStore, type SecretStore } from './secret-store.ts';
export {
  keepUses,
  listUses,
  refuseInUse,
  type SecretUse,
  secretStamp,
} from './secret-uses.ts';
export { newValueOf, secretName, usageScopesField, valueFields } from './secret-view.ts';
export { createSecrets } from './secrets.ts';
export { assertWideEnough, type SecretLimit, secretLimits, usageOf } from './usage-limits.ts';
export { isWithin } from './usage-scope.ts';
