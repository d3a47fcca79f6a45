export {
  createServiceAccount,
  getAccountIn,
  getUser,
  listAccounts,
} from './accounts/account-store.ts';
export { disableAccount, enableAccount } from './accounts/disabling.ts';
export { grantRole, revokeRole } from './accounts/role-grants.ts';
export {
  type Actor,
  type ConnectKeyActor,
  hasRole,
  homeScopeOf,
  maySee,
  principalOf,
  type RoleGrant,
  requireRole,
  roles,
  scopesOf,
} from './actors.ts';
export {
  type Change,
  type ChangeAuthor,
  type ChangeOrigin,
  type Changes,
  createChanges,
  hubItself,
} from './changes.ts';
export { type Credentials, createCredentials } from './credentials.ts';
export { guardRoutes } from './guard.ts';
export { assertIdempotencyKey, rememberAnswers } from './idempotency.ts';
export { html } from './pages/markup.ts';
export { sendPage } from './pages/page.ts';
export { noteRetryAfter } from './retry-after.ts';
export { accessRoutes } from './routes.ts';
export { ancestorsOf, resolveReference, scopeSchema, withinScopes } from './scopes.ts';
export { createCookies } from './sessions/session-cookie.ts';
export { createSessions, type Sessions } from './sessions/sessions.ts';
export {
  createGroupRoleRule,
  deleteGroupRoleRule,
  getGroupRoleRule,
  listGroupRoleRules,
} from './sign-in/group-roles.ts';
export type { SignInSettings } from './sign-in/settings.ts';
export { createApiToken, makeFirstToken } from './token-store.ts';
export { makeToken } from './tokens.ts';
