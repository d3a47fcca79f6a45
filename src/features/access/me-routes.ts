import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roles } from './actors.ts';

/** `/api/v1/me`: who calls. */
export const meRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/api/v1/me',
    {
      config: { access: { own: true, connectKey: true } },
      schema: {
        summary: 'Who calls, what it may do, and how it signed in',
        tags: ['access'],
        response: {
          200: z.object({
            kind: z.enum(['user', 'service-account', 'token', 'connect-key']),
            id: z.string(),
            name: z.string(),
            email: z.string().optional(),
            roles: z
              .array(z.object({ scope: z.string(), role: z.enum(roles) }))
              .optional()
              .meta({
                description: 'What it may do in this request: a token’s are not more than its account’s.',
              }),
            signedInBy: z.enum(['password', 'oidc', 'token', 'connect-key']),
            token: z
              .object({ id: z.string(), name: z.string() })
              .optional()
              .meta({ description: 'The API token by which a user or a service account calls.' }),
            csrfToken: z.string().optional().meta({
              description: 'To be sent as `x-csrf-token` with what changes something; for sessions only.',
            }),
          }),
        },
      },
    },
    async ({ actor, session }) => {
      if (actor === undefined) throw new TypeError('a guarded route without an actor');
      const { kind, id, name } = actor;
      if (actor.kind === 'connect-key') return { kind, id, name, signedInBy: 'connect-key' as const };
      return {
        kind,
        id,
        name,
        email: session?.email,
        roles: actor.grants,
        signedInBy: session?.method ?? ('token' as const),
        token: actor.token,
        csrfToken: session?.csrfToken,
      };
    },
  );
};
