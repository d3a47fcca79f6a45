import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { nameText } from '../../../kit/paging.ts';
import {
  createServiceAccount,
  disableAccount,
  enableAccount,
  getAccountIn,
  grantRole,
  hasRole,
  listAccounts,
  type RoleGrant,
  requireRole,
  revokeRole,
  roles as roleNames,
  scopeSchema,
} from '../../access/index.ts';
import { isWithin } from '../../secrets/index.ts';
import { readPages } from '../read-pages.ts';
import type { Document, ResourceKind } from '../resource.ts';
import type { WritingStores } from '../stores.ts';

const spec = z.strictObject({
  roles: z
    .array(z.strictObject({ scope: scopeSchema, role: z.enum(roleNames) }))
    .max(200)
    .optional(),
  disabled: z.boolean().optional(),
});
type ServiceAccountSpec = z.output<typeof spec>;

const inOrder = (roles: RoleGrant[]): RoleGrant[] =>
  roles
    .map(({ scope, role }) => ({ scope, role }))
    .toSorted((one, other) => (one.scope < other.scope ? -1 : Number(one.scope > other.scope)));

/** @throws request-invalid for two roles in a scope, or one outside the account's own */
function checkRoles({ scope, spec: { roles = [] } }: Document<ServiceAccountSpec>): void {
  const wrong = roles.flatMap((grant, index) => {
    const path = `roles.${index}.scope`;
    if (!isWithin(grant.scope, [scope])) return [{ path, message: `must be ${scope} or below it` }];
    const twice = roles.findIndex((other) => other.scope === grant.scope) < index;
    return twice ? [{ path, message: 'has a role already' }] : [];
  });
  const [first] = wrong;
  if (first !== undefined) throw new TielineError('request-invalid', first.message, { fields: wrong });
}

/** Gives and takes roles until the account has these. @throws permission-missing */
async function setRoles({ change, actor }: WritingStores, id: string, wanted: RoleGrant[]): Promise<void> {
  const account = await getAccountIn(change, id);
  const has = account.roles.filter(({ source }) => source === 'person');
  for (const grant of wanted) {
    if (has.some(({ scope, role }) => scope === grant.scope && role === grant.role)) continue;
    requireRole(actor, 'administrator', grant.scope);
    await grantRole(change, account, grant);
  }
  for (const { scope } of has.filter((grant) => !wanted.some((kept) => kept.scope === grant.scope))) {
    requireRole(actor, 'administrator', scope);
    await revokeRole(change, account, scope);
  }
}

/** Service accounts with their roles. They are never deleted: to remove one is to shut it out. */
export const serviceAccountKind: ResourceKind<ServiceAccountSpec> = {
  kind: 'ServiceAccount',
  subject: 'service-account',
  name: nameText,
  spec,
  unread: [],
  dependsOn: () => [],
  check(_stores, document) {
    checkRoles(document);
  },
  settle: async (_stores, document) => ({
    ...document,
    spec: { ...document.spec, roles: document.spec.roles && inOrder(document.spec.roles) },
  }),
  authorise({ actor }, { scope }) {
    requireRole(actor, 'administrator', scope);
  },
  async read({ actor, database }, within) {
    const found = await readPages((page) =>
      listAccounts(database, { kind: 'service-account', within, ...page }),
    );
    return found
      .filter(({ scope }) => hasRole(actor, 'administrator', scope))
      .map(({ id, name, scope, roles, disabledAt }) => ({
        id,
        name,
        scope,
        spec: {
          roles: inOrder(roles.filter(({ source }) => source === 'person')),
          disabled: disabledAt !== null,
        },
        whenAbsent: { roles: [], disabled: false },
      }));
  },
  async create(stores, { name, scope, spec: { roles = [], disabled = false } }) {
    const account = await createServiceAccount(stores.change, { name, scope });
    await setRoles(stores, account.id, roles);
    if (disabled) await disableAccount(stores.change, account);
    return { id: account.id };
  },
  async update(stores, { spec: { roles = [], disabled = false } }, { id, name: before }, changed) {
    if (changed.has('name')) {
      const message = `It is named "${before}", and keeps that name`;
      throw new TielineError('request-invalid', message, { fields: [{ path: 'name', message }] });
    }
    if (changed.has('roles')) await setRoles(stores, id, roles);
    if (changed.has('disabled')) {
      await (disabled ? disableAccount : enableAccount)(stores.change, await getAccountIn(stores.change, id));
    }
  },
  async remove(stores, { id }) {
    await setRoles(stores, id, []);
    await disableAccount(stores.change, await getAccountIn(stores.change, id));
  },
};
