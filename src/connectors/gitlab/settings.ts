import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

/** The stored settings of a connection to GitLab, wherever it runs. */
export const gitLabSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite((address) => address.replace(/\/+$/, '').replace(/\/api\/v4$/, ''))
    .default('https://gitlab.com')
    .meta({
      title: 'Base URL',
      description:
        'Where people see GitLab, with its path if it has one: https://gitlab.com, or the address of your own.',
      examples: ['https://gitlab.com', 'https://gitlab.example.com', 'https://tools.example.com/gitlab'],
    }),
  token: secretReference().meta({
    title: 'Access token',
    description:
      'A personal, group or project access token with the scope api, of the role Maintainer; Owner where a group ' +
      'is to have one webhook. What can be linked: a personal namespace (level account), a group or subgroup ' +
      '(organization), single projects such as acme/shop/checkout (project).',
  }),
  ...egressFields,
});

export type GitLabSettings = z.output<typeof gitLabSettings>;
