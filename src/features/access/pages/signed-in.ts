import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import { noteRetryAfter } from '../retry-after.ts';
import { assertCsrfToken } from '../sessions/cross-site.ts';
import type { Cookies } from '../sessions/session-cookie.ts';
import type { Session } from '../sessions/session-store.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { takeForms } from './form.ts';
import { sendPage } from './page.ts';
import { errorPage } from './sign-in-pages.ts';

/** Nobody comes back to a longer address: a cookie holds no more. */
const longestReturnPath = 2_000;

/** The pages that features show to people who are signed in. */
export interface SignedInPages {
  /** The session of a visitor; undefined when the reply led to the sign-in, from where they come back. */
  visitor(request: FastifyRequest, reply: FastifyReply): Promise<Session | undefined>;
  /** The same for a form, which must come from a page of ours. @throws request-forged */
  sender(request: FastifyRequest, reply: FastifyReply, csrf: string): Promise<Session | undefined>;
}

/** Pages behind the sign-in. */
export function createSignedInPages({
  sessions,
  cookies,
}: {
  sessions: Sessions;
  cookies: Cookies;
}): SignedInPages {
  return {
    async visitor(request, reply) {
      const session = await sessions.find(request, reply);
      if (session !== undefined) return session;
      if (request.url.length <= longestReturnPath) cookies.set(reply, 'return', request.url);
      reply.redirect('/sign-in', 303);
      return undefined;
    },
    async sender(request, reply, csrf) {
      const session = await findSender(sessions, request, reply, csrf);
      if (session === undefined) reply.redirect('/sign-in', 303);
      return session;
    },
  };
}

/** The session of a form that a page of ours sent. @throws request-forged */
export async function findSender(
  sessions: Sessions,
  request: FastifyRequest,
  reply: FastifyReply,
  csrf: string,
): Promise<Session | undefined> {
  const session = await sessions.find(request, reply);
  if (session === undefined) return undefined;
  sessions.assertSameOrigin(request);
  assertCsrfToken(csrf, session.csrfToken);
  return session;
}

/** Where somebody wanted to go before signing in, once; undefined for nowhere, and for anywhere but a page of ours. */
export function takeReturnPath(
  cookies: Cookies,
  request: FastifyRequest,
  reply: FastifyReply,
): string | undefined {
  const path = cookies.read(request, 'return');
  if (path === undefined) return undefined;
  cookies.clear(reply, 'return');
  // Browsers read `//host` and `/\\host` as another site.
  return /^\/(?![/\\])/.test(path) ? path : undefined;
}

/** Lets a plugin's routes take forms and answer errors with pages. */
export function preparePages(app: FastifyInstance): void {
  takeForms(app);
  app.setErrorHandler((thrown, request, reply) => {
    const error = asTielineError(thrown);
    if (error.status >= 500) request.log.error({ err: thrown }, 'a page failed');
    noteRetryAfter(error, reply);
    return sendPage(reply, error.status, 'That did not work', errorPage(shown(error, request.id)));
  });
}

/** What went wrong inside is for the log; the reader gets the number to find it there. */
function shown(error: TielineError, requestId: string): TielineError {
  if (error.code !== 'internal-error') return error;
  return new TielineError('internal-error', `Request ${requestId} failed inside the hub`);
}
