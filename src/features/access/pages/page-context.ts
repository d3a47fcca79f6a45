import type { FastifyReply, FastifyRequest } from 'fastify';
import { TielineError } from '../../../kit/errors.ts';
import type { Changes } from '../changes.ts';
import { noteRetryAfter } from '../retry-after.ts';
import type { Cookies } from '../sessions/session-cookie.ts';
import { endSession } from '../sessions/session-store.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { LocalSignIn } from '../sign-in/local-sign-in.ts';
import type { OidcSignIn } from '../sign-in/oidc-sign-in.ts';
import { authorOf } from '../sign-in/sign-in-notes.ts';
import { takeReturnPath } from './signed-in.ts';

/** What the pages stand on. */
export interface PageContext {
  sessions: Sessions;
  cookies: Cookies;
  changes: Changes;
  /** Absent: no passwords. */
  localSignIn: LocalSignIn | undefined;
  /** Absent: no OpenID Connect. */
  oidcSignIn: OidcSignIn | undefined;
}

/** Pages say by themselves whom they show what; the API's guard has no part in them. */
export const pageOptions = { config: { access: { public: true as const } }, schema: { hide: true } };

/** Gives a browser its new session in place of one that it may have, and leads it where it wanted to go, else home. */
export async function enter(
  { sessions, cookies, changes }: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
): Promise<FastifyReply> {
  const earlier = await sessions.find(request, reply);
  if (earlier !== undefined) {
    const actor = authorOf({ ...earlier.actor, email: earlier.email });
    await changes.make({ actor, ip: request.ip }, (change) => endSession(change, earlier.id));
  }
  cookies.set(reply, 'session', secret);
  return reply.redirect(takeReturnPath(cookies, request, reply) ?? '/', 303);
}

/** The error as a page may show it beside its form; what is the hub's own failure is thrown on. */
export function shownError(thrown: unknown, reply: FastifyReply): TielineError {
  if (!(thrown instanceof TielineError) || (thrown.status >= 500 && thrown.code !== 'sign-in-unavailable')) {
    throw thrown;
  }
  noteRetryAfter(thrown, reply);
  return thrown;
}
