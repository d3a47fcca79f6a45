import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { cursorOf, idParameter, pageOf, pageQuery } from '../../kit/paging.ts';
import { type Delivery, deliveryStates, type Work } from '../../work/index.ts';
import { type Actor, maySee, requireRole, scopeOf } from '../access/index.ts';
import type { ConnectionStore } from '../connections/index.ts';
import { deliveryView, viewDelivery } from './view.ts';

/** A caller may wait this long for a delivery's end in one request. */
const longestWaitSeconds = 60;
const replayed = z.object({ id: z.string(), replayOf: z.string(), state: z.enum(deliveryStates) });

/** `/api/v1/deliveries`: what was sent, what the other side said, and once more. */
export function deliveryRoutes(options: {
  work: Work;
  connections: Pick<ConnectionStore, 'findScope' | 'listIds'>;
}): FastifyPluginAsyncZod {
  const { work, connections } = options;

  /** A deleted connection's deliveries are the account's to see. */
  const scopeOfDelivery = async (delivery: Delivery): Promise<string> =>
    (delivery.connectionId === null ? undefined : await connections.findScope(delivery.connectionId)) ??
    'account';
  const allowed = async (actor: Actor | undefined, delivery: Delivery): Promise<boolean> =>
    actor?.kind === 'connect-key'
      ? delivery.connectKeyId === actor.id
      : maySee(actor, await scopeOfDelivery(delivery));
  const visible = async (actor: Actor | undefined, id: string, delivery: Delivery | undefined) => {
    if (delivery !== undefined && (await allowed(actor, delivery))) return delivery;
    throw new TielineError('resource-not-found', `There is no delivery ${id}`);
  };

  /** Undefined is all of them: an account's token sees those of deleted connections too. */
  const connectionsToList = async (
    actor: Actor | undefined,
    wanted: string | undefined,
  ): Promise<string[] | undefined> => {
    const scope = scopeOf(actor);
    if (scope === 'account') return wanted === undefined ? undefined : [wanted];
    const visibleIds = await connections.listIds(scope);
    return wanted === undefined ? visibleIds : visibleIds.filter((id) => id === wanted);
  };

  return async (app) => {
    // Whoever waits for a delivery while the hub stops hears how it stands now.
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());

    app.get(
      '/api/v1/deliveries',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'List deliveries, newest first',
          tags: ['deliveries'],
          querystring: pageQuery.extend({
            state: z.enum(deliveryStates).optional(),
            topic: z.string().max(64).optional(),
            connection: z.uuid().optional(),
            issue: z
              .string()
              .max(300)
              .optional()
              .meta({ description: 'Only deliveries that name this issue key.' }),
          }),
          response: { 200: pageOf(deliveryView) },
        },
      },
      async (request) => {
        const { cursor, limit, state, topic, connection, issue } = request.query;
        const page = await work.list({
          state,
          topic,
          connectionIds: await connectionsToList(request.actor, connection),
          issueKey: issue?.toUpperCase(),
          before: cursor,
          limit,
        });
        return { items: page.map(viewDelivery), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/deliveries/:id',
      {
        config: { access: { token: 'viewer', connectKey: true } },
        schema: {
          summary: 'Show a delivery, or wait for its end',
          tags: ['deliveries'],
          params: idParameter,
          querystring: z.strictObject({
            wait: z.coerce.number().min(0).max(longestWaitSeconds).default(0).meta({
              description: 'Seconds to wait for the end; the answer then shows the delivery as it stands.',
            }),
          }),
          response: { 200: deliveryView },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await visible(request.actor, id, await work.find(id));
        const left = new AbortController();
        reply.raw.once('close', () => left.abort());
        const signal = AbortSignal.any([left.signal, closing.signal]);
        const delivery = await work.waitFor(id, request.query.wait * 1_000, signal);
        return viewDelivery(await visible(request.actor, id, delivery));
      },
    );

    app.get(
      '/api/v1/deliveries/:id/bodies',
      {
        config: { access: { token: 'viewer' } },
        schema: {
          summary: 'What was posted, and the whole exchange with the other side',
          tags: ['deliveries'],
          params: idParameter,
          response: {
            200: z.object({
              payload: z
                .unknown()
                .meta({ description: 'The payload as accepted; null once it is no longer kept.' }),
              requests: z
                .unknown()
                .meta({ description: 'The requests of the last try with their answers, or null.' }),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        await visible(request.actor, id, await work.find(id));
        return work.findBodies(id);
      },
    );

    app.post(
      '/api/v1/deliveries/replay',
      {
        config: { access: { token: 'operator' } },
        schema: {
          summary: 'Send ended deliveries once more, all or none',
          tags: ['deliveries'],
          body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(500) }),
          response: { 202: z.object({ items: z.array(replayed) }) },
        },
      },
      async (request, reply) => {
        for (const id of request.body.ids) {
          const delivery = await visible(request.actor, id, await work.find(id));
          requireRole(request.actor, 'operator', await scopeOfDelivery(delivery));
        }
        return reply.status(202).send({ items: await work.replay(request.body.ids) });
      },
    );
  };
}
