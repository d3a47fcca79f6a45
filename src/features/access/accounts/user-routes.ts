import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { cursorOf, nameText, pageOf, pageQuery } from '../../../kit/paging.ts';
import { requireRole, roles, scopesOf } from '../actors.ts';
import type { Changes } from '../changes.ts';
import type { Credentials } from '../credentials.ts';
import { scopeSchema } from '../scopes.ts';
import { createUser, getUser, listAccounts } from './account-store.ts';
import { userView, viewUser } from './account-view.ts';
import { disableAccount, enableAccount } from './disabling.ts';
import { grantRole } from './role-grants.ts';

/** An e-mail address as users are known by it: in lower case. */
export const emailText = z
  .email()
  .max(254)
  .transform((email) => email.toLowerCase());
const userParameter = z.strictObject({
  user: z.string().min(1).max(254).meta({ description: 'By id or e-mail address.' }),
});

/** `/api/v1/users`: people, who sign in. They are the whole account's; their roles say where they may do what. */
export function userRoutes(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
}): FastifyPluginAsyncZod {
  const { database, changes, credentials } = options;
  return async (app) => {
    app.post(
      '/api/v1/users',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Make a user, who then signs in by OpenID Connect or by an invitation',
          tags: ['users'],
          body: z.strictObject({
            name: nameText,
            email: emailText,
            roles: z
              .array(z.strictObject({ scope: scopeSchema.default('account'), role: z.enum(roles) }))
              .max(50)
              .default([]),
          }),
          response: { 201: userView },
        },
      },
      async (request, reply) => {
        const { actor } = request;
        requireRole(actor, 'administrator', 'account');
        const made = await changes.make(request, async (change) => {
          let user = await createUser(change, request.body);
          for (const grant of request.body.roles) user = await grantRole(change, user, grant);
          return user;
        });
        return reply.status(201).send(viewUser(made, actor));
      },
    );

    app.get(
      '/api/v1/users',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'List users, newest first',
          tags: ['users'],
          querystring: pageQuery,
          response: { 200: pageOf(userView) },
        },
      },
      async ({ actor, query }) => {
        const { cursor, limit } = query;
        const page = await listAccounts(database, {
          kind: 'user',
          within: scopesOf(actor),
          before: cursor,
          limit,
        });
        return { items: page.map((user) => viewUser(user, actor)), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/users/:user',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Show a user',
          tags: ['users'],
          params: userParameter,
          response: { 200: userView },
        },
      },
      async ({ actor, params }) => viewUser(await getUser(database, params.user), actor),
    );

    const switches = [
      {
        verb: 'disable',
        summary: 'Shut a user out: sessions end, tokens stop counting',
        change: disableAccount,
      },
      { verb: 'enable', summary: 'Let a user in again', change: enableAccount },
    ];
    for (const { verb, summary, change: flip } of switches) {
      app.post(
        `/api/v1/users/:user/${verb}`,
        {
          config: { access: { role: 'administrator' } },
          schema: { summary, tags: ['users'], params: userParameter, response: { 200: userView } },
        },
        async (request) => {
          const { actor, params } = request;
          requireRole(actor, 'administrator', 'account');
          const user = await getUser(database, params.user);
          const changed = await changes.make(request, (change) => flip(change, user));
          credentials.forget();
          return viewUser(changed, actor);
        },
      );
    }
  };
}
