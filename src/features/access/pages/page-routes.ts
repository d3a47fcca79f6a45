import type { FastifyPluginAsync } from 'fastify';
import { oidcRoutes } from './oidc-routes.ts';
import type { PageContext } from './page-context.ts';
import { sessionRoutes } from './session-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { preparePages } from './signed-in.ts';

/** The pages for people. They work without a script, and their errors are pages as well. */
export function pageRoutes(context: PageContext): FastifyPluginAsync {
  return async (app) => {
    preparePages(app);
    await app.register(signInRoutes(context));
    await app.register(oidcRoutes(context));
    await app.register(sessionRoutes(context));
  };
}
