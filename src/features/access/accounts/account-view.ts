import { z } from 'zod';
import { isoDate, text } from '../../../kit/paging.ts';
import { type Actor, maySee, roles } from '../actors.ts';
import type { Account } from './account-store.ts';

/** A role as answers show it. */
export const roleView = z.object({
  scope: z.string(),
  role: z.enum(roles),
  source: z.enum(['person', 'group']).meta({
    description: 'Who gave it: a person, or a group of the sign-in service by a rule.',
  }),
});

const accountView = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(roleView).meta({ description: 'Those in scopes that the caller may see.' }),
  createdAt: isoDate,
  disabledAt: isoDate.nullable(),
});

export const userView = accountView.extend({
  email: z.string(),
  hasPassword: z.boolean(),
  issuer: z.string().nullable().meta({ description: 'The OpenID Connect issuer by which it signs in.' }),
  lastSignedInAt: isoDate.nullable(),
});

export const serviceAccountView = accountView.extend({ scope: z.string() });

const viewAccount = (account: Account, actor: Actor | undefined) => ({
  id: account.id,
  name: account.name,
  roles: account.roles.filter(({ scope }) => maySee(actor, scope)),
  createdAt: text(account.createdAt),
  disabledAt: text(account.disabledAt),
});

/** A user as one caller may see it. */
export const viewUser = (account: Account, actor: Actor | undefined): z.infer<typeof userView> => ({
  ...viewAccount(account, actor),
  email: account.email ?? '',
  hasPassword: account.hasPassword,
  issuer: account.issuer,
  lastSignedInAt: text(account.lastSignedInAt),
});

/** A service account as one caller may see it. */
export const viewServiceAccount = (
  account: Account,
  actor: Actor | undefined,
): z.infer<typeof serviceAccountView> => ({ ...viewAccount(account, actor), scope: account.scope });
