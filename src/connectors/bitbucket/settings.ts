import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

/**
 * The stored settings of a connection to Bitbucket Cloud. A user's API token goes with the user's e-mail address; an
 * access token of a workspace, project or repository has no user, so that its workspace must be named.
 */
export const bitbucketSettings = z
  .strictObject({
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
      .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
      .overwrite((url) => url.replace(/\/+$/, '').replace(/\/2\.0$/, ''))
      .default('https://api.bitbucket.org')
      .meta({
        title: 'API address',
        description: 'Where Bitbucket Cloud answers; change it only for a gateway or a simulator.',
      }),
    email: z.email().max(300).optional().meta({
      title: 'E-mail address',
      description: 'Of the Atlassian account whose API token it is. Leave it empty for an access token.',
    }),
    workspace: z
      .string()
      .trim()
      .regex(/^[\w.-]{1,100}$/, 'must be the name of a workspace as its address has it')
      .optional()
      .meta({
        title: 'Workspace',
        description:
          'As in bitbucket.org/{workspace}. Needed with an access token; with an API token it leaves out others.',
      }),
    token: secretReference().meta({
      title: 'Token',
      description:
        'An API token with the scopes read:repository, read:pullrequest, read:workspace, read:user, read:webhook, ' +
        'write:webhook and delete:webhook (and write:repository to make branches), or an access token with ' +
        'repository, pullrequest and webhook. What can be linked: a workspace (level account), or single ' +
        'repositories such as acme/checkout (level project).',
    }),
    ...egressFields,
  })
  .refine(({ email, workspace }) => email !== undefined || workspace !== undefined, {
    error: 'give the e-mail address with an API token, the workspace with an access token',
    path: ['workspace'],
  });

export type BitbucketSettings = z.output<typeof bitbucketSettings>;
