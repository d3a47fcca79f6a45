import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cursorOf, idParameter, pageOf, pageQuery } from '../../kit/paging.ts';
import { type Delivery, type DeliveryBodies, deliveryStates, type Work } from '../../work/index.ts';
import { type Actor, type Changes, requireRole } from '../access/index.ts';
import type { ConnectionStore } from '../connections/index.ts';
import { deliveryView, viewDelivery } from './view.ts';
import { scopeOfDelivery, visibleConnections, visibleDelivery } from './visible-deliveries.ts';

/** A caller may wait this long for a delivery's end in one request. */
const longestWaitSeconds = 60;
const replayed = z.object({ id: z.string(), replayOf: z.string(), state: z.enum(deliveryStates) });

/** `/api/v1/deliveries`: what was sent, what the other side said, and once more. */
export function deliveryRoutes(options: {
  work: Work;
  connections: Pick<ConnectionStore, 'findScope' | 'listIds'>;
  changes: Changes;
}): FastifyPluginAsyncZod {
  const { work, connections, changes } = options;

  const visible = (actor: Actor | undefined, id: string, delivery: Delivery | undefined) =>
    visibleDelivery(connections, actor, { id, delivery });

  return async (app) => {
    // Whoever waits for a delivery while the hub stops hears how it stands now.
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());

    app.get(
      '/api/v1/deliveries',
      {
        config: { access: { role: 'viewer' } },
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
              .meta({ description: 'Only deliveries that name this issue key, also where it was refused.' }),
          }),
          response: { 200: pageOf(deliveryView) },
        },
      },
      async (request) => {
        const { cursor, limit, state, topic, connection, issue } = request.query;
        const page = await work.list({
          state,
          topic,
          connectionIds: await visibleConnections(connections, request.actor, connection),
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
        config: { access: { role: 'viewer', connectKey: true } },
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
        config: { access: { role: 'viewer', connectKey: true } },
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
              note: z.string().nullable().meta({ description: 'Why the requests are not shown.' }),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        await visible(request.actor, id, await work.find(id));
        return showBodies(request.actor, await work.findBodies(id));
      },
    );

    app.post(
      '/api/v1/deliveries/replay',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Send ended deliveries once more, all or none',
          tags: ['deliveries'],
          body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(500) }),
          response: { 202: z.object({ items: z.array(replayed) }) },
        },
      },
      async (request, reply) => {
        const originals = new Map<string, { scope: string; summary: string }>();
        for (const id of request.body.ids) {
          const delivery = await visible(request.actor, id, await work.find(id));
          const scope = await scopeOfDelivery(connections, delivery);
          requireRole(request.actor, 'operator', scope);
          originals.set(id, { scope, summary: delivery.summary });
        }
        const items = await changes.make(request, async ({ trx, note }) => {
          const made = await work.replay(trx, request.body.ids);
          for (const { id, replayOf } of made) {
            const { scope = 'account', summary = '' } = originals.get(replayOf) ?? {};
            const subject = { kind: 'delivery', id: replayOf, name: summary };
            await note({ action: 'delivery.replayed', scope, subject, details: { as: id } });
          }
          return made;
        });
        return reply.status(202).send({ items });
      },
    );
  };
}

/** A request may carry what others reported as well: a connect key sees one that carried its own reports only. */
function showBodies(actor: Actor | undefined, { payload, requests, connectKeyIds }: DeliveryBodies) {
  const mayRead = actor?.kind !== 'connect-key' || connectKeyIds?.every((id) => id === actor.id);
  if (mayRead || requests === null) return { payload, requests, note: null };
  const note = 'The requests carried reports of other connect keys too: an API token sees them.';
  return { payload, requests: null, note };
}
