import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TielineError } from '../../kit/errors.ts';
import { type Actor, type Role, scopesOf, titleOf } from './actors.ts';
import type { Credentials } from './credentials.ts';
import type { Session } from './sessions/session-store.ts';
import { readingMethods, type Sessions } from './sessions/sessions.ts';

/**
 * Who may call a route. `role` is the least role at any scope; the handler then asks for the role at the scope of
 * the resource. A route without this is refused when the server is built.
 */
export interface Access {
  public?: true;
  role?: Role;
  connectKey?: true;
  /** It is about the caller's own account: every principal may call, also one without a role. */
  own?: true;
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
    /** The session of the caller's browser; absent where a token says who calls, and on public routes. */
    session: Session | undefined;
    /** Whether it made a change, which is then in the audit log. */
    changed: boolean;
  }
}

/** Paths served by plugins of others, which know nothing of our access rules: the API's description and its page. */
const openPaths = ['/docs', '/openapi.json'];

/** By what callers are known. */
interface Guards {
  credentials: Credentials;
  sessions: Sessions;
}

/** Makes every route say who may call it, and holds every request to that. */
export function guardRoutes(app: FastifyInstance, guards: Guards): void {
  app.decorateRequest('actor', undefined);
  app.decorateRequest('session', undefined);
  app.decorateRequest('changed', false);
  app.addHook('onRoute', (route) => {
    if (openPaths.some((path) => route.url === path || route.url.startsWith(`${path}/`))) return;
    if (route.config?.access === undefined)
      throw new TypeError(`route ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access.public === true) return;
    request.actor = await identify(request, reply, guards);
    assertMayCall(request.actor, access);
  });
  // What changes something without a line in the audit log is a mistake of ours, and must be seen in every test.
  app.addHook('onSend', async (request, reply, payload) => {
    const { access } = request.routeOptions.config;
    const mayChange =
      !readingMethods.includes(request.method) &&
      (access?.role !== undefined || access?.own === true) &&
      access.unaudited === undefined;
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

/** A token counts before a cookie: who sends one means it, and no browser adds it by itself. */
async function identify(request: FastifyRequest, reply: FastifyReply, guards: Guards): Promise<Actor> {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    request.session = await guards.sessions.findProven(request, reply);
    if (request.session !== undefined) return request.session.actor;
  }
  const actor = await guards.credentials.find(bearerOf(authorization));
  if (actor !== undefined) return actor;
  // The same words for every reason: a caller must not learn whether a key exists, ended or was revoked.
  throw new TielineError('credentials-invalid', 'The token is missing, unknown, expired or revoked');
}

/** @throws permission-missing */
function assertMayCall(actor: Actor, access: Access): void {
  if (actor.kind === 'connect-key') {
    if (access.connectKey === true) return;
    throw new TielineError('permission-missing', 'A connect key may only report builds and deployments');
  }
  if (access.own === true) return;
  if (access.role === undefined) {
    throw new TielineError('permission-missing', 'This address takes a connect key, nothing else');
  }
  if (scopesOf(actor, access.role).length === 0) {
    throw new TielineError(
      'permission-missing',
      `This needs the role ${access.role}; ${titleOf(actor)} has it in no scope`,
    );
  }
}

function bearerOf(authorization = ''): string {
  const [scheme, token] = authorization.split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' ? (token ?? '') : '';
}
