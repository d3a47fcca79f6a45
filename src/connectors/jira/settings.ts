import { z } from 'zod';
import { egressFields } from '../../kit/egress.ts';
import { secretReference } from '../../kit/settings.ts';
import { baseUrl, serviceUrl } from './base-url.ts';
import { platformSettings, text } from './platform-settings.ts';

const devopsCredential = z
  .strictObject({
    clientId: text().meta({
      title: 'Client id',
      description: 'Of an OAuth credential made in Jira: Settings, Apps, OAuth credentials.',
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
    baseUrl: baseUrl().meta({
      title: 'Base URL',
      description: 'The address of Jira as the browser shows it, with its context path if it has one.',
      examples: ['https://example.atlassian.net', 'https://tools.example.com/jira'],
    }),
    platform: platformSettings
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
    gatewayUrl: serviceUrl().default('https://api.atlassian.com').meta({
      title: 'Gateway URL',
      description: 'Where Jira Cloud takes OAuth and builds; change it only for a simulator.',
    }),
    ...egressFields,
  })
  .refine((settings) => settings.platform !== undefined || settings.devops !== undefined, {
    error: 'give a user, an OAuth credential, or both',
    path: ['platform'],
  });

export type JiraSettings = z.output<typeof jiraSettings>;
