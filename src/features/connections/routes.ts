import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Settings, TestReport } from '../../kit/connector.ts';
import { cursorOf, nameText, pageOf, pageQuery } from '../../kit/paging.ts';
import { secretReferencesIn } from '../../kit/settings.ts';
import { type Actor, type Changes, requireRole, scopeSchema, scopesOf } from '../access/index.ts';
import type { ConnectionStore, StoredConnection } from './connection-store.ts';
import {
  connectionReference,
  connectionSettings,
  connectionView,
  testReport,
  viewConnection,
} from './connection-view.ts';
import { type ConnectionParts, type Openable, openConnection, parseSettings } from './open-connection.ts';
import { getVisibleConnection } from './visible-connection.ts';

const wanted = z.strictObject({
  scope: scopeSchema.default('account'),
  name: nameText,
  connector: z.string().max(64).meta({ description: 'The product, e.g. `jira`.' }),
  settings: connectionSettings,
});
const projects = z.array(z.string().min(1).max(255)).max(20).optional().meta({
  description: 'Project keys for which the permissions are checked.',
});
/** `/api/v1/connections`: make, change, list, test. */
export function connectionRoutes(
  parts: ConnectionParts & { connections: ConnectionStore; changes: Changes },
): FastifyPluginAsyncZod {
  const { connections, changes, secrets, now } = parts;

  const check = async (actor: Actor | undefined, openable: Openable): Promise<Settings> => {
    requireRole(actor, 'editor', openable.scope);
    const parsed = parseSettings(parts, openable.connector, openable.settings);
    if ((parsed.allowAddresses ?? []).length > 0) {
      // It opens the network behind the hub to whoever writes connections.
      requireRole(actor, 'administrator', 'account');
    }
    for (const { secret } of secretReferencesIn(parsed)) await secrets.check(secret, openable.scope);
    return parsed;
  };
  const test = async (openable: Openable, about: { projects?: string[] }): Promise<TestReport> => {
    const { connector, connection } = await openConnection(parts, openable);
    return connector.test(connection, about);
  };
  const visible = (actor: Actor | undefined, idOrReference: string): Promise<StoredConnection> =>
    getVisibleConnection(connections, actor, idOrReference);

  return async (app) => {
    app.post(
      '/api/v1/connections',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Make a connection',
          tags: ['connections'],
          body: wanted,
          response: { 201: connectionView },
        },
      },
      async (request, reply) => {
        const parsed = await check(request.actor, { id: 'unsaved', ...request.body });
        const made = await changes.make(request, (change) =>
          connections.create(change, { ...request.body, settings: parsed }),
        );
        return reply.status(201).send(viewConnection(made));
      },
    );

    app.post(
      '/api/v1/connections/test',
      {
        config: { access: { role: 'editor', unaudited: 'a test changes nothing' } },
        schema: {
          summary: 'Test settings before they are saved',
          tags: ['connections'],
          body: wanted.extend({ projects }),
          response: { 200: testReport },
        },
      },
      async (request) => {
        const { projects: keys, ...openable } = request.body;
        const parsed = await check(request.actor, { id: 'unsaved', ...openable });
        return test({ id: 'unsaved', ...openable, settings: parsed }, { projects: keys });
      },
    );

    app.get(
      '/api/v1/connections',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List connections, newest first',
          tags: ['connections'],
          querystring: pageQuery,
          response: { 200: pageOf(connectionView) },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query;
        const page = await connections.list({ within: scopesOf(request.actor), before: cursor, limit });
        return { items: page.map(viewConnection), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/connections/:connection',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Show a connection',
          tags: ['connections'],
          params: connectionReference,
          response: { 200: connectionView },
        },
      },
      async (request) => viewConnection(await visible(request.actor, request.params.connection)),
    );

    app.put(
      '/api/v1/connections/:connection',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: "Change a connection's name and settings",
          tags: ['connections'],
          params: connectionReference,
          body: z.strictObject({ name: nameText, settings: connectionSettings }),
          response: { 200: connectionView },
        },
      },
      async (request) => {
        const stored = await visible(request.actor, request.params.connection);
        const parsed = await check(request.actor, { ...stored, settings: request.body.settings });
        const { name } = request.body;
        return viewConnection(
          await changes.make(request, (change) =>
            connections.change(change, stored.id, { name, settings: parsed }),
          ),
        );
      },
    );

    app.delete(
      '/api/v1/connections/:connection',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Delete a connection without valid connect keys',
          tags: ['connections'],
          params: connectionReference,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const stored = await visible(request.actor, request.params.connection);
        requireRole(request.actor, 'editor', stored.scope);
        await changes.make(request, (change) => connections.remove(change, stored.id));
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/connections/:connection/test',
      {
        config: { access: { role: 'operator', unaudited: 'a test changes nothing' } },
        schema: {
          summary: 'Test a connection: who we are there, and what works',
          tags: ['connections'],
          params: connectionReference,
          body: z.strictObject({ projects }).default({}),
          response: { 200: testReport },
        },
      },
      async (request) => {
        const stored = await visible(request.actor, request.params.connection);
        requireRole(request.actor, 'operator', stored.scope);
        const result = await test(stored, request.body);
        await connections.keepTest(stored.id, result, now());
        return result;
      },
    );
  };
}
