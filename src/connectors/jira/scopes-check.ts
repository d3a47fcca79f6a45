import type { Finding } from '../../kit/connection-report.ts';
import type { Platform } from './platform-settings.ts';

/** Classic scopes of Jira's platform API, and what takes them. */
const wanted = {
  'read:jira-work': 'seeing issues, projects and permissions',
  'read:jira-user': 'naming the account and finding users',
  'write:jira-work': 'creating and changing issues',
} as const;

/** Whether an app asks its users for enough. Granular scopes are taken as they are: only Jira knows what they open. */
export function judgeScopes({ scopes }: Extract<Platform, { type: 'oauth' }>): Finding {
  const lacking = Object.entries(wanted).filter(([scope]) => !scopes.includes(scope));
  const isGranular = scopes.some((scope) => scope.split(':').length > 2);
  if (lacking.length === 0 || isGranular) {
    return { state: 'ok', message: `The user is asked for ${scopes.join(', ')}.` };
  }
  return {
    state: 'missing',
    message: `The user is not asked for ${lacking.map(([scope, use]) => `${scope} (${use})`).join(', ')}.`,
    hint: 'Add them to the app (developer.atlassian.com, Permissions) and to the connection, and press Authorise.',
    details: Object.keys(wanted).map((name) => ({ name, state: scopes.includes(name) ? 'ok' : 'missing' })),
  };
}
