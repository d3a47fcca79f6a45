import { z } from 'zod';
import type { Egress } from './connector.ts';
import { secretReference } from './settings.ts';

const proxyUrl = z
  .url({
    protocol: /^(https?|socks5)$/,
    error: 'must be an address that starts with http://, https:// or socks5://',
  })
  .refine(
    (address) => /^[^?#@]*$/.test(address),
    'must hold no user name and no password: they have fields of their own',
  );

/** A SHA-256 in hex, with colons or without. */
const fingerprint = z
  .string()
  .trim()
  .regex(
    /^(?:[\da-f]{2}:?){31}[\da-f]{2}$/i,
    'must be a SHA-256 fingerprint: 64 hex digits, with colons or without',
  );

/** How requests leave, as fields of any connector's settings: spread them into its object. See {@link Egress}. */
export const egressFields = {
  certificateAuthority: z
    .string()
    .includes('-----BEGIN CERTIFICATE-----', 'must be a certificate in PEM form')
    .optional()
    .meta({
      title: 'Certificate authority',
      description: 'PEM of a private authority that signed the certificate of the other side.',
    }),
  pinnedCertificates: z.array(fingerprint).max(20).optional().meta({
    title: 'Pinned certificates',
    description:
      'SHA-256 fingerprints, one of which the certificate of the other side, or an authority of it, must have.',
  }),
  allowAddresses: z
    .array(
      z.union([z.cidrv4(), z.cidrv6()], {
        error: 'must be a range of addresses, such as 10.1.2.0/24, or 10.1.2.3/32 for one',
      }),
    )
    .optional()
    .meta({
      title: 'Allowed addresses',
      description: 'Private address ranges that this connection may reach, such as 10.1.2.0/24.',
    }),
  proxy: z
    .strictObject({
      url: proxyUrl.meta({
        title: 'Address',
        description: 'http:// or https:// for a CONNECT proxy, socks5:// for SOCKS 5.',
        examples: ['http://proxy.example.com:3128'],
      }),
      username: z.string().trim().min(1).max(300).optional().meta({ title: 'User name' }),
      password: secretReference().optional().meta({ title: 'Password' }),
    })
    .optional()
    .meta({ title: 'Proxy', description: 'By which requests leave; directly when it is left empty.' }),
} satisfies Record<keyof Egress, z.ZodType>;
