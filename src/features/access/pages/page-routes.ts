import type { FastifyPluginAsync } from 'fastify';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import { noteRetryAfter } from '../retry-after.ts';
import { takeForms } from './form.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { sendPage } from './page.ts';
import type { PageContext } from './page-context.ts';
import { sessionRoutes } from './session-routes.ts';
import { errorPage } from './sign-in-pages.ts';
import { signInRoutes } from './sign-in-routes.ts';

/** The pages for people. They work without a script, and their errors are pages as well. */
export function pageRoutes(context: PageContext): FastifyPluginAsync {
  return async (app) => {
    takeForms(app);
    app.setErrorHandler((thrown, request, reply) => {
      const error = asTielineError(thrown);
      if (error.status >= 500) request.log.error({ err: thrown }, 'a page failed');
      noteRetryAfter(error, reply);
      return sendPage(reply, error.status, 'That did not work', errorPage(shown(error, request.id)));
    });
    await app.register(signInRoutes(context));
    await app.register(oidcRoutes(context));
    await app.register(sessionRoutes(context));
  };
}

/** What went wrong inside is for the log; the reader gets the number to find it there. */
function shown(error: TielineError, requestId: string): TielineError {
  if (error.code !== 'internal-error') return error;
  return new TielineError('internal-error', `Request ${requestId} failed inside the hub`);
}
