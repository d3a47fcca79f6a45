import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import { cursorOf, idParameter, isoDate, nameText, pageOf, pageQuery } from '../../kit/paging.ts';
import { type Actor, type Credentials, scopeOf, type TokenActor } from '../access/index.ts';
import { type ConnectionStore, getVisibleConnection } from '../connections/index.ts';
import { assertMayHandleKey, assertMayMakeKeys, makerToList } from './connect-key-access.ts';
import {
  createConnectKey,
  getConnectKey,
  listConnectKeys,
  revokeConnectKey,
  rotateConnectKey,
} from './connect-key-store.ts';
import { keyRules, keyView, viewKey } from './connect-key-view.ts';

/** A rotation's overlap: long enough for every pipeline to get the new key. */
const longestOverlapSeconds = 90 * 24 * 60 * 60;
const usualOverlapSeconds = 24 * 60 * 60;

/** `/api/v1/connect-keys`: made for one Jira connection, shown once, revoked at once. */
export function connectKeyRoutes(options: {
  database: Database;
  connections: ConnectionStore;
  credentials: Credentials;
  now(): Date;
}): FastifyPluginAsyncZod {
  const { database, connections, credentials, now } = options;
  const handled = async (actor: Actor | undefined, id: string) => {
    const key = await getConnectKey(database, id);
    const site = await connections.get(key.connectionId);
    assertMayHandleKey(actor, key, site);
    return { key, site };
  };

  return async (app) => {
    app.post(
      '/api/v1/connect-keys',
      {
        config: { access: { token: 'viewer' } },
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
            projects: keyRules.projects.optional().meta({ description: 'Only issues of these projects.' }),
            kinds: keyRules.kinds.optional().meta({ description: 'Only builds, or only deployments.' }),
            environments: keyRules.environments
              .optional()
              .meta({ description: 'Only deployments to these.' }),
            expiresAt: isoDate.optional(),
          }),
          response: { 201: keyView.extend({ key: z.string() }) },
        },
      },
      async (request, reply) => {
        const { connection, expiresAt, ...wanted } = request.body;
        const target = await getVisibleConnection(connections, request.actor, connection);
        assertMayMakeKeys(request.actor, target);
        const made = await createConnectKey(database, {
          ...wanted,
          createdBy: tokenOf(request),
          connectionId: target.id,
          ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
        });
        return reply.status(201).send({ ...viewKey(made), key: made.key });
      },
    );

    app.get(
      '/api/v1/connect-keys',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'List connect keys, newest first: an editor sees all, others their own',
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
        const createdBy = makerToList(request.actor);
        const page = await listConnectKeys(database, { connectionIds, createdBy, before: cursor, limit });
        return { items: page.map(viewKey), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/connect-keys/:id',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'Show a connect key',
          tags: ['connect keys'],
          params: idParameter,
          response: { 200: keyView },
        },
      },
      async (request) => viewKey((await handled(request.actor, request.params.id)).key),
    );

    app.post(
      '/api/v1/connect-keys/:id/rotate',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'Make a key in the place of another, which ends after an overlap',
          tags: ['connect keys'],
          params: idParameter,
          body: z
            .strictObject({
              overlapSeconds: z.int().min(0).max(longestOverlapSeconds).default(usualOverlapSeconds),
            })
            .default({ overlapSeconds: usualOverlapSeconds }),
          response: { 201: keyView.extend({ key: z.string() }) },
        },
      },
      async (request, reply) => {
        const { key, site } = await handled(request.actor, request.params.id);
        assertMayMakeKeys(request.actor, site);
        const made = await rotateConnectKey(database, {
          id: key.id,
          overlapMs: request.body.overlapSeconds * 1_000,
          by: tokenOf(request),
          now: now(),
        });
        credentials.forget();
        return reply.status(201).send({ ...viewKey(made), key: made.key });
      },
    );

    app.delete(
      '/api/v1/connect-keys/:id',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'Revoke a connect key',
          tags: ['connect keys'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { key } = await handled(request.actor, request.params.id);
        await revokeConnectKey(database, key.id, now());
        credentials.forget();
        return reply.status(204).send(null);
      },
    );
  };
}

function tokenOf({ actor }: FastifyRequest): TokenActor {
  if (actor?.kind !== 'token') throw new TielineError('permission-missing', 'This needs an API token');
  return actor;
}
