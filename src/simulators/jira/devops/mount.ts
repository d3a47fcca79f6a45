import { type Answer, Refusal } from '../answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import type { DevopsApi } from './api.ts';

const unauthorized = () => new Refusal({ status: 401, body: { code: 401, message: 'Unauthorized' } });
const forbidden = (message: string) => new Refusal({ status: 403, body: { code: 403, message } });

function credentials(request: RouteRequest): { scheme: string; value: string } {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  return { scheme: scheme.toLowerCase(), value };
}

/** Who asks at the gateway: a client with a living token, for this site, with this API among its scopes. */
function gatewayProvider(world: World, api: DevopsApi, request: RouteRequest): string {
  const { scheme, value } = credentials(request);
  const client = scheme === 'bearer' ? world.tokens.findClient(value) : undefined;
  if (client === undefined) throw unauthorized();
  if (request.parameter('cloudId') !== world.seed.cloudId) {
    throw new Refusal({ status: 404, body: { code: 404, message: 'No site with this cloud id' } });
  }
  if (!client.scopes.includes(api.kind)) throw forbidden(`The credential has no permission for ${api.kind}`);
  return `client:${client.clientId}`;
}

/** Who asks at the site: a Connect or Forge app. A user's credential is no JWT; that is 401 by the contract. */
function siteProvider(world: World, api: DevopsApi, request: RouteRequest): string {
  const { scheme, value } = credentials(request);
  const app =
    scheme === 'bearer' || scheme === 'jwt' ? world.seed.apps.find((one) => one.token === value) : undefined;
  if (app === undefined) throw unauthorized();
  if (!app.modules.includes(api.kind)) throw forbidden(`The app defines no module for ${api.kind}`);
  return `app:${app.key}`;
}

/** The routes of an API at the site's own address. */
export function siteRoutes(world: World, api: DevopsApi): Route[] {
  return api.routes.map((route) => ({
    method: route.method,
    path: `/rest/${api.kind}/${api.version}${route.path}`,
    handle: (request): Answer => route.handle({ provider: siteProvider(world, api, request), request }),
  }));
}

/** The routes of an API at the gateway. */
export function gatewayRoutes(world: World, api: DevopsApi): Route[] {
  return api.routes.map((route) => ({
    method: route.method,
    path: `/jira/${api.kind}/${api.version}/cloud/:cloudId${route.path}`,
    handle: (request): Answer => route.handle({ provider: gatewayProvider(world, api, request), request }),
  }));
}
