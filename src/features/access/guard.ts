import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TielineError } from '../../kit/errors.ts';
import { type Actor, type Role, roles } from './actors.ts';
import type { Credentials } from './credentials.ts';

/**
 * Who may call a route. `token` is the least role at any scope; the handler then asks for the role at the scope of
 * the resource. A route without this is refused when the server is built.
 */
export interface Access {
  public?: true;
  token?: Role;
  connectKey?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who calls; absent on public routes. */
    actor: Actor | undefined;
  }
}

/** Paths served by plugins of others, which know nothing of our access rules: the API's description and its page. */
const openPaths = ['/docs', '/openapi.json'];

/** Makes every route say who may call it, and holds every request to that. */
export function guardRoutes(app: FastifyInstance, credentials: Credentials): void {
  app.decorateRequest('actor', undefined);
  app.addHook('onRoute', (route) => {
    if (openPaths.some((path) => route.url === path || route.url.startsWith(`${path}/`))) return;
    if (route.config?.access === undefined)
      throw new TypeError(`route ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access.public === true) return;
    request.actor = await identify(request, access, credentials);
  });
}

async function identify(request: FastifyRequest, access: Access, credentials: Credentials): Promise<Actor> {
  const actor = await credentials.find(bearerOf(request));
  // The same words for every reason: a caller must not learn whether a key exists, ended or was revoked.
  if (actor === undefined) {
    throw new TielineError('credentials-invalid', 'The token is missing, unknown, expired or revoked');
  }
  if (actor.kind === 'connect-key' && access.connectKey !== true) {
    throw new TielineError('permission-missing', 'A connect key may only report builds and deployments');
  }
  if (actor.kind === 'token' && access.token === undefined) {
    throw new TielineError('permission-missing', 'This address takes a connect key, not an API token');
  }
  if (actor.kind === 'token' && access.token && roles.indexOf(actor.role) < roles.indexOf(access.token)) {
    throw new TielineError(
      'permission-missing',
      `This needs the role ${access.token}; the token "${actor.name}" is ${actor.role}`,
    );
  }
  return actor;
}

function bearerOf(request: FastifyRequest): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' ? (token ?? '') : '';
}
