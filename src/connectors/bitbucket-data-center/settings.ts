import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

/** The stored settings of a connection to Bitbucket Data Center, or to the Bitbucket Server that it was. */
export const bitbucketDataCenterSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite((url) => url.replace(/\/+$/, ''))
    .meta({
      title: 'Base URL',
      description: 'The address of Bitbucket as the browser shows it, with its context path if it has one.',
      examples: ['https://bitbucket.example.com', 'https://tools.example.com/bitbucket'],
    }),
  token: secretReference().meta({
    title: 'HTTP access token',
    description:
      'Of a user, a project or a repository, with the permission Project admin to link projects, Repository admin to ' +
      'link repositories one by one. What can be linked: projects such as SHOP and single repositories such as ' +
      'SHOP/checkout (level project), a personal project such as ~ada (account).',
  }),
  ...egressFields,
});

export type BitbucketDataCenterSettings = z.output<typeof bitbucketDataCenterSettings>;
