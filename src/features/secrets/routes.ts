import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cursorOf, idParameter, isoDate, nameText, pageOf, pageQuery, text } from '../../kit/paging.ts';
import { Secret } from '../../kit/secret.ts';
import { type Actor, type Changes, maySee, requireRole, scopeSchema, scopesOf } from '../access/index.ts';
import { noSecret, type SecretStore, type StoredSecret } from './secret-store.ts';

const secretView = z.object({
  id: z.string(),
  scope: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.number().meta({ description: 'Counts the values that it has had.' }),
  createdAt: isoDate,
  updatedAt: isoDate,
});
const value = z
  .string()
  .min(1)
  .max(65_536)
  .transform((clear) => new Secret(clear))
  .meta({ description: 'The secret itself. It is encrypted and never shown again.' });

const view = (secret: StoredSecret) => ({
  ...secret,
  createdAt: text(secret.createdAt),
  updatedAt: text(secret.updatedAt),
});

/** `/api/v1/secrets`: names and values in, names out. */
export function secretRoutes(options: { secrets: SecretStore; changes: Changes }): FastifyPluginAsyncZod {
  const { secrets, changes } = options;
  const visible = async (actor: Actor | undefined, id: string): Promise<StoredSecret> => {
    const secret = await secrets.get(id);
    // What one may not see does not exist for one.
    if (!maySee(actor, secret.scope)) throw noSecret(id);
    return secret;
  };

  return async (app) => {
    app.post(
      '/api/v1/secrets',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Store a secret',
          tags: ['secrets'],
          body: z.strictObject({
            scope: scopeSchema.default('account'),
            name: nameText,
            description: z.string().max(1_000).default(''),
            value,
          }),
          response: { 201: secretView },
        },
      },
      async (request, reply) => {
        requireRole(request.actor, 'editor', request.body.scope);
        const made = await changes.make(request, (change) => secrets.create(change, request.body));
        return reply.status(201).send(view(made));
      },
    );

    app.get(
      '/api/v1/secrets',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List secrets without their values, newest first',
          tags: ['secrets'],
          querystring: pageQuery,
          response: { 200: pageOf(secretView) },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query;
        const page = await secrets.list({ within: scopesOf(request.actor), before: cursor, limit });
        return { items: page.map(view), next: cursorOf(page, limit) };
      },
    );

    app.put(
      '/api/v1/secrets/:id/value',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Give a secret a new value',
          tags: ['secrets'],
          params: idParameter,
          body: z.strictObject({ value }),
          response: { 200: secretView },
        },
      },
      async (request) => {
        const secret = await visible(request.actor, request.params.id);
        requireRole(request.actor, 'editor', secret.scope);
        const { value: next } = request.body;
        return view(await changes.make(request, (change) => secrets.change(change, secret.id, next)));
      },
    );

    app.delete(
      '/api/v1/secrets/:id',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Delete a secret that nothing uses',
          tags: ['secrets'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const secret = await visible(request.actor, request.params.id);
        requireRole(request.actor, 'editor', secret.scope);
        await changes.make(request, (change) => secrets.remove(change, secret.id));
        return reply.status(204).send(null);
      },
    );
  };
}
