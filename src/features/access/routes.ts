import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { cursorOf, idParameter, isoDate, nameText, pageOf, pageQuery, text } from '../../kit/paging.ts';
import { maySee, requireRole, roles, scopesOf } from './actors.ts';
import type { Changes } from './changes.ts';
import type { Credentials } from './credentials.ts';
import { scopeSchema } from './scopes.ts';
import {
  type ApiToken,
  createApiToken,
  getApiToken,
  listApiTokens,
  noApiToken,
  revokeApiToken,
} from './token-store.ts';

const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  scope: z.string(),
  hint: z.string().meta({ description: 'The beginning and the end of the token, to tell tokens apart.' }),
  createdAt: isoDate,
  expiresAt: isoDate.nullable(),
  revokedAt: isoDate.nullable(),
  lastUsedAt: isoDate.nullable(),
});

const view = (token: ApiToken) => ({
  ...token,
  createdAt: text(token.createdAt),
  expiresAt: text(token.expiresAt),
  revokedAt: text(token.revokedAt),
  lastUsedAt: text(token.lastUsedAt),
});

/** Who calls, and the API tokens. */
export function accessRoutes(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
}): FastifyPluginAsyncZod {
  const { database, changes, credentials } = options;
  return async (app) => {
    app.get(
      '/api/v1/me',
      {
        config: { access: { role: 'viewer', connectKey: true } },
        schema: {
          summary: 'Who calls',
          tags: ['access'],
          response: {
            200: z.object({
              kind: z.enum(['user', 'service-account', 'token', 'connect-key']),
              id: z.string(),
              name: z.string(),
            }),
          },
        },
      },
      async (request) => {
        const { actor } = request;
        if (actor === undefined) throw new TypeError('a guarded route without an actor');
        return { kind: actor.kind, id: actor.id, name: actor.name };
      },
    );

    app.post(
      '/api/v1/tokens',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Make an API token; its text is in this answer only',
          tags: ['access'],
          body: z.strictObject({
            name: nameText,
            role: z.enum(roles),
            scope: scopeSchema.default('account'),
            expiresAt: isoDate.optional(),
          }),
          response: { 201: tokenView.extend({ token: z.string() }) },
        },
      },
      async (request, reply) => {
        const { expiresAt, ...wanted } = request.body;
        requireRole(request.actor, 'administrator', wanted.scope);
        const made = await changes.make(request, (change) =>
          createApiToken(change, {
            ...wanted,
            ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
          }),
        );
        return reply.status(201).send({ ...view(made), token: made.token });
      },
    );

    app.get(
      '/api/v1/tokens',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'List API tokens, newest first',
          tags: ['access'],
          querystring: pageQuery,
          response: { 200: pageOf(tokenView) },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query;
        const tokens = await listApiTokens(database, {
          within: scopesOf(request.actor),
          before: cursor,
          limit,
        });
        return { items: tokens.map(view), next: cursorOf(tokens, limit) };
      },
    );

    app.delete(
      '/api/v1/tokens/:id',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Revoke an API token',
          tags: ['access'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const token = await getApiToken(database, request.params.id);
        // What one may not see does not exist for one.
        if (!maySee(request.actor, token.scope)) throw noApiToken(token.id);
        requireRole(request.actor, 'administrator', token.scope);
        await changes.make(request, (change) => revokeApiToken(change, token.id));
        credentials.forget();
        return reply.status(204).send(null);
      },
    );
  };
}
