import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

/** The stored settings of a connection to Gitea, or to Forgejo, which grew out of it and kept its API. */
export const giteaSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite((url) => url.replace(/\/+$/, ''))
    .meta({
      title: 'Base URL',
      description: 'The address of Gitea or Forgejo, with its path if it has one.',
      examples: ['https://gitea.example.com', 'https://codeberg.org'],
    }),
  token: secretReference().meta({
    title: 'Access token',
    description:
      'From Settings, Applications, with the permissions read:user, write:organization and write:repository; ' +
      'write:user as well to link all repositories of the user itself. What can be linked: an organization (level ' +
      'organization), the user itself (account), single repositories such as acme/checkout (project).',
  }),
  ...egressFields,
});

export type GiteaSettings = z.output<typeof giteaSettings>;
