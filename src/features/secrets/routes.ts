import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { cursorOf, pageOf, pageQuery } from '../../kit/paging.ts';
import { type Changes, requireRole, scopeSchema, scopesOf } from '../access/index.ts';
import type { SecretStore } from './secret-store.ts';
import {
  hasOneValue,
  newValueOf,
  oneValue,
  secretName,
  secretParameter,
  secretView,
  usageScopesField,
  valueFields,
  viewSecret,
} from './secret-view.ts';
import { isWithin } from './usage-scope.ts';
import { getVisibleSecret } from './visible-secret.ts';

const description = z.string().max(1_000);

/** @throws request-invalid for a usage scope beyond the secret's own */
function checkUsageScopes(usageScopes: string[], scope: string): void {
  const beyond = usageScopes.find((wanted) => !isWithin(wanted, [scope]));
  if (beyond === undefined) return;
  const message = `${beyond} is not within the scope of the secret, ${scope}`;
  throw new TielineError('request-invalid', message, { fields: [{ path: 'usageScopes', message }] });
}

/** `/api/v1/secrets`: names and values in, names out. */
export function secretRoutes(options: { secrets: SecretStore; changes: Changes }): FastifyPluginAsyncZod {
  const { secrets, changes } = options;

  return async (app) => {
    app.post(
      '/api/v1/secrets',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Store a secret: a text or a file',
          tags: ['secrets'],
          body: z
            .strictObject({
              scope: scopeSchema.default('account'),
              name: secretName,
              description: description.default(''),
              usageScopes: usageScopesField.optional(),
              ...valueFields,
            })
            .refine(hasOneValue, oneValue),
          response: { 201: secretView },
        },
      },
      async (request, reply) => {
        const { scope, usageScopes = [scope] } = request.body;
        requireRole(request.actor, 'editor', scope);
        checkUsageScopes(usageScopes, scope);
        const wanted = { ...request.body, ...newValueOf(request.body), usageScopes };
        const made = await changes.make(request, (change) => secrets.create(change, wanted));
        return reply.status(201).send(viewSecret(made));
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
        return { items: page.map(viewSecret), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/secrets/:secret',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Show a secret without its value',
          tags: ['secrets'],
          params: secretParameter,
          response: { 200: secretView },
        },
      },
      async (request) => viewSecret(await getVisibleSecret(secrets, request.actor, request.params.secret)),
    );

    app.put(
      '/api/v1/secrets/:secret',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: "Change a secret's name, description and usage scopes",
          tags: ['secrets'],
          params: secretParameter,
          body: z.strictObject({ name: secretName, description, usageScopes: usageScopesField }),
          response: { 200: secretView },
        },
      },
      async (request) => {
        const secret = await getVisibleSecret(secrets, request.actor, request.params.secret);
        requireRole(request.actor, 'editor', secret.scope);
        checkUsageScopes(request.body.usageScopes, secret.scope);
        return viewSecret(
          await changes.make(request, (change) => secrets.describe(change, secret.id, request.body)),
        );
      },
    );

    app.put(
      '/api/v1/secrets/:secret/value',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Give a secret a new value',
          tags: ['secrets'],
          params: secretParameter,
          body: z.strictObject(valueFields).refine(hasOneValue, oneValue),
          response: { 200: secretView },
        },
      },
      async (request) => {
        const secret = await getVisibleSecret(secrets, request.actor, request.params.secret);
        requireRole(request.actor, 'editor', secret.scope);
        const next = newValueOf(request.body);
        return viewSecret(await changes.make(request, (change) => secrets.change(change, secret.id, next)));
      },
    );

    app.delete(
      '/api/v1/secrets/:secret',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Delete a secret that nothing uses',
          tags: ['secrets'],
          params: secretParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const secret = await getVisibleSecret(secrets, request.actor, request.params.secret);
        requireRole(request.actor, 'editor', secret.scope);
        await changes.make(request, (change) => secrets.remove(change, secret.id));
        return reply.status(204).send(null);
      },
    );
  };
}
