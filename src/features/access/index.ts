export { createAccess } from './access.ts';
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
export { assertInFuture } from './expiry.ts';
export { guardRoutes } from './guard.ts';
export { assertIdempotencyKey, rememberAnswers } from './idempotency.ts';
export { fieldsOf } from './pages/form.ts';
export { html, type Markup } from './pages/markup.ts';
export { errorBox, sendPage } from './pages/page.ts';
export { pageOptions } from './pages/page-context.ts';
export { preparePages, type SignedInPages } from './pages/signed-in.ts';
export { noteRetryAfter } from './retry-after.ts';
export { ancestorsOf, resolveReference, scopeSchema, withinScopes } from './scopes.ts';
export { createCookies } from './sessions/session-cookie.ts';
export type { Session } from './sessions/session-store.ts';
export { createSessions, type Sessions } from './sessions/sessions.ts';
export {
  changeGroupRoleRule,
  createGroupRoleRule,
  deleteGroupRoleRule,
  getGroupRoleRule,
  listGroupRoleRules,
} from './sign-in/group-roles.ts';
export type { SignInSettings } from './sign-in/settings.ts';
export { createApiToken, makeFirstToken } from './token-store.ts';
export { hashToken, looksLikeToken, makeToken } from './tokens.ts';
