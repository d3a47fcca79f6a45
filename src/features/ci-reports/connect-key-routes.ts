import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { cursorOf, idParameter, isoDate, nameText, pageOf, pageQuery } from '../../kit/paging.ts';
import { type Actor, type Changes, type Credentials, principalOf, scopesOf } from '../access/index.ts';
import { type ConnectionStore, getVisibleConnection } from '../connections/index.ts';
import { assertMayHandleKey, assertMayMakeKeys } from './connect-key-access.ts';
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
  changes: Changes;
  credentials: Credentials;
}): FastifyPluginAsyncZod {
  const { database, connections, changes, credentials } = options;
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
        config: { access: { role: 'viewer' } },
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
        const made = await changes.make(request, (change) =>
          createConnectKey(change, {
            ...wanted,
            createdBy: principalOf(request.actor),
            connection: target,
            ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
          }),
        );
        return reply.status(201).send({ ...viewKey(made), key: made.key });
      },
    );

    app.get(
      '/api/v1/connect-keys',
      {
        config: { access: { role: 'viewer' } },
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
            ? await connections.listIds(scopesOf(request.actor))
            : [(await getVisibleConnection(connections, request.actor, connection)).id];
        const page = await listConnectKeys(database, {
          connectionIds,
          managedIds: await connections.listIds(scopesOf(request.actor, 'editor')),
          createdBy: principalOf(request.actor).id,
          before: cursor,
          limit,
        });
        return { items: page.map(viewKey), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/connect-keys/:id',
      {
        config: { access: { role: 'viewer' } },
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
        config: { access: { role: 'viewer' } },
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
        const made = await changes.make(request, (change) =>
          rotateConnectKey(change, {
            id: key.id,
            overlapMs: request.body.overlapSeconds * 1_000,
            scope: site.scope,
          }),
        );
        credentials.forget();
        return reply.status(201).send({ ...viewKey(made), key: made.key });
      },
    );

    app.delete(
      '/api/v1/connect-keys/:id',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Revoke a connect key',
          tags: ['connect keys'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { key, site } = await handled(request.actor, request.params.id);
        await changes.make(request, (change) => revokeConnectKey(change, key.id, site.scope));
        credentials.forget();
        return reply.status(204).send(null);
      },
    );
  };
}
