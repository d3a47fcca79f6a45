import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { cursorOf, idParameter, isoDate, nameText, pageOf, pageQuery, text } from '../../kit/paging.ts';
import { getVisibleServiceAccount } from './accounts/visible-service-account.ts';
import { hasRole, homeScopeOf, type Principal, principalOf, requireRole, roles, scopesOf } from './actors.ts';
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
  account: z
    .object({ id: z.string(), kind: z.enum(['user', 'service-account']), name: z.string() })
    .nullable()
    .meta({ description: 'Whose it is, which also limits what it may do; null for nobody’s.' }),
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

/** `/api/v1/tokens`: users make their own, administrators those of service accounts. */
export function tokenRoutes(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
}): FastifyPluginAsyncZod {
  const { database, changes, credentials } = options;

  /** For whom a token is made, and where it counts unless told otherwise. @throws permission-missing */
  const ownerOf = async (
    caller: Principal,
    serviceAccount: string | undefined,
  ): Promise<{ accountId?: string; home: string }> => {
    if (serviceAccount !== undefined) {
      const account = await getVisibleServiceAccount(database, caller, serviceAccount);
      requireRole(caller, 'administrator', account.scope);
      return { accountId: account.id, home: account.scope };
    }
    const home = homeScopeOf(caller);
    return caller.kind === 'token' ? { home } : { accountId: caller.id, home };
  };

  return async (app) => {
    app.post(
      '/api/v1/tokens',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Make an API token; its text is in this answer only',
          description:
            'A user makes tokens for itself, up to its own role; an administrator makes those of service accounts. ' +
            'A token that belongs to nobody makes others of its kind, as an administrator.',
          tags: ['access'],
          body: z.strictObject({
            name: nameText,
            role: z.enum(roles),
            scope: scopeSchema.optional().meta({
              description: 'Where it counts; the scope of its account, or of the caller, when not given.',
            }),
            serviceAccount: z.string().min(1).max(300).optional().meta({
              description:
                'The service account whose it will be, by id or name; the caller’s own when not given.',
            }),
            expiresAt: isoDate.optional(),
          }),
          response: { 201: tokenView.extend({ token: z.string() }) },
        },
      },
      async (request, reply) => {
        const caller = principalOf(request.actor);
        const { expiresAt, serviceAccount, name, role } = request.body;
        const { accountId, home } = await ownerOf(caller, serviceAccount);
        const { scope = home } = request.body;
        requireRole(caller, accountId === undefined ? 'administrator' : role, scope);
        const made = await changes.make(request, (change) =>
          createApiToken(change, {
            name,
            role,
            scope,
            accountId,
            ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
          }),
        );
        return reply.status(201).send({ ...view(made), token: made.token });
      },
    );

    app.get(
      '/api/v1/tokens',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List API tokens, newest first: an administrator sees all, others their own',
          tags: ['access'],
          querystring: pageQuery,
          response: { 200: pageOf(tokenView) },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query;
        const tokens = await listApiTokens(database, {
          within: scopesOf(request.actor, 'administrator'),
          accountId: principalOf(request.actor).id,
          before: cursor,
          limit,
        });
        return { items: tokens.map(view), next: cursorOf(tokens, limit) };
      },
    );

    app.delete(
      '/api/v1/tokens/:id',
      {
        config: { access: { own: true } },
        schema: {
          summary: 'Revoke an API token: an administrator any, others their own',
          tags: ['access'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const caller = principalOf(request.actor);
        const token = await getApiToken(database, request.params.id);
        const isOwn = token.account?.id === caller.id;
        // What one may not see does not exist for one.
        if (!isOwn && !hasRole(caller, 'administrator', token.scope)) throw noApiToken(token.id);
        await changes.make(request, (change) => revokeApiToken(change, token.id));
        credentials.forget();
        return reply.status(204).send(null);
      },
    );
  };
}
