import { Refusal } from '../answer.ts';
import type { Incoming, Route } from '../route.ts';
import type { OauthScope, SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { scopesFor } from './scopes.ts';

const refuse = (status: number, message: string) => new Refusal({ status, body: { code: status, message } });

/** An account and what its credential may do; no list is no bounds. */
export interface GatewayCaller {
  account: SeedAccount;
  scopes?: OauthScope[];
  /** The app that a person consented to. */
  app?: string;
}

function byBasic(world: World, value: string): GatewayCaller | undefined {
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const [email, token] = [pair.slice(0, colon).toLowerCase(), pair.slice(colon + 1)];
  const account = world.seed.accounts.find((one) => one.email.toLowerCase() === email && one.active);
  if (account === undefined) return undefined;
  if (account.apiToken === token) return { account };
  const scoped = account.scopedTokens.find((one) => one.token === token);
  return scoped && { account, scopes: scoped.scopes };
}

function byBearer(world: World, token: string): GatewayCaller | undefined {
  const caller = world.tokens.findCaller(token);
  if (caller !== undefined) {
    const { account, scopes, clientId, byConsent } = caller;
    return { account, scopes, ...(byConsent && { app: clientId }) };
  }
  // An API token of a service account is sent as it is.
  for (const account of world.seed.accounts.filter((one) => one.active)) {
    const scoped = account.scopedTokens.find((one) => one.token === token);
    const isService = world.seed.serviceAccounts.some((one) => one.account === account.email);
    if (scoped !== undefined && isService) return { account, scopes: scoped.scopes };
  }
  return undefined;
}

/** Who asks at the gateway; throws 401, for there nobody asks without a credential. */
export function getGatewayCaller(world: World, request: Incoming): GatewayCaller {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  const find = { basic: byBasic, bearer: byBearer }[scheme.toLowerCase()];
  const caller = find?.(world, value);
  if (caller === undefined) throw refuse(401, 'Unauthorized');
  return caller;
}

/**
 * The routes of the platform API as the gateway has them, below `/ex/jira/{cloudId}`: for OAuth tokens and for API
 * tokens with scopes, each request with the scope that it needs.
 */
export function platformAtGateway(world: World, routes: Route[]): Route[] {
  return routes
    .filter(({ path }) => path.startsWith('/rest/'))
    .map((route) => ({
      method: route.method,
      path: `/ex/jira/:cloudId${route.path}`,
      handle(request) {
        const caller = getGatewayCaller(world, request);
        if (request.parameter('cloudId') !== world.seed.cloudId) {
          throw refuse(404, 'No site with this cloud id');
        }
        const needed = scopesFor(route.method, route.path);
        const { scopes } = caller;
        if (scopes !== undefined && !needed?.every((scope) => scopes.includes(scope))) {
          throw refuse(401, 'Unauthorized; scope does not match');
        }
        return world.atBase(`${world.gatewayUrl()}/ex/jira/${world.seed.cloudId}`, () =>
          route.handle(request),
        );
      },
    }));
}

/** `accessible-resources`: the sites that the person behind a token lets the app reach. */
export function resourceRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      path: '/oauth/token/accessible-resources',
      handle(request) {
        const { scopes = [] } = getGatewayCaller(world, request);
        const { cloudId, name, otherSites } = world.seed;
        const sites = [{ cloudId, name, url: world.siteUrl() }, ...otherSites];
        const body = sites.map((site) => ({
          id: site.cloudId,
          url: site.url,
          name: site.name,
          scopes: scopes.filter((scope) => scope !== 'offline_access'),
          avatarUrl: `${site.url}/images/64/rocket.png`,
        }));
        return { status: 200, body };
      },
    },
    {
      method: 'GET',
      path: '/me',
      handle(request) {
        const { account, scopes } = getGatewayCaller(world, request);
        if (scopes?.includes('read:me') !== true) throw refuse(401, 'Unauthorized; scope does not match');
        return {
          status: 200,
          body: {
            account_type: 'atlassian',
            account_id: account.accountId,
            email: account.email,
            name: account.displayName,
            zoneinfo: account.timeZone,
            account_status: 'active',
          },
        };
      },
    },
  ];
}
