import { Refusal } from './answer.ts';
import { type Incoming, isObject, type Route, readJson } from './route.ts';
import type { DevopsKind } from './seed.ts';
import { tokenLifeMs } from './tokens.ts';
import type { World } from './world.ts';

/** What a client may do, in the words of Atlassian's granular scopes. */
const scopeNames: Record<DevopsKind, string[]> = {
  builds: ['read:build:jira-software', 'write:build:jira-software', 'delete:build:jira-software'],
  deployments: [
    'read:deployment:jira-software',
    'write:deployment:jira-software',
    'delete:deployment:jira-software',
  ],
  devinfo: [
    'read:source-code:jira-software',
    'write:source-code:jira-software',
    'delete:source-code:jira-software',
  ],
};

/** RFC 6749 section 5.2. */
const refuse = (status: number, error: string, description: string) =>
  new Refusal({ status, body: { error, error_description: description } });

function readFields(request: Incoming): Map<string, string> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return new Map(new URLSearchParams(request.body.toString('utf8')));
  }
  const body = readJson(request, (status, message) => refuse(status, 'invalid_request', message));
  if (!isObject(body)) throw refuse(400, 'invalid_request', 'The body must be an object');
  return new Map(
    Object.entries(body).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** `POST /oauth/token` of the gateway: client credentials (RFC 6749 section 4.4), in JSON or as a form. */
export function oauthRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      path: '/oauth/token',
      handle(request) {
        const fields = readFields(request);
        const grant = fields.get('grant_type');
        if (grant === undefined) throw refuse(400, 'invalid_request', 'grant_type is required');
        if (grant !== 'client_credentials') {
          throw refuse(400, 'unsupported_grant_type', `The grant type ${grant} is not simulated`);
        }
        const audience = fields.get('audience');
        // A client is aimed at this address instead of Atlassian's, so its own name is as good.
        if (audience !== undefined && audience !== 'api.atlassian.com' && audience !== request.headers.host) {
          throw refuse(400, 'invalid_request', `The audience ${audience} is unknown`);
        }
        const client = world.seed.clients.find((one) => one.clientId === fields.get('client_id'));
        if (client === undefined || client.clientSecret !== fields.get('client_secret')) {
          throw refuse(401, 'access_denied', 'Unauthorized');
        }
        return {
          status: 200,
          headers: { 'cache-control': 'no-store' },
          body: {
            access_token: world.tokens.issue(client.clientId),
            expires_in: tokenLifeMs / 1000,
            token_type: 'Bearer',
            scope: client.scopes.flatMap((kind) => scopeNames[kind]).join(' '),
          },
        };
      },
    },
  ];
}
