export {
  type Actor,
  type ConnectKeyActor,
  hasRole,
  homeScopeOf,
  maySee,
  type Principal,
  principalOf,
  requireRole,
  scopesOf,
} from './actors.ts';
export { type Change, type ChangeNote, type Changes, createChanges, hubItself } from './changes.ts';
export { type Credentials, createCredentials } from './credentials.ts';
export { guardRoutes } from './guard.ts';
export { assertIdempotencyKey, rememberAnswers } from './idempotency.ts';
export { accessRoutes } from './routes.ts';
export { ancestorsOf, resolveReference, scopeSchema, withinScopes } from './scopes.ts';
export { createApiToken, makeFirstToken } from './token-store.ts';
export { makeToken } from './tokens.ts';
