import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { requireRole } from '../access/index.ts';
import { checkSettings } from './check-settings.ts';
import type { ConnectionStore } from './connection-store.ts';
import { connectionReference, testReport, wantedConnection } from './connection-view.ts';
import type { HealthStore } from './health-store.ts';
import type { ConnectionParts } from './open-connection.ts';
import { testConnection } from './test-connection.ts';
import { getVisibleConnection } from './visible-connection.ts';

const projects = z.array(z.string().min(1).max(255)).max(20).optional().meta({
  description: 'Project keys for which the permissions are checked.',
});

/** The Test button: of settings that are not saved yet, and of a connection. */
export function connectionTestRoutes(
  parts: ConnectionParts & { database: Database; connections: ConnectionStore; health: HealthStore },
): FastifyPluginAsyncZod {
  const { connections, health, database } = parts;
  return async (app) => {
    app.post(
      '/api/v1/connections/test',
      {
        config: { access: { role: 'editor', unaudited: 'a test changes nothing' } },
        schema: {
          summary: 'Test settings before they are saved',
          tags: ['connections'],
          body: wantedConnection.extend({ projects }),
          response: { 200: testReport },
        },
      },
      async (request) => {
        const { projects: keys, ...given } = request.body;
        const openable = { id: 'unsaved', ...given };
        const wanted = { ...openable, ...(await checkSettings(parts, request.actor, openable)) };
        const { report } = await testConnection(parts, wanted, { projects: keys });
        return report;
      },
    );

    app.post(
      '/api/v1/connections/:connection/test',
      {
        config: { access: { role: 'operator', unaudited: 'a test changes nothing' } },
        schema: {
          summary: 'Test a connection: who we are there, and what works',
          description: 'When it shows that a connection was repaired, the work that was held for it goes on.',
          tags: ['connections'],
          params: connectionReference,
          body: z.strictObject({ projects }).default({}),
          response: { 200: testReport },
        },
      },
      async (request) => {
        const stored = await getVisibleConnection(connections, request.actor, request.params.connection);
        requireRole(request.actor, 'operator', stored.scope);
        const tested = await testConnection(parts, stored, request.body);
        await database.transaction('test', (trx) => health.keep(trx, stored, tested));
        return tested.report;
      },
    );
  };
}
