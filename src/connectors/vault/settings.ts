import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

const path = (fallback: string) =>
  z
    .string()
    .trim()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a path such as secret or kv/team, without slashes around it')
    .refine((text) => !text.split('/').some((step) => /^\.+$/.test(step)), 'must hold no . and no ..')
    .default(fallback);

const token = z
  .strictObject({
    type: z.literal('token').meta({ title: 'Kind' }),
    token: secretReference().meta({
      title: 'Token',
      description: 'A Vault token that may read the secrets. It is renewed while it is used, if it may be.',
    }),
  })
  .meta({ title: 'Token' });

const appRole = z
  .strictObject({
    type: z.literal('approle').meta({ title: 'Kind' }),
    roleId: z.string().trim().min(1).max(300).meta({ title: 'Role id' }),
    secretId: secretReference().meta({ title: 'Secret id' }),
    mount: path('approle').meta({
      title: 'Mount',
      description: 'Where the AppRole method is enabled, without auth/.',
    }),
  })
  .meta({ title: 'AppRole' });

/** The stored settings of a connection to HashiCorp Vault. */
export const vaultSettings = z.strictObject({
  address: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite((address) => address.replace(/\/+(v1\/?)?$/, ''))
    .meta({
      title: 'Address',
      description: 'What VAULT_ADDR would be, without /v1.',
      examples: ['https://vault.example.com:8200'],
    }),
  namespace: z
    .string()
    .trim()
    .regex(/^[^\s]+$/, 'must hold no spaces')
    .max(300)
    .optional()
    .meta({ title: 'Namespace', description: 'Of Vault Enterprise or HCP Vault, e.g. admin/team.' }),
  mount: path('secret').meta({
    title: 'Mount',
    description: 'Where the KV engine, version 2, is enabled. References begin with it.',
  }),
  auth: z.discriminatedUnion('type', [token, appRole]).meta({ title: 'Sign-in' }),
  ...egressFields,
});

export type VaultSettings = z.output<typeof vaultSettings>;
