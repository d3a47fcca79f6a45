import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { AuthScheme, Http } from '../../kit/http.ts';
import type { Platform } from './platform-settings.ts';
import type { JiraSettings } from './settings.ts';

/** How an account shows itself. A user's consent is kept under the connection's id. */
function authOf(platform: Platform, connectionId: string): AuthScheme {
  switch (platform.type) {
    case 'api-token':
      return { type: 'basic', username: platform.email, password: platform.token };
    case 'service-account':
      return {
        type: 'oauthClientCredentials',
        tokenUrl: tokenUrlOf(platform),
        clientId: platform.clientId,
        clientSecret: platform.clientSecret,
        encoding: 'json',
      };
    case 'oauth':
      return {
        type: 'oauthGrant',
        tokenUrl: tokenUrlOf(platform),
        clientId: platform.clientId,
        clientSecret: platform.clientSecret,
        grant: connectionId,
      };
    case 'personal-access-token':
      return { type: 'bearer', token: platform.token };
    case 'password':
      return { type: 'basic', username: platform.username, password: platform.password };
  }
}

/** Where Atlassian gives tokens for the platform API. */
export const tokenUrlOf = ({ authorizationUrl }: { authorizationUrl: string }) =>
  `${authorizationUrl}/oauth/token`;

/** Whether Jira takes this credential at Atlassian's gateway and not at the site. */
export const isAtGateway = (platform: Platform): boolean =>
  platform.type === 'oauth' ||
  platform.type === 'service-account' ||
  (platform.type === 'api-token' && platform.scoped);

/** A client that asks a site as an account, at the site's own address or, by the cloud id, at the gateway. */
export function openAccount(
  connection: Connection<JiraSettings>,
  platform: Platform,
  cloudId: () => Promise<string>,
): Http {
  if (isAtGateway(platform)) return openAtGateway(connection, platform, cloudId);
  return connection.aim({ baseUrl: connection.settings.baseUrl, auth: authOf(platform, connection.id) });
}

/** A client of the gateway itself with the account's credential. */
export const aimAtGateway = (connection: Connection<JiraSettings>, platform: Platform): Http =>
  connection.aim({ baseUrl: connection.settings.gatewayUrl, auth: authOf(platform, connection.id) });

/** A client that asks a site as an account at the gateway, by the cloud id. */
export const openAtGateway = (
  connection: Connection<JiraSettings>,
  platform: Platform,
  cloudId: () => Promise<string>,
): Http => belowSite(aimAtGateway(connection, platform), cloudId);

/** Puts the gateway's path of a site before every path. The token is had while the cloud id is asked. */
function belowSite(gateway: Http, cloudId: () => Promise<string>): Http {
  return {
    ...(gateway.prepare && { prepare: gateway.prepare }),
    async request(request) {
      if (!request.url.startsWith('/')) {
        throw new TielineError('request-invalid', `${request.url} is no path of Jira's`);
      }
      const [id] = await Promise.all([cloudId(), gateway.prepare?.()]);
      return gateway.request({ ...request, url: `/ex/jira/${encodeURIComponent(id)}${request.url}` });
    },
  };
}
