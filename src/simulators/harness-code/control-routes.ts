import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Faults } from './faults.ts';
import { Refusal } from './refusal.ts';
import { inPath } from './rest/query.ts';
import { executionView, webhookView } from './rest/views.ts';
import type { LoggedRequest } from './server.ts';
import type { DeliveryFaults } from './webhooks/delivery-faults.ts';
import type { World } from './world.ts';

const delayMs = z.number().int().min(0).max(600_000);
const counts = { after: z.number().int().min(0).optional(), times: z.number().int().min(1).optional() };

/** What may be posted to `/_simulator/faults`: a fault of the API, a fault of deliveries, or a switch. */
const orderSchema = z.union([
  z.strictObject({
    ...counts,
    match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).optional(),
    answer: z.union([
      z.enum(['drop-connection', 'apply-then-drop']),
      z.strictObject({ delayMs }),
      z.strictObject({
        rateLimit: z.strictObject({ retryAfterSeconds: z.number().int().min(0).optional() }),
        delayMs: delayMs.optional(),
      }),
      z.strictObject({
        status: z.number().int().min(200).max(599),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        delayMs: delayMs.optional(),
      }),
    ]),
  }),
  z.strictObject({
    ...counts,
    match: z
      .strictObject({
        trigger: z.string().optional(),
        repository: z.string().optional(),
        webhook: z.string().optional(),
      })
      .optional(),
    delivery: z.union([z.enum(['lose', 'duplicate', 'reorder']), z.strictObject({ delayMs })]),
  }),
  z.strictObject({ expireToken: z.string() }),
]);

/** Parts that control reaches. */
export interface Controlled {
  world: World;
  faults: Faults;
  deliveryFaults: DeliveryFaults;
  requests: LoggedRequest[];
  expireToken: (uid: string) => void;
}

/** The simulator's own addresses, which no host has: faults and a look inside. They need no credential. */
export function controlRoutes(app: FastifyInstance, controlled: Controlled): void {
  const { world, faults, deliveryFaults, requests, expireToken } = controlled;

  app.get('/_simulator/state', () => ({
    spaces: world.spaces.map((one) => world.pathOf(one)),
    repositories: world.repositories.map((one) => ({
      path: world.pathOf(one),
      archived: one.archived,
      deleted: one.deletedAt !== undefined,
      pullRequests: one.pullRequests.length,
    })),
    webhooks: world.webhooks.map((one) => ({
      ...webhookView(one),
      executions: one.executions.map(executionView),
    })),
    requests,
  }));

  app.get('/_simulator/faults', () => ({ faults: faults.list(), deliveries: deliveryFaults.list() }));

  app.post('/_simulator/faults', (request, reply) => {
    const parsed = orderSchema.safeParse(request.body);
    if (!parsed.success) throw new Refusal(400, z.prettifyError(parsed.error));
    const order = parsed.data;
    reply.code(201);
    if ('answer' in order) return { id: faults.add(order) };
    if ('delivery' in order) {
      const { delivery, ...fault } = order;
      return { id: deliveryFaults.add({ ...fault, does: delivery }) };
    }
    expireToken(order.expireToken);
    return {};
  });

  app.delete('/_simulator/faults', (_, reply) => {
    faults.clear();
    deliveryFaults.clear();
    reply.code(204).send();
  });

  app.delete('/_simulator/faults/:id', (request, reply) => {
    faults.remove(Number(inPath(request, 'id')));
    reply.code(204).send();
  });
}
