import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { cursorOf, nameText, pageOf, pageQuery } from '../../../kit/paging.ts';
import { requireRole, scopesOf } from '../actors.ts';
import type { Changes } from '../changes.ts';
import type { Credentials } from '../credentials.ts';
import { scopeSchema } from '../scopes.ts';
import { createServiceAccount, listAccounts } from './account-store.ts';
import { serviceAccountView, viewServiceAccount } from './account-view.ts';
import { disableAccount, enableAccount } from './disabling.ts';
import { getVisibleServiceAccount } from './visible-service-account.ts';

const accountParameter = z.strictObject({
  account: z.string().min(1).max(300).meta({ description: 'By id or name, e.g. account.robot.' }),
});

/** `/api/v1/service-accounts`: who calls the API and is no person. They have API tokens and no other way in. */
export function serviceAccountRoutes(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
}): FastifyPluginAsyncZod {
  const { database, changes, credentials } = options;
  return async (app) => {
    app.post(
      '/api/v1/service-accounts',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Make a service account without a role',
          tags: ['service accounts'],
          body: z.strictObject({ name: nameText, scope: scopeSchema.default('account') }),
          response: { 201: serviceAccountView },
        },
      },
      async (request, reply) => {
        const { actor, body } = request;
        requireRole(actor, 'administrator', body.scope);
        const made = await changes.make(request, (change) => createServiceAccount(change, body));
        return reply.status(201).send(viewServiceAccount(made, actor));
      },
    );

    app.get(
      '/api/v1/service-accounts',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List service accounts, newest first',
          tags: ['service accounts'],
          querystring: pageQuery,
          response: { 200: pageOf(serviceAccountView) },
        },
      },
      async ({ actor, query }) => {
        const { cursor, limit } = query;
        const page = await listAccounts(database, {
          kind: 'service-account',
          within: scopesOf(actor),
          before: cursor,
          limit,
        });
        return {
          items: page.map((account) => viewServiceAccount(account, actor)),
          next: cursorOf(page, limit),
        };
      },
    );

    app.get(
      '/api/v1/service-accounts/:account',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Show a service account',
          tags: ['service accounts'],
          params: accountParameter,
          response: { 200: serviceAccountView },
        },
      },
      async ({ actor, params }) =>
        viewServiceAccount(await getVisibleServiceAccount(database, actor, params.account), actor),
    );

    const switches = [
      {
        verb: 'disable',
        summary: 'Shut a service account out: its tokens stop counting',
        change: disableAccount,
      },
      { verb: 'enable', summary: 'Let a service account in again', change: enableAccount },
    ];
    for (const { verb, summary, change: flip } of switches) {
      app.post(
        `/api/v1/service-accounts/:account/${verb}`,
        {
          config: { access: { role: 'administrator' } },
          schema: {
            summary,
            tags: ['service accounts'],
            params: accountParameter,
            response: { 200: serviceAccountView },
          },
        },
        async (request) => {
          const { actor, params } = request;
          const account = await getVisibleServiceAccount(database, actor, params.account);
          requireRole(actor, 'administrator', account.scope);
          const changed = await changes.make(request, (change) => flip(change, account));
          credentials.forget();
          return viewServiceAccount(changed, actor);
        },
      );
    }
  };
}
