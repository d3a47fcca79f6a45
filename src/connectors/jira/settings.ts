import { z } from 'zod';
import { secretReference } from '../../kit/settings.ts';

const noTrailingSlash = (url: string) => url.replace(/\/+$/, '');

const webAddress = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite(noTrailingSlash);

const text = () => z.string().trim().min(1).max(300);

const apiToken = z
  .strictObject({
    type: z.literal('api-token').meta({ title: 'Kind' }),
    email: z
      .email()
      .meta({ title: 'E-mail', description: 'The e-mail address of the account that owns the token.' }),
    token: secretReference().meta({
      title: 'API token',
      description: 'Made at id.atlassian.com, Security, API tokens.',
    }),
  })
  .meta({ title: 'Cloud: e-mail and API token' });

const personalAccessToken = z
  .strictObject({
    type: z.literal('personal-access-token').meta({ title: 'Kind' }),
    token: secretReference().meta({
      title: 'Personal access token',
      description: 'Made in the profile of the Jira account. Jira 8.14 or newer.',
    }),
  })
  .meta({ title: 'Data Center: personal access token' });

const password = z
  .strictObject({
    type: z.literal('password').meta({ title: 'Kind' }),
    username: text().meta({ title: 'User name', description: 'The name with which the account signs in.' }),
    password: secretReference().meta({
      title: 'Password',
      description: 'Jira Server and Data Center before 11; Jira 11 refuses passwords.',
    }),
  })
  .meta({ title: 'Server and Data Center: user name and password' });

const devopsCredential = z
  .strictObject({
    clientId: text().meta({
      title: 'Client id',
      description: 'Of an OAuth credential made in Jira: Settings, System, OAuth credentials.',
    }),
    clientSecret: secretReference().meta({
      title: 'Client secret',
      description: 'Shown once by Jira beside the client id.',
    }),
  })
  .meta({ title: 'OAuth credential' });

/**
 * The stored settings of a Jira connection. It holds two credentials, either of which may be absent, not both:
 * `platform` acts as a user, `devops` sends builds, deployments and development information to Jira Cloud.
 */
export const jiraSettings = z
  .strictObject({
    baseUrl: webAddress().meta({
      title: 'Base URL',
      description: 'The address of Jira as the browser shows it, with its context path if it has one.',
      examples: ['https://example.atlassian.net', 'https://tools.example.com/jira'],
    }),
    platform: z
      .discriminatedUnion('type', [apiToken, personalAccessToken, password])
      .optional()
      .meta({ title: 'User', description: 'The account with which issues are read and changed.' }),
    devops: devopsCredential.optional().meta({
      title: 'Builds, deployments and development information',
      description: 'The OAuth credential with which Jira Cloud takes them. Jira Data Center has none.',
    }),
    cloudId: z.guid().optional().meta({
      title: 'Cloud id',
      description: 'Found from the base URL when it is left empty.',
    }),
    gatewayUrl: webAddress().default('https://api.atlassian.com').meta({
      title: 'Gateway URL',
      description: 'Where Jira Cloud takes builds and deployments; change it only for a simulator.',
    }),
    certificateAuthority: z
      .string()
      .includes('-----BEGIN CERTIFICATE-----', 'must be a certificate in PEM form')
      .optional()
      .meta({
        title: 'Certificate authority',
        description: 'PEM of a private authority that signed the certificate of Jira.',
      }),
    allowAddresses: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .optional()
      .meta({
        title: 'Allowed addresses',
        description: 'Private address ranges that this connection may reach, such as 10.1.2.0/24.',
      }),
  })
  .refine((settings) => settings.platform !== undefined || settings.devops !== undefined, {
    error: 'give a user, an OAuth credential, or both',
    path: ['platform'],
  });

export type JiraSettings = z.output<typeof jiraSettings>;
