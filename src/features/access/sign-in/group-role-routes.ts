import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { cursorOf, idParameter, isoDate, pageOf, pageQuery, text } from '../../../kit/paging.ts';
import { hasRole, requireRole, roles, scopesOf } from '../actors.ts';
import type { Changes } from '../changes.ts';
import { scopeSchema } from '../scopes.ts';
import {
  createGroupRoleRule,
  deleteGroupRoleRule,
  type GroupRoleRule,
  getGroupRoleRule,
  listGroupRoleRules,
  noGroupRoleRule,
} from './group-roles.ts';

const ruleView = z.object({
  id: z.string(),
  group: z.string(),
  scope: z.string(),
  role: z.enum(roles),
  createdAt: isoDate,
});
const view = (rule: GroupRoleRule) => ({ ...rule, createdAt: text(rule.createdAt) });

/** `/api/v1/group-role-rules`: which group of the sign-in service has which role where, from the next sign-in on. */
export function groupRoleRoutes(options: { database: Database; changes: Changes }): FastifyPluginAsyncZod {
  const { database, changes } = options;
  return async (app) => {
    app.post(
      '/api/v1/group-role-rules',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Give a group of the sign-in service a role in a scope',
          tags: ['group role rules'],
          body: z.strictObject({
            group: z.string().min(1).max(300).meta({ description: 'As the groups claim has it.' }),
            scope: scopeSchema.default('account'),
            role: z.enum(roles),
          }),
          response: { 201: ruleView },
        },
      },
      async (request, reply) => {
        requireRole(request.actor, 'administrator', request.body.scope);
        const made = await changes.make(request, (change) => createGroupRoleRule(change, request.body));
        return reply.status(201).send(view(made));
      },
    );

    app.get(
      '/api/v1/group-role-rules',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'List group role rules, newest first',
          tags: ['group role rules'],
          querystring: pageQuery,
          response: { 200: pageOf(ruleView) },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query;
        const within = scopesOf(request.actor, 'administrator');
        const page = await listGroupRoleRules(database, { within, before: cursor, limit });
        return { items: page.map(view), next: cursorOf(page, limit) };
      },
    );

    app.delete(
      '/api/v1/group-role-rules/:id',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Delete a group role rule',
          tags: ['group role rules'],
          params: idParameter,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const rule = await getGroupRoleRule(database, request.params.id);
        if (!hasRole(request.actor, 'administrator', rule.scope)) throw noGroupRoleRule(rule.id);
        await changes.make(request, (change) => deleteGroupRoleRule(change, rule));
        return reply.status(204).send(null);
      },
    );
  };
}
