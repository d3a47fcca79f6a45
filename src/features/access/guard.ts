import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TielineError } from '../../kit/errors.ts';
import { type Actor, type Role, scopesOf, titleOf } from './actors.ts';
import type { Credentials } from './credentials.ts';

/**
 * Who may call a route. `role` is the least role at any scope; the handler then asks for the role at the scope of
 * the resource. A route without this is refused when the server is built.
 */
export interface Access {
  public?: true;
  role?: Role;
  connectKey?: true;
  /** Why a route that may be posted to by a principal leaves no line in the audit log. */
  unaudited?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who calls; absent on public routes. */
    actor: Actor | undefined;
    /** Whether it made a change, which is then in the audit log. */
    changed: boolean;
  }
}

/** Paths served by plugins of others, which know nothing of our access rules: the API's description and its page. */
const openPaths = ['/docs', '/openapi.json'];

/** Makes every route say who may call it, and holds every request to that. */
export function guardRoutes(app: FastifyInstance, credentials: Credentials): void {
  app.decorateRequest('actor', undefined);
  app.decorateRequest('changed', false);
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
  // What changes something without a line in the audit log is a mistake of ours, and must be seen in every test.
  app.addHook('onSend', async (request, reply, payload) => {
    const { access } = request.routeOptions.config;
    const mayChange =
      request.method !== 'GET' && access?.role !== undefined && access.unaudited === undefined;
    const repeated = reply.hasHeader('idempotent-replayed');
    if (
      mayChange &&
      !repeated &&
      reply.statusCode < 300 &&
      request.actor?.kind !== 'connect-key' &&
      !request.changed
    ) {
      throw new TypeError(`${request.method} ${request.routeOptions.url} made no line in the audit log`);
    }
    return payload;
  });
}

async function identify(request: FastifyRequest, access: Access, credentials: Credentials): Promise<Actor> {
  const actor = await credentials.find(bearerOf(request));
  // The same words for every reason: a caller must not learn whether a key exists, ended or was revoked.
  if (actor === undefined) {
    throw new TielineError('credentials-invalid', 'The token is missing, unknown, expired or revoked');
  }
  if (actor.kind === 'connect-key') {
    if (access.connectKey === true) return actor;
    throw new TielineError('permission-missing', 'A connect key may only report builds and deployments');
  }
  if (access.role === undefined) {
    throw new TielineError('permission-missing', 'This address takes a connect key, nothing else');
  }
  if (scopesOf(actor, access.role).length === 0) {
    throw new TielineError(
      'permission-missing',
      `This needs the role ${access.role}; ${titleOf(actor)} has it in no scope`,
    );
  }
  return actor;
}

function bearerOf(request: FastifyRequest): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' ? (token ?? '') : '';
}
