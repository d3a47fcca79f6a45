import { z } from 'zod';
import { permissions } from './permissions.ts';

/** The three APIs that feed an issue's Development, Builds and Deployments panels. */
export const devopsKinds = ['builds', 'deployments', 'devinfo'] as const;
export type DevopsKind = (typeof devopsKinds)[number];

const projectKey = z.string().regex(/^[A-Z][A-Z0-9_]{1,9}$/, 'must be a project key such as MYT');
const issueKey = z.string().regex(/^[A-Z][A-Z0-9_]{1,9}-[1-9]\d*$/, 'must be an issue key such as MYT-1');
const permissionKey = z
  .string()
  .refine((key) => permissions.has(key), { error: (issue) => `is no permission of Jira: ${issue.input}` });

const account = z.strictObject({
  email: z.email(),
  /** Cloud's API token; on Data Center the personal access token. */
  apiToken: z.string().min(1),
  /** Data Center's user name; the part of the e-mail address before the @ when absent. */
  name: z.string().min(1).optional(),
  /** With the user name for Data Center; without one the account has only its token. */
  password: z.string().min(1).optional(),
  displayName: z.string().min(1),
  accountId: z.string().min(1).max(128),
  timeZone: z.string().default('Etc/UTC'),
  /** `all`, or those named: global ones, and per project (`*` is every project). */
  permissions: z.union([
    z.literal('all'),
    z.strictObject({
      global: z.array(permissionKey).default([]),
      projects: z.record(z.union([z.literal('*'), projectKey]), z.array(permissionKey)).default({}),
    }),
  ]),
});

const project = z.strictObject({
  key: projectKey,
  name: z.string().min(1),
  issueTypes: z.array(z.string().min(1)).min(1).default(['Story', 'Task', 'Bug']),
});

const issue = z.strictObject({
  key: issueKey,
  summary: z.string().min(1).max(255),
  description: z.string().default(''),
  type: z.string().default('Task'),
  status: z.enum(['To Do', 'In Progress', 'Done']).default('To Do'),
  labels: z.array(z.string().regex(/^\S+$/, 'a label has no spaces')).default([]),
});

const client = z.strictObject({
  name: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scopes: z.array(z.enum(devopsKinds)),
});

const app = z.strictObject({
  key: z.string().min(1),
  /** Accepted at the site's own address as `Bearer` or `JWT`; stands for a Connect or Forge app's token. */
  token: z.string().min(1),
  modules: z.array(z.enum(devopsKinds)),
});

/** What a simulated site starts with. Every list may be left out; unknown fields are refused. */
export const seedSchema = z
  .strictObject({
    name: z.string().min(1).default('tieline-demo'),
    cloudId: z.uuid().default('5f2c1d3e-8a47-4b6e-9c10-7d3e5a9b2f64'),
    accounts: z.array(account).default([]),
    projects: z.array(project).default([]),
    issues: z.array(issue).default([]),
    clients: z.array(client).default([]),
    apps: z.array(app).default([]),
    /** Service ids that deployments may be associated with. */
    services: z.array(z.string().min(1).max(255)).default([]),
    /** Issue properties that an installed app has indexed: only these can be asked for in JQL. */
    searchableProperties: z.array(z.string()).default([]),
    /** The contract says both; what a devinfo entity does that carries the sequence already stored. */
    devinfoEqualSequence: z.enum(['replaces', 'dropped']).default('replaces'),
  })
  .superRefine((seed, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const projects = new Map(seed.projects.map((one) => [one.key, one]));
    for (const [index, one] of seed.issues.entries()) {
      const owner = projects.get(one.key.slice(0, one.key.lastIndexOf('-')));
      if (owner === undefined) complain(['issues', index, 'key'], `${one.key} is of no project of the seed`);
      else if (!owner.issueTypes.includes(one.type)) {
        complain(['issues', index, 'type'], `${owner.key} has no issue type ${one.type}`);
      }
    }
    const unique = (list: 'accounts' | 'projects' | 'issues' | 'clients' | 'apps', ids: string[]) => {
      for (const [index, id] of ids.entries()) {
        if (ids.indexOf(id) !== index) complain([list, index], `${id} is there twice`);
      }
    };
    unique(
      'accounts',
      seed.accounts.map((one) => one.email.toLowerCase()),
    );
    unique(
      'accounts',
      seed.accounts.map((one) => (one.name ?? one.email).toLowerCase()),
    );
    unique(
      'projects',
      seed.projects.map((one) => one.key),
    );
    unique(
      'issues',
      seed.issues.map((one) => one.key),
    );
    unique(
      'clients',
      seed.clients.map((one) => one.clientId),
    );
    unique(
      'apps',
      seed.apps.map((one) => one.key),
    );
    for (const [index, one] of seed.accounts.entries()) {
      if (one.permissions === 'all') continue;
      for (const key of Object.keys(one.permissions.projects)) {
        if (key !== '*' && !projects.has(key)) {
          complain(['accounts', index, 'permissions', 'projects', key], 'is no project of the seed');
        }
      }
    }
  });

/** A seed with its defaults filled in. */
export type Seed = z.output<typeof seedSchema>;
export type SeedAccount = Seed['accounts'][number];

/** The name by which Data Center knows an account. */
export const userName = (account: SeedAccount): string =>
  account.name ?? account.email.slice(0, account.email.indexOf('@'));

/** Reads a seed. Throws an Error that names the source and every wrong field by its path. */
export function parseSeed(value: unknown, source = 'seed'): Seed {
  const parsed = seedSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((one) => `  ${one.path.join('.') || '(whole)'}: ${one.message}`);
  throw new Error(`${source} is not a seed for the Jira simulator:\n${lines.join('\n')}`);
}

/** Reads the text of a seed file. Throws as {@link parseSeed} does, and for text that is not JSON. */
export function parseSeedText(text: string, source: string): Seed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${source} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return parseSeed(value, source);
}
