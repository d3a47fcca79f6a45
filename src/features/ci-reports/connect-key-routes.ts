import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { cursorOf, idParameter, isoDate, nameText, pageOf, pageQuery, text } from '../../kit/paging.ts';
import { type Credentials, maySee, requireRole, scopeOf } from '../access/index.ts';
import { type ConnectionStore, getVisibleConnection } from '../connections/index.ts';
import {
  type ConnectKey,
  createConnectKey,
  getConnectKey,
  listConnectKeys,
  noConnectKey,
  revokeConnectKey,
} from './connect-key-store.ts';

const rules = {
  projects: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]{1,254}$/, 'expected a project key such as MYT'))
    .min(1)
    .max(500),
  kinds: z.array(z.enum(['build', 'deployment'])).min(1),
  environments: z.array(z.string().min(1).max(255)).min(1).max(500),
};
const keyView = z.object({
  id: z.string(),
  connectionId: z.string(),
  name: z.string(),
  hint: z.string().meta({ description: 'The beginning and the end of the key, to tell keys apart.' }),
  projects: z.array(z.string()).nullable(),
  kinds: z.array(z.string()).nullable(),
  environments: z.array(z.string()).nullable(),
  createdAt: isoDate,
  expiresAt: isoDate.nullable(),
  revokedAt: isoDate.nullable(),
  lastUsedAt: isoDate.nullable(),
});

const view = (key: ConnectKey) => ({
  ...key,
  createdAt: text(key.createdAt),
  expiresAt: text(key.expiresAt),
  revokedAt: text(key.revokedAt),
  lastUsedAt: text(key.lastUsedAt),
});

/** `/api/v1/connect-keys`: made for one Jira connection, shown once, revoked at once. */
export function connectKeyRoutes(options: {
  database: Database;
  connections: ConnectionStore;
  credentials: Credentials;
  now(): Date;
}): FastifyPluginAsyncZod {
  const { database, connections, credentials, now } = options;
  return async (app) => {
    app.post(
      '/api/v1/connect-keys',
      {
        config: { access: { token: 'editor' } },
        schema: {
          summary: 'Make a connect key; its text is in this answer only',
          tags: ['connect keys'],
          body: z.strictObject({
            connection: z
              .string()
              .min(1)
              .max(300)
              .meta({ description: 'The Jira connection, by id or name.' }),
            name: nameText,
            projects: rules.projects.optional().meta({ description: 'Only issues of these projects.' }),
            kinds: rules.kinds.optional().meta({ description: 'Only builds, or only deployments.' }),
            environments: rules.environments.optional().meta({ description: 'Only deployments to these.' }),
            expiresAt: isoDate.optional(),
          }),
          response: { 201: keyView.extend({ key: z.string() }) },
        },
      },
      async (request, reply) => {
        const { connection, expiresAt, ...wanted } = request.body;
        const target = await getVisibleConnection(connections, request.actor, connection);
        requireRole(request.actor, 'editor', target.scope);
        const made = await createConnectKey(database, {
          ...wanted,
          connectionId: target.id,
          ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
        });
        return reply.status(201).send({ ...view(made), key: made.key });
      },
    );

    app.get(
      '/api/v1/connect-keys',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'List connect keys, newest first',
          tags: ['connect keys'],
          querystring: pageQuery.extend({ connection: z.string().max(300).optional() }),
          response: { 200: pageOf(keyView) },
        },
      },
      async (request) => {
        const { cursor, limit, connection } = request.query;
        const connectionIds =
          connection === undefined
            ? await connections.listIds(scopeOf(request.actor))
            : [(await getVisibleConnection(connections, request.actor, connection)).id];
        const page = await listConnectKeys(database, { connectionIds, before: cursor, limit });
        return { items: page.map(view), next: cursorOf(page, limit) };
      },
    );

    app.delete(
      '/api/v1/connect-keys/:id',
      {
        config: { access: { token: 'editor' } },
        schema: {
          summary: 'Revoke a connect key',
          tags: ['connect keys'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const key = await getConnectKey(database, request.params.id);
        const { scope } = await connections.get(key.connectionId);
        // What one may not see does not exist for one.
        if (!maySee(request.actor, scope)) throw noConnectKey(key.id);
        requireRole(request.actor, 'editor', scope);
        await revokeConnectKey(database, key.id, now());
        credentials.forget();
        return reply.status(204).send(null);
      },
    );
  };
}
