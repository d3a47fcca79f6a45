import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { type Actor, maySee, requireRole, roles } from '../actors.ts';
import type { Changes } from '../changes.ts';
import type { Credentials } from '../credentials.ts';
import { scopeSchema } from '../scopes.ts';
import { type Account, getUser } from './account-store.ts';
import { roleView } from './account-view.ts';
import { grantRole, revokeRole } from './role-grants.ts';
import { getVisibleServiceAccount } from './visible-service-account.ts';

const accountParameter = z.strictObject({
  account: z
    .string()
    .min(1)
    .max(300)
    .meta({ description: 'A user by id or e-mail address, a service account by id or name.' }),
});
const answer = z.object({
  roles: z.array(roleView).meta({ description: 'Those in scopes that the caller may see.' }),
});

/** `/api/v1/users/:account/roles` and the same of service accounts: who may do what where. */
export function roleRoutes(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
}): FastifyPluginAsyncZod {
  const { database, changes, credentials } = options;
  const kinds: {
    path: string;
    what: string;
    get(actor: Actor | undefined, name: string): Promise<Account>;
  }[] = [
    { path: 'users', what: 'user', get: (_actor, name) => getUser(database, name) },
    {
      path: 'service-accounts',
      what: 'service account',
      get: (actor, name) => getVisibleServiceAccount(database, actor, name),
    },
  ];
  const view = ({ roles: given }: Account, actor: Actor | undefined) => ({
    roles: given.filter(({ scope }) => maySee(actor, scope)),
  });

  return async (app) => {
    for (const { path, what, get } of kinds) {
      const tags = [path.replace('-', ' ')];
      app.get(
        `/api/v1/${path}/:account/roles`,
        {
          config: { access: { role: 'administrator' } },
          schema: {
            summary: `List the roles of a ${what}`,
            tags,
            params: accountParameter,
            response: { 200: answer },
          },
        },
        async ({ actor, params }) => view(await get(actor, params.account), actor),
      );

      app.put(
        `/api/v1/${path}/:account/roles`,
        {
          config: { access: { role: 'administrator' } },
          schema: {
            summary: `Give a ${what} a role in a scope, in place of another there`,
            tags,
            params: accountParameter,
            body: z.strictObject({ scope: scopeSchema.default('account'), role: z.enum(roles) }),
            response: { 200: answer },
          },
        },
        async (request) => {
          const { actor, params, body } = request;
          // An administrator has the highest role: nobody gives more than they have.
          requireRole(actor, 'administrator', body.scope);
          const account = await get(actor, params.account);
          const changed = await changes.make(request, (change) => grantRole(change, account, body));
          credentials.forget();
          return view(changed, actor);
        },
      );

      app.delete(
        `/api/v1/${path}/:account/roles`,
        {
          config: { access: { role: 'administrator' } },
          schema: {
            summary: `Take a ${what}'s role in a scope away`,
            tags,
            params: accountParameter,
            querystring: z.strictObject({ scope: scopeSchema.default('account') }),
            response: { 200: answer },
          },
        },
        async (request) => {
          const { actor, params, query } = request;
          requireRole(actor, 'administrator', query.scope);
          const account = await get(actor, params.account);
          const changed = await changes.make(request, (change) => revokeRole(change, account, query.scope));
          credentials.forget();
          return view(changed, actor);
        },
      );
    }
  };
}
