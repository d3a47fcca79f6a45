import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { isoDate, text } from '../../../kit/paging.ts';
import { getUser } from '../accounts/account-store.ts';
import { principalOf, requireRole } from '../actors.ts';
import type { Changes } from '../changes.ts';
import { endSessionsOf } from '../sessions/session-store.ts';
import { invite } from './invitations.ts';
import type { LocalSignIn } from './local-sign-in.ts';
import { mostCharacters } from './password-rules.ts';
import { noteSignOut } from './sign-in-notes.ts';

const passwordText = z
  .string()
  .min(1)
  .max(mostCharacters * 2);

/** Invitations, and what users do about their own sign-in by the API. */
export function passwordRoutes(options: {
  database: Database;
  changes: Changes;
  localSignIn: LocalSignIn | undefined;
  publicUrl: string | undefined;
}): FastifyPluginAsyncZod {
  const { database, changes, localSignIn, publicUrl } = options;
  const local = (): LocalSignIn => {
    if (localSignIn !== undefined) return localSignIn;
    throw new TielineError('sign-in-refused', 'Passwords are switched off on this hub', {
      hint: 'Sign in by OpenID Connect, or set TIELINE_LOCAL_SIGN_IN to true.',
    });
  };

  return async (app) => {
    app.post(
      '/api/v1/users/:user/invitation',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Make a link with which a user sets a new password, once; it is in this answer only',
          tags: ['users'],
          params: z.strictObject({
            user: z.string().min(1).max(254).meta({ description: 'By id or e-mail address.' }),
          }),
          response: {
            201: z.object({
              path: z.string().meta({ description: 'Below the address of the hub.' }),
              url: z.string().nullable().meta({ description: 'Null where the hub knows no public address.' }),
              expiresAt: isoDate,
            }),
          },
        },
      },
      async (request, reply) => {
        requireRole(request.actor, 'administrator', 'account');
        local();
        const user = await getUser(database, request.params.user);
        if (user.disabledAt !== null) {
          throw new TielineError('request-invalid', `The user ${user.email} is disabled`, {
            hint: 'Enable the user first.',
          });
        }
        const { secret, expiresAt } = await changes.make(request, (change) => invite(change, user));
        const path = `/invitation/${secret}`;
        const url = publicUrl === undefined ? null : `${publicUrl}${path}`;
        return reply.status(201).send({ path, url, expiresAt: text(expiresAt) });
      },
    );

    app.put(
      '/api/v1/me/password',
      {
        // The change is written down where the password is changed.
        config: { access: { own: true, unaudited: 'it is noted as the user’s own change' } },
        schema: {
          summary: 'Change one’s own password; every other session of the user ends',
          tags: ['access'],
          body: z.strictObject({ current: passwordText, next: passwordText }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { id, name, kind } = principalOf(request.actor);
        if (kind !== 'user') throw new TielineError('permission-missing', 'Only users have passwords');
        const { email } = await getUser(database, id);
        await local().changePassword({
          ...request.body,
          user: { id, name, email: email ?? '' },
          session: request.session?.id,
          ip: request.ip,
        });
        return reply.status(204).send(null);
      },
    );

    app.delete(
      '/api/v1/me/sessions',
      {
        config: { access: { own: true } },
        schema: {
          summary: 'Sign out everywhere, in this browser too',
          tags: ['access'],
          response: { 200: z.object({ ended: z.number() }) },
        },
      },
      async (request) => {
        const { id, name, kind } = principalOf(request.actor);
        if (kind !== 'user') throw new TielineError('permission-missing', 'Only users have sessions');
        const { email } = await getUser(database, id);
        const ended = await changes.make(request, async (change) => {
          const count = await endSessionsOf(change, id);
          await noteSignOut(change, { id, name, email: email ?? '' }, count);
          return count;
        });
        return { ended };
      },
    );
  };
}
