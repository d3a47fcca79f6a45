import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { type Changes, requireRole } from '../access/index.ts';
import type { SecretStore } from './secret-store.ts';
import { listUses } from './secret-uses.ts';
import { secretParameter, secretView, useView, versionView, viewSecret, viewVersion } from './secret-view.ts';
import type { VersionStore } from './version-store.ts';
import { getVisibleSecret } from './visible-secret.ts';

const versionParameter = secretParameter.extend({
  version: z.coerce.number().int().min(1).max(2_147_483_647),
});

/** What a secret was before, and who uses it. */
export function secretVersionRoutes(options: {
  database: Database;
  secrets: SecretStore;
  versions: VersionStore;
  changes: Changes;
}): FastifyPluginAsyncZod {
  const { database, secrets, versions, changes } = options;

  return async (app) => {
    app.get(
      '/api/v1/secrets/:secret/uses',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Say where a secret is used',
          tags: ['secrets'],
          params: secretParameter,
          response: { 200: z.object({ items: z.array(useView) }) },
        },
      },
      async (request) => {
        const secret = await getVisibleSecret(secrets, request.actor, request.params.secret);
        return { items: await listUses(database, { secretId: secret.id }) };
      },
    );

    app.get(
      '/api/v1/secrets/:secret/versions',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List the versions of a secret without their values, newest first',
          tags: ['secrets'],
          params: secretParameter,
          response: { 200: z.object({ items: z.array(versionView) }) },
        },
      },
      async (request) => {
        const secret = await getVisibleSecret(secrets, request.actor, request.params.secret);
        return { items: (await versions.list(secret.id)).map(viewVersion) };
      },
    );

    app.post(
      '/api/v1/secrets/:secret/versions/:version/restore',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Use the value of an earlier version again, as a new version',
          tags: ['secrets'],
          params: versionParameter,
          response: { 200: secretView },
        },
      },
      async (request) => {
        const { secret: reference, version } = request.params;
        const secret = await getVisibleSecret(secrets, request.actor, reference);
        requireRole(request.actor, 'editor', secret.scope);
        await changes.make(request, (change) => versions.restore(change, secret.id, version));
        return viewSecret(await secrets.get(secret.id));
      },
    );

    app.delete(
      '/api/v1/secrets/:secret/versions/:version',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'End an earlier version: its value is dropped for good',
          tags: ['secrets'],
          params: versionParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { secret: reference, version } = request.params;
        const secret = await getVisibleSecret(secrets, request.actor, reference);
        requireRole(request.actor, 'editor', secret.scope);
        await changes.make(request, (change) => versions.end(change, secret.id, version));
        return reply.status(204).send(null);
      },
    );
  };
}
