import type { FastifyPluginAsync } from 'fastify';
import { TielineError } from '../../../kit/errors.ts';
import { endSession, endSessionsOf, type Session } from '../sessions/session-store.ts';
import { authorOf, noteSignOut } from '../sign-in/sign-in-notes.ts';
import { fieldsOf } from './form.ts';
import { sendPage } from './page.ts';
import { type PageContext, pageOptions, shownError } from './page-context.ts';
import { homePage, passwordPage } from './sign-in-pages.ts';
import { findSender } from './signed-in.ts';

const userOf = ({ actor, email }: Session) => ({ id: actor.id, name: actor.name, email });

/** The pages of somebody who is signed in: `/`, `/password`, `/sign-out`. Others are led to `/sign-in`. */
export function sessionRoutes(context: PageContext): FastifyPluginAsync {
  const { sessions, cookies, changes, localSignIn, oidcSignIn } = context;

  return async (app) => {
    app.get('/', pageOptions, async (request, reply) => {
      const session = await sessions.find(request, reply);
      if (session === undefined) return reply.redirect('/sign-in', 303);
      const main = homePage({ ...session, oidcLabel: oidcSignIn?.label });
      return sendPage(reply, 200, `Hello ${session.actor.name}`, main);
    });

    const title = 'Change your password';
    app.get('/password', pageOptions, async (request, reply) => {
      const session = await sessions.find(request, reply);
      if (session === undefined) return reply.redirect('/sign-in', 303);
      return sendPage(reply, 200, title, passwordPage(session));
    });

    app.post('/password', pageOptions, async (request, reply) => {
      const { csrf, current, password } = fieldsOf(request.body, ['csrf', 'current', 'password']);
      const session = await findSender(sessions, request, reply, csrf);
      if (session === undefined) return reply.redirect('/sign-in', 303);
      try {
        if (localSignIn === undefined) {
          throw new TielineError('sign-in-refused', 'Passwords are switched off on this hub');
        }
        const user = userOf(session);
        await localSignIn.changePassword({
          user,
          current,
          next: password,
          session: session.id,
          ip: request.ip,
        });
        return reply.redirect('/', 303);
      } catch (thrown) {
        const error = shownError(thrown, reply);
        return sendPage(reply, error.status, title, passwordPage({ ...session, error }));
      }
    });

    app.post('/sign-out', pageOptions, async (request, reply) => {
      const { csrf, everywhere } = fieldsOf(request.body, ['csrf', 'everywhere']);
      const session = await findSender(sessions, request, reply, csrf);
      if (session !== undefined) {
        const user = userOf(session);
        await changes.make({ actor: authorOf(user), ip: request.ip }, async (change) => {
          if (everywhere === 'yes') {
            await noteSignOut(change, user, await endSessionsOf(change, user.id));
          } else {
            await endSession(change, session.id);
            await noteSignOut(change, user, 'this');
          }
        });
      }
      cookies.clear(reply, 'session');
      return reply.redirect('/sign-in', 303);
    });
  };
}
