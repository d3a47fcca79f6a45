import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';

/** A webhook of administrators, whatever the shape in which an edition shows it. */
export interface AdminWebhook {
  id: number;
  name: string;
  url: string;
  events: string[];
  jql: string;
  excludeBody: boolean;
  /** Never shown again. */
  secret?: string;
  enabled: boolean;
  updatedBy: SeedAccount;
  updatedAt: Date;
}

/** A webhook that an app registered for the person who consented to it. */
export interface DynamicWebhook {
  id: number;
  app: string;
  email: string;
  url: string;
  jqlFilter: string;
  events: string[];
  fieldIdsFilter?: string[];
  issuePropertyKeysFilter?: string[];
  expiresAt: Date;
}

/** What is registered at a site. */
export interface Webhooks {
  admin: Map<number, AdminWebhook>;
  dynamic: Map<number, DynamicWebhook>;
  nextId(): number;
}

/** Nothing registered. */
export function createWebhooks(): Webhooks {
  let last = 0;
  return { admin: new Map(), dynamic: new Map(), nextId: () => ++last };
}

/** What is wrong with where a webhook leads, if something is: the real Cloud sends to https alone. */
export function complaintAboutUrl(world: World, url: string): string | undefined {
  const isRefused = world.edition.name === 'cloud' && world.seed.webhooksNeedHttps && !/^https:/i.test(url);
  return isRefused ? `The URL '${url}' is not supported: it must start with https.` : undefined;
}

/** The events that a webhook of administrators may have. */
export const adminEvents: ReadonlySet<string> = new Set([
  'jira:issue_created',
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'comment_updated',
  'comment_deleted',
  'worklog_created',
  'worklog_updated',
  'worklog_deleted',
  'issuelink_created',
  'issuelink_deleted',
  'attachment_created',
  'attachment_deleted',
  'issue_property_set',
  'issue_property_deleted',
  'project_created',
  'project_updated',
  'project_deleted',
  'jira:version_created',
  'jira:version_updated',
  'jira:version_released',
  'jira:version_unreleased',
  'jira:version_moved',
  'jira:version_deleted',
  'sprint_created',
  'sprint_updated',
  'sprint_started',
  'sprint_closed',
  'sprint_deleted',
  'board_created',
  'board_updated',
  'board_deleted',
  'user_created',
  'user_updated',
  'user_deleted',
]);

/** The events that an app's own webhook may have. */
export const dynamicEvents: ReadonlySet<string> = new Set([
  'jira:issue_created',
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'comment_updated',
  'comment_deleted',
  'issue_property_set',
  'issue_property_deleted',
]);
