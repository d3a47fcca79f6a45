import { isDeepStrictEqual } from 'node:util';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import { cursorOf, nameText, pageOf, pageQuery } from '../../kit/paging.ts';
import { type Actor, type Change, type Changes, requireRole, scopesOf } from '../access/index.ts';
import { checkSettings } from './check-settings.ts';
import type { ConnectionStore } from './connection-store.ts';
import {
  connectionReference,
  connectionSettings,
  connectionView,
  usageScopes,
  viewConnection,
  wantedConnection,
} from './connection-view.ts';
import type { HealthStore } from './health-store.ts';
import { findIssueWebhook } from './issue-webhook.ts';
import type { JiraClients } from './jira-clients.ts';
import type { ConnectionParts, Openable } from './open-connection.ts';
import type { StoredConnection } from './stored-connection.ts';
import { type Tested, testConnection } from './test-connection.ts';
import { getVisibleConnection } from './visible-connection.ts';

const saveFailing = z.boolean().default(false).meta({
  description: 'Save it although its test fails. Otherwise it is refused, with the report of the test.',
});

/** What the routes of connections stand on. */
export type ConnectionRouteParts = ConnectionParts & {
  connections: ConnectionStore;
  health: HealthStore;
  changes: Changes;
  database: Database;
  jiraClients: JiraClients;
};

/** `/api/v1/connections`: make, change, list. What is saved is tested first. */
export function connectionRoutes(parts: ConnectionRouteParts): FastifyPluginAsyncZod {
  const { connections, changes, health, jiraClients, log } = parts;
  const { kysely } = parts.database;

  const testFirst = async (openable: Openable, evenFailing: boolean): Promise<Tested> => {
    const tested = await testConnection(parts, openable);
    if (tested.report.ok || evenFailing) return tested;
    const wrongs = tested.report.capabilities.filter(
      ({ state }) => state === 'refused' || state === 'failed',
    );
    // A user can agree only to what is saved.
    if (wrongs.every(({ code }) => code === 'authorization-missing')) return tested;
    const [wrong] = wrongs;
    throw new TielineError(
      'connection-test-failed',
      `"${openable.name}" does not work, so it was not saved. ${wrong?.capability}: ${wrong?.message}`,
      { hint: wrong?.hint, details: { report: tested.report } },
    );
  };
  const keep = async ({ trx }: Change, saved: StoredConnection, tested: Tested): Promise<StoredConnection> =>
    (await health.keep(trx, saved, tested)) ?? saved;
  const visible = (actor: Actor | undefined, idOrReference: string): Promise<StoredConnection> =>
    getVisibleConnection(connections, actor, idOrReference);
  /** Deletes a connection, whatever becomes of what it has left at Jira: the hub answers there with 404 from then on. */
  const remove = async (request: FastifyRequest, { id, name }: StoredConnection): Promise<void> => {
    const leftBehind = (thrown: unknown) =>
      log.warn(
        { connection: name, reason: asTielineError(thrown).message },
        'its webhook at Jira is left behind',
      );
    const removeWebhook = await findIssueWebhook({ kysely, jiraClients }, id).catch(leftBehind);
    await changes.make(request, (change) => connections.remove(change, id));
    await removeWebhook?.().catch(leftBehind);
  };

  return async (app) => {
    app.post(
      '/api/v1/connections',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Make a connection, if its test does not fail',
          tags: ['connections'],
          body: wantedConnection.extend({ saveFailing }),
          response: { 201: connectionView },
        },
      },
      async (request, reply) => {
        const { saveFailing: evenFailing, ...given } = request.body;
        const openable = { id: 'unsaved', ...given };
        const wanted = { ...openable, ...(await checkSettings(parts, request.actor, openable)) };
        await connections.assertNameFree(wanted.scope, wanted.name);
        const tested = await testFirst(wanted, evenFailing);
        const made = await changes.make(request, async (change) =>
          keep(change, await connections.create(change, wanted), tested),
        );
        return reply.status(201).send(viewConnection(made));
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
          summary: "Change a connection's name and settings, if the test of new settings does not fail",
          tags: ['connections'],
          params: connectionReference,
          body: z.strictObject({ name: nameText, settings: connectionSettings, usageScopes, saveFailing }),
          response: { 200: connectionView },
        },
      },
      async (request) => {
        const stored = await visible(request.actor, request.params.connection);
        const { name, settings, usageScopes: usable = stored.usageScopes } = request.body;
        const openable = { ...stored, name, settings, usageScopes: usable };
        const wanted = { ...openable, ...(await checkSettings(parts, request.actor, openable)) };
        // A new name must not wait for the other side.
        const same = isDeepStrictEqual(wanted.settings, stored.settings);
        const tested = same ? undefined : await testFirst(wanted, request.body.saveFailing);
        return viewConnection(
          await changes.make(request, async (change) => {
            const changed = await connections.change(change, stored.id, wanted);
            return tested === undefined ? changed : keep(change, changed, tested);
          }),
        );
      },
    );

    app.delete(
      '/api/v1/connections/:connection',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Delete a connection that nothing uses',
          tags: ['connections'],
          params: connectionReference,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const stored = await visible(request.actor, request.params.connection);
        requireRole(request.actor, 'editor', stored.scope);
        await remove(request, stored);
        return reply.status(204).send(null);
      },
    );
  };
}
