import type { Consent } from '../../kit/connector.ts';
import type { Opened } from '../../kit/settings.ts';
import { tokenUrlOf } from './account-access.ts';
import type { JiraSettings } from './settings.ts';

/**
 * What a user agrees to at Atlassian, so that the connection acts in their name; undefined for the other kinds of users.
 * Without `offline_access` there would be no refresh token, and the consent would end after an hour.
 * https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
 */
export function findConsent({ platform }: Opened<JiraSettings>): Consent | undefined {
  if (platform?.type !== 'oauth') return undefined;
  const { authorizationUrl, clientId, clientSecret, scopes } = platform;
  return {
    authorizationUrl: `${authorizationUrl}/authorize`,
    tokenUrl: tokenUrlOf(platform),
    clientId,
    clientSecret,
    scopes: [...new Set([...scopes, 'offline_access'])],
    parameters: { audience: 'api.atlassian.com', prompt: 'consent' },
  };
}
