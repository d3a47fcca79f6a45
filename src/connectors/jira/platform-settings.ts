import { z } from 'zod';
import type { Opened } from '../../kit/settings.ts';
import { secretReference } from '../../kit/settings.ts';
import { serviceUrl } from './base-url.ts';

export const text = () => z.string().trim().min(1).max(300);

const authorizationUrl = () =>
  serviceUrl().default('https://auth.atlassian.com').meta({
    title: 'Authorisation server',
    description: 'Where Atlassian gives tokens; change it only for a simulator.',
  });

const apiToken = z
  .strictObject({
    type: z.literal('api-token').meta({ title: 'Kind' }),
    email: z
      .email({
        error: 'must be the whole e-mail address, such as ann@example.com: it is the user name on Cloud',
      })
      .meta({ title: 'E-mail', description: 'The e-mail address of the account that owns the token.' }),
    token: secretReference().meta({
      title: 'API token',
      description: 'Made at id.atlassian.com, Security, API tokens.',
    }),
    scoped: z.boolean().default(false).meta({
      title: 'Token with scopes',
      description: 'Whether the token was made with scopes: Jira takes those at the gateway alone.',
    }),
  })
  .meta({ title: 'Cloud: e-mail and API token' });

const serviceAccount = z
  .strictObject({
    type: z.literal('service-account').meta({ title: 'Kind' }),
    clientId: text().meta({
      title: 'Client id',
      description:
        'Of an OAuth 2.0 credential of a service account: admin.atlassian.com, Directory, Service accounts.',
    }),
    clientSecret: secretReference().meta({
      title: 'Client secret',
      description: 'Shown once beside the client id.',
    }),
    authorizationUrl: authorizationUrl(),
  })
  .meta({ title: 'Cloud: service account (OAuth 2.0 client credentials)' });

/** RFC 6749 §3.3. */
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope such as read:jira-work');

const oauth = z
  .strictObject({
    type: z.literal('oauth').meta({ title: 'Kind' }),
    clientId: text().meta({
      title: 'Client id',
      description: 'Of your own app with OAuth 2.0 (3LO): developer.atlassian.com, Settings of the app.',
    }),
    clientSecret: secretReference().meta({ title: 'Client secret', description: "The app's secret." }),
    scopes: z
      .array(scope)
      .min(1)
      .max(100)
      .default(['read:jira-work', 'write:jira-work', 'read:jira-user'])
      .meta({ title: 'Scopes', description: 'What is asked for; the app must have them under Permissions.' }),
    authorizationUrl: authorizationUrl(),
  })
  .meta({ title: "Cloud: a user's consent (OAuth 2.0, 3LO)" });

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
    username: text()
      .regex(/^[^:]*$/, 'must hold no colon')
      .meta({ title: 'User name', description: 'The name with which the account signs in.' }),
    password: secretReference().meta({
      title: 'Password',
      description: 'Jira Server and Data Center before 11; Jira 11 refuses passwords.',
    }),
  })
  .meta({ title: 'Server and Data Center: user name and password' });

/** The ways to act as an account of Jira. */
export const platformSettings = z.discriminatedUnion('type', [
  apiToken,
  serviceAccount,
  oauth,
  personalAccessToken,
  password,
]);

/** A way to act as an account, its secrets in place. */
export type Platform = Opened<z.output<typeof platformSettings>>;
