import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { nameText } from '../../../kit/paging.ts';
import { emailText } from '../accounts/user-routes.ts';
import type { LocalSignIn } from '../sign-in/local-sign-in.ts';
import { fieldsOf } from './form.ts';
import { sendPage } from './page.ts';
import { enter, type PageContext, pageOptions, shownError } from './page-context.ts';
import { firstUserPage, invitationPage, signInPage } from './sign-in-pages.ts';

const title = 'Sign in';

/** `/sign-in`, the first start, and invitations. */
export function signInRoutes(context: PageContext): FastifyPluginAsync {
  const { sessions, localSignIn, oidcSignIn } = context;
  const local = (): LocalSignIn => {
    if (localSignIn !== undefined) return localSignIn;
    throw new TielineError('sign-in-refused', 'Passwords are switched off on this hub', {
      hint: 'Sign in by the button on the sign-in page.',
    });
  };
  const showSignIn = (reply: FastifyReply, error?: TielineError, email = '') =>
    sendPage(
      reply,
      error?.status ?? 200,
      title,
      signInPage({ error, local: localSignIn && { email }, oidcLabel: oidcSignIn?.label }),
    );
  const showFirst = (reply: FastifyReply, given: { name: string; email: string }, error?: TielineError) =>
    sendPage(reply, error?.status ?? 200, 'Welcome to Tieline', firstUserPage({ error, given }));

  return async (app) => {
    app.get('/sign-in', pageOptions, async (request, reply) => {
      if ((await sessions.find(request, reply)) !== undefined) return reply.redirect('/', 303);
      if ((await localSignIn?.isFirstStart()) === true && oidcSignIn === undefined) {
        return reply.redirect('/sign-in/first', 303);
      }
      return showSignIn(reply);
    });

    app.post('/sign-in', pageOptions, async (request, reply) => {
      const { email, password } = fieldsOf(request.body, ['email', 'password']);
      try {
        sessions.assertSameOrigin(request);
        const secret = await local().signIn({ email, password, ip: request.ip });
        return await enter(context, request, reply, secret);
      } catch (thrown) {
        return showSignIn(reply, shownError(thrown, reply), email);
      }
    });

    app.get('/sign-in/first', pageOptions, async (_request, reply) => {
      if (!(await local().isFirstStart())) return reply.redirect('/sign-in', 303);
      return showFirst(reply, { name: '', email: '' });
    });

    app.post('/sign-in/first', pageOptions, async (request, reply) => {
      const { token, password, ...given } = fieldsOf(request.body, ['token', 'password', 'name', 'email']);
      try {
        sessions.assertSameOrigin(request);
        const person = personOf(given);
        const secret = await local().makeFirstUser({ ...person, token, password, ip: request.ip });
        return await enter(context, request, reply, secret);
      } catch (thrown) {
        return showFirst(reply, given, shownError(thrown, reply));
      }
    });

    const invitation = z.strictObject({ secret: z.string().max(100) });
    app.get('/invitation/:secret', pageOptions, async (request, reply) => {
      const { secret } = invitation.parse(request.params);
      const user = await local().getInvited(secret);
      return sendPage(reply, 200, 'Your password', invitationPage({ path: request.url, user }));
    });

    app.post('/invitation/:secret', pageOptions, async (request, reply) => {
      const { secret } = invitation.parse(request.params);
      const { password } = fieldsOf(request.body, ['password']);
      const user = await local().getInvited(secret);
      try {
        sessions.assertSameOrigin(request);
        const session = await local().accept({ invitation: secret, password, ip: request.ip });
        return await enter(context, request, reply, session);
      } catch (thrown) {
        const error = shownError(thrown, reply);
        const main = invitationPage({ error, path: request.url, user });
        return sendPage(reply, error.status, 'Your password', main);
      }
    });
  };
}

/** @throws request-invalid */
function personOf(given: { name: string; email: string }): { name: string; email: string } {
  const parsed = z.object({ name: nameText, email: emailText }).safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path }) => (path[0] === 'name' ? 'name' : 'e-mail address'));
  throw new TielineError('request-invalid', `The ${wrong.join(' and the ')} cannot be taken`, {
    hint: 'Give a name, and an address such as ada@example.com.',
  });
}
