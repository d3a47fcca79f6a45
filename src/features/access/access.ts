import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { HttpFactory } from '../../kit/http.ts';
import { type Changes, createChanges } from './changes.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { createSignedInPages, type SignedInPages } from './pages/signed-in.ts';
import { accessRoutes } from './routes.ts';
import { createCookies } from './sessions/session-cookie.ts';
import { createSessions, type Sessions } from './sessions/sessions.ts';
import type { SignInSettings } from './sign-in/settings.ts';

/** Who may do what, and what was done. */
export interface Access {
  /** Makes changes, each with its line in the audit log. */
  changes: Changes;
  credentials: Credentials;
  sessions: Sessions;
  /** For the pages that other features show. */
  signedInPages: SignedInPages;
  routes(): FastifyPluginAsyncZod[];
}

/** Joins the parts of the feature. */
export function createAccess(options: {
  database: Database;
  vault: Vault;
  http: HttpFactory;
  signIn: SignInSettings;
  now(): Date;
}): Access {
  const { database, signIn, now } = options;
  const { publicUrl } = signIn;
  const changes = createChanges(database, now);
  const credentials = createCredentials(database, now);
  const cookies = createCookies(publicUrl);
  const sessions = createSessions({ database, cookies, publicUrl, now });
  return {
    changes,
    credentials,
    sessions,
    signedInPages: createSignedInPages({ sessions, cookies }),
    routes: () => [accessRoutes({ ...options, changes, credentials, sessions, cookies })],
  };
}
