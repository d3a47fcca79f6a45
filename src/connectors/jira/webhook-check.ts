import type { Finding } from '../../kit/connection-report.ts';
import { findUnfit } from './issue-webhooks.ts';
import type { Survey } from './permissions.ts';
import type { Platform } from './platform-settings.ts';

/**
 * Whether steps that wait for issues are woken by webhooks, and what is used instead. The lack is one of set-up and not a
 * fault. Only webhooks of administrators are registered; those that a user's consent could register are not used.
 */
export function judgeWebhooks(platform: Platform, { isAdministrator }: Survey): Finding {
  const without = (message: string): Omit<Finding, 'hint'> & { state: 'not-configured' } => ({
    state: 'not-configured',
    message: `${message}; steps that wait look at their issues at each interval.`,
  });
  const unfit = findUnfit(platform);
  if (unfit !== undefined) {
    return {
      ...without(`Jira lets ${unfit} register no webhooks of administrators`),
      hint: 'To have steps woken at once, use the API token without scopes of an account that has the global permission Administer Jira.',
    };
  }
  const details: Finding['details'] = [{ name: 'ADMINISTER', state: isAdministrator ? 'ok' : 'missing' }];
  if (isAdministrator) return { state: 'ok', message: 'The account may register webhooks.', details };
  return {
    ...without('The account may not register webhooks'),
    hint: 'To have steps woken at once, grant the account the global permission Administer Jira.',
    details,
  };
}
