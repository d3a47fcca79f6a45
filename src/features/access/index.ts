export { type Actor, type ConnectKeyActor, maySee, requireRole } from './actors.ts';
export { createCredentials, type Credentials } from './credentials.ts';
export { guardRoutes } from './guard.ts';
export { rememberAnswers } from './idempotency.ts';
export { accessRoutes } from './routes.ts';
export { ancestorsOf, resolveReference, scopeSchema } from './scopes.ts';
export { createApiToken, makeFirstToken } from './token-store.ts';
export { makeToken } from './tokens.ts';
