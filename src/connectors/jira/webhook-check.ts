import type { Finding } from './check.ts';
import type { Survey } from './permissions.ts';
import type { Platform } from './platform-settings.ts';

const instead =
  'Changes are found by polling. For webhooks all the same, an administrator of Jira pastes the address of the connection under Settings, System, WebHooks.';

/**
 * Whether the account may register webhooks, and what is used instead. The lack is one of set-up and not a fault. Those of
 * administrators take the global permission Administer Jira and no OAuth token; a user's consent may register dynamic
 * ones, which end after 30 days unless they are refreshed.
 */
export function judgeWebhooks(platform: Platform, { isAdministrator }: Survey): Finding {
  const details: Finding['details'] = [{ name: 'ADMINISTER', state: isAdministrator ? 'ok' : 'missing' }];
  const without = (message: string, more?: string): Finding => ({
    state: 'not-configured',
    message: `${message}; changes are found by polling.`,
    hint: more === undefined ? instead : `${more} ${instead}`,
    details,
  });
  if (platform.type === 'oauth') {
    if (!platform.scopes.includes('manage:jira-webhook')) {
      return without(
        'The consent does not extend to webhooks',
        'Add the scope manage:jira-webhook to the app and to the connection, and press Authorise.',
      );
    }
    return {
      state: 'ok',
      message: 'The consent extends to webhooks: at most five, refreshed within 30 days.',
      details,
    };
  }
  if (platform.type === 'service-account') return without('Jira lets no service account register webhooks');
  if (platform.type === 'api-token' && platform.scoped) {
    return without('Jira lets no token with scopes register webhooks');
  }
  if (isAdministrator) return { state: 'ok', message: 'The account may register webhooks.', details };
  return without(
    'The account may not register webhooks',
    'To have webhooks, grant the account the global permission Administer Jira.',
  );
}
