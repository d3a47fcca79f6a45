import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { HttpFactory } from '../../kit/http.ts';
import { roleRoutes } from './accounts/role-routes.ts';
import { serviceAccountRoutes } from './accounts/service-account-routes.ts';
import { userRoutes } from './accounts/user-routes.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import type { Changes } from './changes.ts';
import type { Credentials } from './credentials.ts';
import { meRoutes } from './me-routes.ts';
import { pageRoutes } from './pages/page-routes.ts';
import type { Cookies } from './sessions/session-cookie.ts';
import type { Sessions } from './sessions/sessions.ts';
import { groupRoleRoutes } from './sign-in/group-role-routes.ts';
import { createLocalSignIn } from './sign-in/local-sign-in.ts';
import { createOidcProvider } from './sign-in/oidc-provider.ts';
import { createOidcSignIn } from './sign-in/oidc-sign-in.ts';
import { passwordRoutes } from './sign-in/password-routes.ts';
import type { SignInSettings } from './sign-in/settings.ts';
import { tokenRoutes } from './token-routes.ts';

interface AccessParts {
  database: Database;
  vault: Vault;
  http: HttpFactory;
  changes: Changes;
  credentials: Credentials;
  sessions: Sessions;
  cookies: Cookies;
  signIn: SignInSettings;
  now(): Date;
}

/** Accounts, roles, tokens, sign-in and the audit log: the API of it, and the pages. */
export function accessRoutes(parts: AccessParts): FastifyPluginAsyncZod {
  const { signIn } = parts;
  const localSignIn = signIn.local ? createLocalSignIn({ ...parts, ...signIn }) : undefined;
  const oidcSignIn = openOidc(parts);
  return async (app) => {
    await app.register(meRoutes);
    await app.register(tokenRoutes(parts));
    await app.register(userRoutes(parts));
    await app.register(serviceAccountRoutes(parts));
    await app.register(roleRoutes(parts));
    await app.register(groupRoleRoutes(parts));
    await app.register(passwordRoutes({ ...parts, localSignIn, publicUrl: signIn.publicUrl }));
    await app.register(auditRoutes(parts));
    await app.register(pageRoutes({ ...parts, localSignIn, oidcSignIn }));
  };
}

function openOidc(parts: AccessParts) {
  const { oidc: settings, publicUrl } = parts.signIn;
  // Whoever configures an issuer must say under which address it sends people back; see the configuration.
  if (settings === undefined || publicUrl === undefined) return undefined;
  const provider = createOidcProvider({ ...parts, settings, publicUrl });
  return createOidcSignIn({ ...parts, settings, provider });
}
