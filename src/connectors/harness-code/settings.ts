import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

/**
 * The stored settings of a connection to Harness Code, or to Gitness, which is the same program without Harness around
 * it: another base path, another header for the token.
 */
export const harnessCodeSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite((url) => url.replace(/\/+$/, ''))
    .meta({
      title: 'Base URL',
      description: 'The address of Harness or Gitness.',
      examples: ['https://app.harness.io', 'https://git.example.com'],
    }),
  product: z.enum(['harness', 'gitness']).default('harness').meta({
    title: 'Product',
    description: 'Harness (app.harness.io or self-managed), or Gitness, the open-source program.',
  }),
  token: secretReference().meta({
    title: 'Access token',
    description: 'Of a user with Account Admin permissions; in Harness under My Profile, API Keys.',
  }),
  ...egressFields,
});

export type HarnessCodeSettings = z.output<typeof harnessCodeSettings>;
