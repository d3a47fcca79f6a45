import type { FastifyPluginAsync } from 'fastify';
import { TielineError } from '../../../kit/errors.ts';
import type { OidcSignIn } from '../sign-in/oidc-sign-in.ts';
import { sendPage } from './page.ts';
import { enter, type PageContext, pageOptions, shownError } from './page-context.ts';
import { signInPage } from './sign-in-pages.ts';

/** `/sign-in/oidc`: to the issuer, and back from it. */
export function oidcRoutes(context: PageContext): FastifyPluginAsync {
  const { cookies, localSignIn, oidcSignIn } = context;
  const oidc = (): OidcSignIn => {
    if (oidcSignIn !== undefined) return oidcSignIn;
    throw new TielineError('sign-in-refused', 'This hub has no OpenID Connect issuer', {
      hint: 'Sign in by password, or set TIELINE_OIDC_ISSUER.',
    });
  };

  return async (app) => {
    app.get('/sign-in/oidc', pageOptions, async (_request, reply) => {
      try {
        const { url, cookie } = await oidc().begin();
        cookies.set(reply, 'oidc', cookie);
        return reply.header('cache-control', 'no-store').redirect(url.href, 303);
      } catch (thrown) {
        const error = shownError(thrown, reply);
        app.log.warn({ err: error }, 'a sign-in by OpenID Connect could not begin');
        return sendPage(reply, error.status, 'Sign in', again(error));
      }
    });

    app.get('/sign-in/oidc/callback', pageOptions, async (request, reply) => {
      const cookie = cookies.read(request, 'oidc');
      cookies.clear(reply, 'oidc');
      try {
        const query = new URL(request.url, 'http://hub.invalid').searchParams;
        const secret = await oidc().finish({ query, cookie, ip: request.ip });
        return await enter(context, request, reply, secret);
      } catch (thrown) {
        const error = shownError(thrown, reply);
        app.log.warn({ err: error }, 'a sign-in by OpenID Connect did not succeed');
        return sendPage(reply, error.status, 'Sign in', again(error));
      }
    });
  };

  function again(error: TielineError) {
    return signInPage({ error, local: localSignIn && { email: '' }, oidcLabel: oidcSignIn?.label });
  }
}
