import { z } from 'zod';
import {
  changeGroupRoleRule,
  createGroupRoleRule,
  deleteGroupRoleRule,
  getGroupRoleRule,
  hasRole,
  listGroupRoleRules,
  requireRole,
  roles,
} from '../../access/index.ts';
import { readPages } from '../read-pages.ts';
import type { ResourceKind } from '../resource.ts';

const spec = z.strictObject({ role: z.enum(roles) });
type GroupRoleSpec = z.output<typeof spec>;

/** What a group of the sign-in service may do in a scope, from the next sign-in on: the name is the group's. */
export const groupRoleKind: ResourceKind<GroupRoleSpec> = {
  kind: 'GroupRole',
  subject: 'group-role-rule',
  name: z.string().min(1).max(300),
  spec,
  unread: [],
  dependsOn: () => [],
  identityOf: ({ scope, name }) => `${scope}/${name}`,
  authorise({ actor }, { scope }) {
    requireRole(actor, 'administrator', scope);
  },
  async read({ actor, database }, within) {
    const rules = await readPages((page) => listGroupRoleRules(database, { within, ...page }));
    return rules
      .filter(({ scope }) => hasRole(actor, 'administrator', scope))
      .map(({ id, group, scope, role }) => ({ id, name: group, scope, spec: { role }, whenAbsent: {} }));
  },
  create: ({ change }, { name, scope, spec: { role } }) =>
    createGroupRoleRule(change, { group: name, scope, role }),
  update: async ({ change, database }, { spec: { role } }, { id }) =>
    changeGroupRoleRule(change, await getGroupRoleRule(database, id), role),
  remove: async ({ change, database }, { id }) =>
    deleteGroupRoleRule(change, await getGroupRoleRule(database, id)),
};
