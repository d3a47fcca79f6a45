export {
  type Actor,
  type ConnectKeyActor,
  hasRole,
  maySee,
  requireRole,
  scopeOf,
  type TokenActor,
} from './actors.ts';
export { type Credentials, createCredentials } from './credentials.ts';
export { guardRoutes } from './guard.ts';
export { assertIdempotencyKey, rememberAnswers } from './idempotency.ts';
export { accessRoutes } from './routes.ts';
export { ancestorsOf, resolveReference, scopeSchema, withinScope } from './scopes.ts';
export { createApiToken, makeFirstToken } from './token-store.ts';
export { makeToken } from './tokens.ts';
