import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';

/** People paste the address of the API, too: both lead to the same place. */
const cutToSite = (given: string): string => {
  const address = given.trim().replace(/\/+$/, '');
  if (/^https:\/\/api\.github\.com$/i.test(address)) return 'https://github.com';
  return address
    .replace(/^https:\/\/api\.([\w-]+\.ghe\.com)$/i, 'https://$1')
    .replace(/\/api\/(?:v3|graphql)$/, '');
};

/** The stored settings of a connection to GitHub, wherever it runs. */
export const gitHubSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite(cutToSite)
    .default('https://github.com')
    .meta({
      title: 'Base URL',
      description: 'Where people see GitHub: https://github.com, or the address of an Enterprise Server.',
      examples: ['https://github.com', 'https://github.example.com'],
    }),
  token: secretReference().meta({
    title: 'Access token',
    description:
      'A fine-grained token with read access to Contents and Pull requests, read and write access to Webhooks ' +
      '(of the repositories, or of the organization when one is linked), or a classic one with the scopes repo and ' +
      'admin:org_hook. What can be linked: a personal account (level account), an organization (organization), ' +
      'single repositories such as acme/checkout (project).',
  }),
  ...egressFields,
});

export type GitHubSettings = z.output<typeof gitHubSettings>;

/** Where the interfaces of a GitHub answer, by the address that people see. */
export function endpointsOf(baseUrl: string): { rest: string; graphql: string } {
  const { protocol, host } = new URL(baseUrl);
  // Enterprise Cloud with data residency has a host of its own for each enterprise.
  if (host === 'github.com' || host.endsWith('.ghe.com')) {
    return { rest: `${protocol}//api.${host}`, graphql: `${protocol}//api.${host}/graphql` };
  }
  return { rest: `${baseUrl}/api/v3`, graphql: `${baseUrl}/api/graphql` };
}
