import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Changes, requireRole } from '../access/index.ts';
import type { ConnectionStore } from './connection-store.ts';
import { connectionReference, connectionView, environmentRules, viewConnection } from './connection-view.ts';
import { getVisibleConnection } from './visible-connection.ts';

/** What is decided for a connection beside its settings: who may make connect keys, and which environment is which. */
export function connectionRuleRoutes(options: {
  connections: ConnectionStore;
  changes: Changes;
}): FastifyPluginAsyncZod {
  const { connections, changes } = options;
  return async (app) => {
    app.put(
      '/api/v1/connections/:connection/self-service',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Let every token that sees the connection make connect keys for itself, or not',
          tags: ['connections'],
          params: connectionReference,
          body: z.strictObject({ selfService: z.boolean() }),
          response: { 200: connectionView },
        },
      },
      async (request) => {
        const stored = await getVisibleConnection(connections, request.actor, request.params.connection);
        requireRole(request.actor, 'administrator', stored.scope);
        const { selfService } = request.body;
        return viewConnection(
          await changes.make(request, (change) => connections.setSelfService(change, stored.id, selfService)),
        );
      },
    );

    app.put(
      '/api/v1/connections/:connection/environment-rules',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Say of which type environments are whose reports do not say it',
          tags: ['connections'],
          params: connectionReference,
          body: environmentRules,
          response: { 200: connectionView },
        },
      },
      async (request) => {
        const stored = await getVisibleConnection(connections, request.actor, request.params.connection);
        requireRole(request.actor, 'editor', stored.scope);
        return viewConnection(
          await changes.make(request, (change) =>
            connections.setEnvironmentRules(change, stored.id, request.body),
          ),
        );
      },
    );
  };
}
