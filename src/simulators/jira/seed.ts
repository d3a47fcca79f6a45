import { z } from 'zod';
import { checkSeed } from './seed-check.ts';
import {
  accountSchema,
  appSchema,
  clientSchema,
  oauthAppSchema,
  otherSiteSchema,
  projectKey,
  serviceAccountSchema,
} from './seed-credentials.ts';
import {
  customFieldSchema,
  defaultLinkTypes,
  defaultStatuses,
  defaultWorkflow,
  issueTypeSchema,
  linkTypeSchema,
  screenRuleSchema,
  sprintSchema,
  statusSchema,
  versionSchema,
  workflowSchema,
} from './seed-metadata.ts';

export type { DevopsKind, OauthScope } from './seed-credentials.ts';

const issueKey = z.string().regex(/^[A-Z][A-Z0-9_]{1,9}-[1-9]\d*$/, 'must be an issue key such as MYT-1');

const project = z.strictObject({
  key: projectKey,
  name: z.string().min(1),
  issueTypes: z.array(z.string().min(1)).min(1).default(['Story', 'Task', 'Bug']),
  /** The e-mail address of who leads it; the first account when absent. */
  lead: z.string().optional(),
  components: z.array(z.string().min(1)).default([]),
  versions: z.array(versionSchema).default([]),
  /** Names of the levels that hide an issue; without any there is no such field. */
  securityLevels: z.array(z.string().min(1)).default([]),
});

const issue = z.strictObject({
  key: issueKey,
  summary: z.string().min(1).max(255),
  description: z.string().default(''),
  type: z.string().default('Task'),
  status: z.string().default('To Do'),
  labels: z.array(z.string().regex(/^\S+$/, 'a label has no spaces')).default([]),
  /** E-mail addresses. */
  assignee: z.string().optional(),
  reporter: z.string().optional(),
  /** The key of the issue above it. */
  parent: issueKey.optional(),
  /** Other fields by id, as a REST body of API version 2 sets them. */
  fields: z.record(z.string(), z.json()).default({}),
});

/** What a simulated site starts with. Every list may be left out; unknown fields are refused. */
export const seedSchema = z
  .strictObject({
    name: z.string().min(1).default('tieline-demo'),
    cloudId: z.uuid().default('5f2c1d3e-8a47-4b6e-9c10-7d3e5a9b2f64'),
    accounts: z.array(accountSchema).default([]),
    projects: z.array(project).default([]),
    issues: z.array(issue).default([]),
    clients: z.array(clientSchema).default([]),
    serviceAccounts: z.array(serviceAccountSchema).default([]),
    oauthApps: z.array(oauthAppSchema).default([]),
    apps: z.array(appSchema).default([]),
    otherSites: z.array(otherSiteSchema).default([]),
    issueTypes: z.array(issueTypeSchema).default([]),
    statuses: z.array(statusSchema).min(1).default(defaultStatuses),
    /** The first that fits a project and an issue type is theirs. */
    workflows: z.array(workflowSchema).min(1).prefault([defaultWorkflow]),
    priorities: z.array(z.string().min(1)).min(1).default(['Highest', 'High', 'Medium', 'Low', 'Lowest']),
    resolutions: z
      .array(z.string().min(1))
      .min(1)
      .default(['Done', "Won't Do", 'Duplicate', 'Cannot Reproduce']),
    customFields: z.array(customFieldSchema).default([]),
    screenRules: z.array(screenRuleSchema).default([]),
    sprints: z.array(sprintSchema).default([]),
    linkTypes: z.array(linkTypeSchema).default(defaultLinkTypes),
    /** Service ids that deployments may be associated with. */
    services: z.array(z.string().min(1).max(255)).default([]),
    /** Issue properties that an installed app has indexed: only these can be asked for in JQL. */
    searchableProperties: z.array(z.string()).default([]),
    /** Whether Cloud's search refuses a query with keys or ids of issues that are not there, or passes them over. */
    unknownIssuesInJql: z.enum(['refused', 'ignored']).default('refused'),
    /** Whether Cloud takes only webhooks that lead to https, as the real one does. */
    webhooksNeedHttps: z.boolean().default(false),
    /** The contract says both; what a devinfo entity does that carries the sequence already stored. */
    devinfoEqualSequence: z.enum(['replaces', 'dropped']).default('replaces'),
  })
  .superRefine(checkSeed);

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
