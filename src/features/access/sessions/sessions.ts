import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../../database/index.ts';
import { assertCsrfToken, assertSameOrigin } from './cross-site.ts';
import type { Cookies } from './session-cookie.ts';
import { findSession, type Session } from './session-store.ts';

/** Finds out which session a request belongs to. */
export interface Sessions {
  /**
   * The living session behind the request's cookie. Its secret is renewed when its time has come, by a cookie of the
   * reply.
   */
  find(request: FastifyRequest, reply: FastifyReply): Promise<Session | undefined>;
  /**
   * The same for a route of the API, where a request that changes something must prove that a page of ours sent it.
   * @throws request-forged
   */
  findProven(request: FastifyRequest, reply: FastifyReply): Promise<Session | undefined>;
  /** @throws request-forged */
  assertSameOrigin(request: FastifyRequest): void;
}

/** Methods that change nothing: RFC 9110 §9.2.1. */
export const readingMethods = ['GET', 'HEAD', 'OPTIONS'];

export function createSessions(options: {
  database: Database;
  cookies: Cookies;
  publicUrl: string | undefined;
  now(): Date;
}): Sessions {
  const { database, cookies, publicUrl, now } = options;
  const find: Sessions['find'] = async (request, reply) => {
    const secret = cookies.read(request, 'session');
    if (secret === undefined) return undefined;
    const session = await findSession(database, secret, now());
    if (session?.renewedSecret !== undefined) cookies.set(reply, 'session', session.renewedSecret);
    return session;
  };
  return {
    find,
    async findProven(request, reply) {
      const session = await find(request, reply);
      if (session !== undefined && !readingMethods.includes(request.method)) {
        assertSameOrigin(request, publicUrl);
        assertCsrfToken(request.headers['x-csrf-token'], session.csrfToken);
      }
      return session;
    },
    assertSameOrigin: (request) => assertSameOrigin(request, publicUrl),
  };
}
