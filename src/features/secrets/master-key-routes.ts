import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Vault } from '../../database/index.ts';
import { Secret } from '../../kit/secret.ts';
import { type Change, type Changes, requireRole } from '../access/index.ts';

const state = z.object({
  current: z.string().meta({ description: 'The fingerprint of the master key.' }),
  next: z.string().nullable().meta({
    description:
      'While a rotation is under way: the fingerprint of the master key that opens the database too.',
  }),
});

const newKey = z
  .string()
  .trim()
  .regex(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)$/, 'must be 32 bytes as base64 or hex')
  .transform((key) => new Secret(key))
  .meta({ description: 'The new master key: 32 bytes as base64 or hex.' });

/** `/api/v1/master-key`: which one is in use, and its rotation. */
export function masterKeyRoutes(options: { vault: Vault; changes: Changes }): FastifyPluginAsyncZod {
  const { vault, changes } = options;
  const note = (change: Change, action: string, details: Record<string, unknown>) =>
    change.note({
      action,
      scope: 'account',
      subject: { kind: 'master-key', id: 'master-key', name: 'the master key' },
      details,
    });

  return async (app) => {
    app.get(
      '/api/v1/master-key',
      {
        config: { access: { role: 'administrator' } },
        schema: { summary: 'Say which master key is in use', tags: ['secrets'], response: { 200: state } },
      },
      async (request) => {
        requireRole(request.actor, 'administrator', 'account');
        return vault.masterKey();
      },
    );

    app.post(
      '/api/v1/master-key/rotation',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary:
            'Encrypt everything anew under a new master key; the same call goes on after an interruption',
          tags: ['secrets'],
          body: z.strictObject({ newKey }),
          response: { 200: state.extend({ resealed: z.number() }) },
        },
      },
      async (request) => {
        requireRole(request.actor, 'administrator', 'account');
        const before = await vault.masterKey();
        await changes.make(request, (change) => note(change, 'master-key.rotation-begun', { ...before }));
        const after = await vault.rotate(request.body.newKey);
        await changes.make(request, (change) => note(change, 'master-key.rotated', { ...after }));
        return after;
      },
    );

    app.post(
      '/api/v1/master-key/rotation/end',
      {
        config: { access: { role: 'administrator' } },
        schema: {
          summary: 'Let the old master key open nothing any more, once every hub runs with the new one',
          tags: ['secrets'],
          response: { 200: state },
        },
      },
      async (request) => {
        requireRole(request.actor, 'administrator', 'account');
        const after = await vault.endRotation();
        await changes.make(request, (change) => note(change, 'master-key.rotation-ended', { ...after }));
        return after;
      },
    );
  };
}
