import { type Answer, Refusal } from '../answer.ts';
import { type Incoming, isObject, type Route, readJson } from '../route.ts';
import type { DevopsKind } from '../seed.ts';
import type { World } from '../world.ts';
import type { Consent } from './grants.ts';
import { devopsTokenLifeMs, platformTokenLifeMs } from './tokens.ts';

/** What a site's client may do, in the words of Atlassian's granular scopes. */
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

type Fields = Map<string, string>;

/** RFC 6749 section 5.2. */
const refuse = (status: number, error: string, description: string) =>
  new Refusal({ status, body: { error, error_description: description } });
const unauthorized = () => refuse(401, 'access_denied', 'Unauthorized');

function readFields(request: Incoming): Fields {
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

function required(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value) return value;
  throw refuse(400, 'invalid_request', `Missing required parameter: ${name}`);
}

const given = (body: object): Answer => ({ status: 200, headers: { 'cache-control': 'no-store' }, body });

/** One with the id and the secret that were sent. */
function findBySecret<C extends { clientId: string; clientSecret: string }>(list: C[], fields: Fields) {
  return list.find(
    (one) => one.clientId === fields.get('client_id') && one.clientSecret === fields.get('client_secret'),
  );
}

/** RFC 6749 section 4.4: a site's OAuth credentials, and those of a service account. */
function byClientCredentials(world: World, fields: Fields, host: string | undefined): Answer {
  const audience = fields.get('audience');
  // A client is aimed at this address instead of Atlassian's, so its own name is as good.
  if (audience !== undefined && audience !== 'api.atlassian.com' && audience !== host) {
    throw refuse(400, 'invalid_request', `The audience ${audience} is unknown`);
  }
  const client = findBySecret(world.seed.clients, fields);
  if (client !== undefined) {
    return given({
      access_token: world.tokens.issue({ for: 'devops', clientId: client.clientId }),
      expires_in: devopsTokenLifeMs / 1000,
      token_type: 'Bearer',
      scope: client.scopes.flatMap((kind) => scopeNames[kind]).join(' '),
    });
  }
  const account = findBySecret(world.seed.serviceAccounts, fields);
  if (account === undefined) throw unauthorized();
  const { clientId, scopes } = account;
  return given({
    access_token: world.tokens.issue({
      for: 'platform',
      clientId,
      email: account.account,
      scopes,
      byConsent: false,
    }),
    expires_in: platformTokenLifeMs / 1000,
    token_type: 'Bearer',
    scope: scopes.join(' '),
  });
}

function getApp(world: World, fields: Fields) {
  required(fields, 'client_id');
  const app = findBySecret(world.seed.oauthApps, fields);
  if (app === undefined) throw unauthorized();
  return app;
}

function tokensOf(world: World, { clientId, email, scopes }: Consent): Answer {
  const mayRefresh = scopes.includes('offline_access');
  return given({
    access_token: world.tokens.issue({ for: 'platform', clientId, email, scopes, byConsent: true }),
    ...(mayRefresh && { refresh_token: world.grants.makeRefreshToken({ clientId, email, scopes }) }),
    expires_in: platformTokenLifeMs / 1000,
    token_type: 'Bearer',
    scope: scopes.join(' '),
  });
}

function byCode(world: World, fields: Fields): Answer {
  const app = getApp(world, fields);
  const code = required(fields, 'code');
  const consent = world.grants.takeCode(code, app.clientId, fields.get('redirect_uri'));
  if (consent === undefined) throw refuse(403, 'invalid_grant', 'Invalid authorization code');
  return tokensOf(world, consent);
}

function byRefreshToken(world: World, fields: Fields): Answer {
  const app = getApp(world, fields);
  const token = required(fields, 'refresh_token');
  const consent = world.grants.takeRefreshToken(token, app.clientId, app.refreshLeewaySeconds * 1000);
  if (consent !== undefined) return tokensOf(world, consent);
  throw app.refreshRefusal === 'invalid_grant'
    ? refuse(403, 'invalid_grant', 'Unknown or invalid refresh token.')
    : refuse(403, 'unauthorized_client', 'refresh_token is invalid');
}

/** `POST /oauth/token`: each grant that Atlassian has, in JSON or as a form. */
export function tokenRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      path: '/oauth/token',
      handle(request) {
        const fields = readFields(request);
        const grant = fields.get('grant_type');
        if (grant === undefined) throw refuse(400, 'invalid_request', 'grant_type is required');
        if (grant === 'client_credentials') return byClientCredentials(world, fields, request.headers.host);
        if (grant === 'authorization_code') return byCode(world, fields);
        if (grant === 'refresh_token') return byRefreshToken(world, fields);
        throw refuse(400, 'unsupported_grant_type', `The grant type ${grant} is unknown`);
      },
    },
  ];
}
