import { z } from 'zod';
import { permissions } from './permissions.ts';

/** The three APIs that feed an issue's Development, Builds and Deployments panels. */
const devopsKinds = ['builds', 'deployments', 'devinfo'] as const;
export type DevopsKind = (typeof devopsKinds)[number];

/** The classic scopes of Jira's platform API, and the one that makes a refresh token. */
const oauthScopes = [
  'read:jira-user',
  'read:jira-work',
  'write:jira-work',
  'manage:jira-project',
  'manage:jira-configuration',
  'manage:jira-webhook',
  'read:me',
  'offline_access',
] as const;
export type OauthScope = (typeof oauthScopes)[number];

export const projectKey = z.string().regex(/^[A-Z][A-Z0-9_]{1,9}$/, 'must be a project key such as MYT');
const permissionKey = z
  .string()
  .refine((key) => permissions.has(key), { error: (issue) => `is no permission of Jira: ${issue.input}` });
const scopes = z.array(z.enum(oauthScopes));

export const accountSchema = z.strictObject({
  email: z.email(),
  /** Cloud's API token; on Data Center the personal access token. */
  apiToken: z.string().min(1),
  /** Cloud's API tokens with scopes: good at the gateway alone. */
  scopedTokens: z.array(z.strictObject({ token: z.string().min(1), scopes })).default([]),
  /** Data Center's user name; the part of the e-mail address before the @ when absent. */
  name: z.string().min(1).optional(),
  /** With the user name for Data Center; without one the account has only its token. */
  password: z.string().min(1).optional(),
  displayName: z.string().min(1),
  accountId: z.string().min(1).max(128),
  timeZone: z.string().default('Etc/UTC'),
  /** Who is not active can be found, but can neither ask nor be assigned. */
  active: z.boolean().default(true),
  /** False hides the e-mail address from others, as most accounts of Cloud do. */
  showsEmail: z.boolean().default(true),
  groups: z.array(z.string().min(1)).default([]),
  /** `all`, or those named: global ones, and per project (`*` is every project). */
  permissions: z.union([
    z.literal('all'),
    z.strictObject({
      global: z.array(permissionKey).default([]),
      projects: z.record(z.union([z.literal('*'), projectKey]), z.array(permissionKey)).default({}),
    }),
  ]),
});

/** OAuth credentials of a site: builds, deployments, development information; nothing else. */
export const clientSchema = z.strictObject({
  name: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scopes: z.array(z.enum(devopsKinds)),
});

/** An account that no person signs in to: OAuth client credentials for the platform API at the gateway. */
export const serviceAccountSchema = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** The e-mail address of the account that it is. */
  account: z.string().min(1),
  scopes,
});

/** A user's own OAuth 2.0 (3LO) app of Atlassian's developer console. */
export const oauthAppSchema = z.strictObject({
  name: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  redirectUris: z.array(z.url()).min(1),
  /** What the app may ask for at most. */
  scopes,
  /** How long a refresh token stays good after it was rotated. */
  refreshLeewaySeconds: z.number().min(0).default(600),
  /** Atlassian's page says the one, sites have answered the other. */
  refreshRefusal: z.enum(['unauthorized_client', 'invalid_grant']).default('unauthorized_client'),
});

/** A Connect or Forge app, as far as the DevOps APIs at the site's own address know it. */
export const appSchema = z.strictObject({
  key: z.string().min(1),
  /** Accepted at the site's own address as `Bearer` or `JWT`; stands for a Connect or Forge app's token. */
  token: z.string().min(1),
  modules: z.array(z.enum(devopsKinds)),
});

/** Another site of the same people, which `accessible-resources` lists beside this one. Nothing answers there. */
export const otherSiteSchema = z.strictObject({ cloudId: z.uuid(), name: z.string().min(1), url: z.url() });
