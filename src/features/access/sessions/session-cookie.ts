import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { longestMs } from './session-store.ts';

/** The cookies of a hub, by whether it is reached over HTTPS. */
export interface Cookies {
  read(request: FastifyRequest, name: CookieName): string | undefined;
  set(reply: FastifyReply, name: CookieName, value: string): void;
  clear(reply: FastifyReply, name: CookieName): void;
}

/**
 * `session` carries a session's secret; `oidc` what a sign-in that is under way at the issuer must come back with;
 * `return` the page of ours that somebody wanted to see before signing in.
 */
type CookieName = 'session' | 'oidc' | 'return';
const names: Record<CookieName, string> = {
  session: 'tieline',
  oidc: 'tieline-oidc',
  return: 'tieline-return',
};
const lifeSeconds: Record<CookieName, number> = {
  session: longestMs / 1_000,
  oidc: 600,
  return: 600,
};

/**
 * Cookies for a hub at a public address. Over HTTPS they have the prefix that keeps other hosts of the domain from
 * setting them: draft-ietf-httpbis-rfc6265bis §4.1.3.2.
 */
export function createCookies(publicUrl: string | undefined): Cookies {
  const secure = publicUrl?.startsWith('https:') === true;
  const nameOf = (name: CookieName) => (secure ? `__Host-${names[name]}` : names[name]);
  const options: CookieSerializeOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  return {
    read: (request, name) => request.cookies[nameOf(name)],
    set: (reply, name, value) =>
      void reply.setCookie(nameOf(name), value, { ...options, maxAge: lifeSeconds[name] }),
    clear: (reply, name) => void reply.clearCookie(nameOf(name), options),
  };
}
