import { z } from 'zod';
import {
  getAccountIn,
  getUser,
  grantRole,
  hasRole,
  listAccounts,
  requireRole,
  revokeRole,
  roles,
} from '../../access/index.ts';
import { isWithin } from '../../secrets/index.ts';
import { readPages } from '../read-pages.ts';
import type { ResourceKind } from '../resource.ts';

const spec = z.strictObject({ role: z.enum(roles) });
type RoleSpec = z.output<typeof spec>;

const separator = ' ';
const accountOf = (id: string): string => id.split(separator)[0] ?? id;

/** What a user may do in a scope: the name is the user's e-mail address. Users themselves come by signing in. */
export const roleKind: ResourceKind<RoleSpec> = {
  kind: 'Role',
  subject: 'user',
  name: z.email({ error: 'must be the e-mail address of a user' }).toLowerCase(),
  spec,
  unread: [],
  dependsOn: () => [],
  authorise({ actor }, { scope }) {
    requireRole(actor, 'administrator', scope);
  },
  async read({ actor, database }, within) {
    const users = await readPages((page) => listAccounts(database, { kind: 'user', within, ...page }));
    return users.flatMap(({ id, email, roles: given }) =>
      given
        .filter(({ source }) => source === 'person')
        .filter(({ scope }) => isWithin(scope, within) && hasRole(actor, 'administrator', scope))
        .map(({ scope, role }) => ({
          id: `${id}${separator}${scope}`,
          name: email ?? id,
          scope,
          spec: { role },
          whenAbsent: {},
        })),
    );
  },
  async create({ change, database }, { name, scope, spec: { role } }) {
    const user = await getUser(database, name);
    await grantRole(change, user, { scope, role });
    return { id: `${user.id}${separator}${scope}` };
  },
  async update({ change }, { scope, spec: { role } }, { id }) {
    await grantRole(change, await getAccountIn(change, accountOf(id)), { scope, role });
  },
  async remove({ change }, { id, scope }) {
    await revokeRole(change, await getAccountIn(change, accountOf(id)), scope);
  },
};
