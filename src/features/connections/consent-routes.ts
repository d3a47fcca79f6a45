import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Database, forgetGrant } from '../../database/index.ts';
import type { Consent } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { GrantStore } from '../../kit/http.ts';
import { isoDate } from '../../kit/paging.ts';
import { type Changes, requireRole } from '../access/index.ts';
import type { ConnectionStore } from './connection-store.ts';
import { connectionReference } from './connection-view.ts';
import { type ConsentStore, consentTimeMs } from './consent-store.ts';
import type { HealthStore } from './health-store.ts';
import { type ConnectionParts, type OpenedConnection, openConnection } from './open-connection.ts';
import type { StoredConnection } from './stored-connection.ts';
import { getVisibleConnection } from './visible-connection.ts';

/** Where the other side sends a user back to. */
export const callbackPath = '/oauth/callback';

/** What the routes of consents stand on. */
export type ConsentRouteParts = ConnectionParts & {
  database: Database;
  connections: ConnectionStore;
  consents: ConsentStore;
  grants: GrantStore;
  health: HealthStore;
  changes: Changes;
  /** Where browsers reach the hub; without it nobody can be sent back to it. */
  publicUrl: string | undefined;
};

/** What a connection's user is to agree to. @throws request-invalid where there is nothing to agree to */
export function consentOf({ connector, connection }: OpenedConnection): Consent {
  const consent = connector.consent?.(connection.settings);
  if (consent !== undefined) return consent;
  throw new TielineError('request-invalid', `"${connection.name}" does not act by a user's consent`, {
    hint: 'Give it a credential of the type oauth, or test it as it is.',
  });
}

/** Asks a user to let a connection act in their name (RFC 6749 §4.1, RFC 7636), and takes that back. */
export function consentRoutes(parts: ConsentRouteParts): FastifyPluginAsyncZod {
  const { connections, consents, grants, health, changes, publicUrl, now } = parts;
  const path = '/api/v1/connections/:connection/authorization';

  return async (app) => {
    app.post(
      path,
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Begin to let a user authorise a connection',
          description: 'Open the address in the browser of the user in whose name the connection shall act.',
          tags: ['connections'],
          params: connectionReference,
          response: { 200: z.object({ url: z.string(), expiresAt: isoDate }) },
        },
      },
      async (request) => {
        const stored = await getVisibleConnection(connections, request.actor, request.params.connection);
        requireRole(request.actor, 'editor', stored.scope);
        if (publicUrl === undefined) {
          throw new TielineError('public-url-missing', 'Nobody could be sent back to the hub');
        }
        const consent = consentOf(await openConnection(parts, stored));
        const redirectUri = `${publicUrl}${callbackPath}`;
        const expiresAt = new Date(now().getTime() + consentTimeMs).toISOString();
        const started = await changes.make(request, async ({ trx, by, note }) => {
          await note({ action: 'connection.authorization-asked', ...aboutOf(stored) });
          const { id: connectionId, revision } = stored;
          return consents.start(trx, { connectionId, revision, askedBy: by, redirectUri });
        });
        return { url: authorizationUrl(consent, { ...started, redirectUri }), expiresAt };
      },
    );

    app.delete(
      path,
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: "Forget a user's authorisation; the connection's work is then held",
          tags: ['connections'],
          params: connectionReference,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const stored = await getVisibleConnection(connections, request.actor, request.params.connection);
        requireRole(request.actor, 'editor', stored.scope);
        await changes.make(request, async ({ trx, note }) => {
          await forgetGrant(trx, stored.id);
          await note({ action: 'connection.authorization-forgotten', ...aboutOf(stored) });
          await health.checkSoon(trx, stored.id);
        });
        // What this replica remembers of it must not pass that check.
        await grants.forget(stored.id);
        return reply.status(204).send(null);
      },
    );
  };
}

/** What an audit line of a connection is about. */
export const aboutOf = ({ id, name, scope }: StoredConnection) => ({
  scope,
  subject: { kind: 'connection', id, name },
});

function authorizationUrl(
  consent: Consent,
  { state, challenge, redirectUri }: { state: string; challenge: string; redirectUri: string },
): string {
  const url = new URL(consent.authorizationUrl);
  const parameters = {
    ...consent.parameters,
    response_type: 'code',
    client_id: consent.clientId,
    scope: consent.scopes.join(' '),
    redirect_uri: redirectUri,
    state,
    // Who does not know PKCE leaves it out of account (RFC 6749 §3.1: unrecognized parameters are ignored).
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
