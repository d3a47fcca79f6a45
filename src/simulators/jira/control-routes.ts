import { z } from 'zod';
import { Refusal } from './answer.ts';
import { gatingStatuses } from './devops/gates.ts';
import { type Faults, rateLimitReasons } from './faults.ts';
import { allowRedirect } from './oauth/authorize-routes.ts';
import { permissions } from './permissions.ts';
import { type Route, type RouteRequest, readJson } from './route.ts';
import type { SimulatorState } from './state.ts';
import type { World } from './world.ts';

const delayMs = z.number().int().min(0).max(600_000);
const match = z.strictObject({
  listener: z.enum(['site', 'gateway']).optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  entitiesOver: z.number().int().min(0).optional(),
  bodyIncludes: z.string().min(1).optional(),
});

const faultSchema = z.strictObject({
  match: match.optional(),
  after: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
  answer: z.union([
    z.enum(['drop-connection', 'apply-then-drop']),
    z.strictObject({ delayMs }),
    z.strictObject({ nearLimit: z.enum(rateLimitReasons), delayMs: delayMs.optional() }),
    z.strictObject({
      rateLimit: z.enum([...rateLimitReasons, 'none']),
      retryAfterSeconds: z.number().min(0).optional(),
      delayMs: delayMs.optional(),
    }),
    z.strictObject({
      status: z.number().int().min(200).max(599),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown(),
      delayMs: delayMs.optional(),
    }),
  ]),
});

const deliveryFaultSchema = z.strictObject({
  match: z
    .strictObject({
      event: z.string().optional(),
      issue: z.string().optional(),
      webhook: z.number().int().optional(),
    })
    .optional(),
  after: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
  delivery: z.union([z.enum(['lose', 'duplicate', 'reorder']), z.strictObject({ delayMs })]),
});

/** What may be posted to `/_simulator/faults`. */
const orderSchema = z.union([
  faultSchema,
  deliveryFaultSchema,
  z.strictObject({ webhookRetryDelayMs: delayMs }),
  z.strictObject({ expireTokens: z.literal(true) }),
  z.strictObject({
    refusePermission: z.string().refine((key) => permissions.has(key), 'is no permission of Jira'),
    email: z.string().optional(),
  }),
  z.strictObject({ searchLagMs: z.number().int().min(0) }),
  z.strictObject({ wrongCredentialsAreAnonymous: z.literal(true) }),
  z.strictObject({ consentAs: z.string() }),
  z.strictObject({ allowRedirect: z.url() }),
  z.strictObject({ refuseConsent: z.literal(true) }),
  z.strictObject({ revokeConsent: z.strictObject({ clientId: z.string(), email: z.string() }) }),
]);

/** One gate by its deployment, or, without one, all. */
const gateSchema = z.union([
  z.strictObject({
    pipelineId: z.string(),
    environmentId: z.string(),
    deploymentSequenceNumber: z.number().int(),
    status: z.enum(gatingStatuses),
  }),
  z.strictObject({ status: z.enum(gatingStatuses) }),
]);

const refuse = (status: number, message: string) => new Refusal({ status, body: { error: message } });

function read<S extends z.ZodType>(schema: S, request: RouteRequest): z.output<S> {
  const parsed = schema.safeParse(readJson(request, refuse));
  if (parsed.success) return parsed.data;
  throw refuse(400, z.prettifyError(parsed.error));
}

/** The simulator's own addresses, which no Jira has: faults, gates and a look inside. They need no credential. */
export function controlRoutes(world: World, faults: Faults, state: SimulatorState): Route[] {
  const { faults: deliveryFaults } = world.deliveries;
  const listed = () => ({ status: 200, body: { faults: faults.list(), deliveries: deliveryFaults.list() } });
  return [
    { method: 'GET', path: '/_simulator/state', handle: () => ({ status: 200, body: state.snapshot() }) },
    { method: 'GET', path: '/_simulator/faults', handle: listed },
    {
      method: 'POST',
      path: '/_simulator/faults',
      handle(request) {
        const order = read(orderSchema, request);
        if ('answer' in order) return { status: 201, body: { id: faults.add(order) } };
        if ('delivery' in order) {
          const { delivery, ...fault } = order;
          return { status: 201, body: { id: deliveryFaults.add({ ...fault, does: delivery }) } };
        }
        if ('webhookRetryDelayMs' in order) faults.retryWebhooksAfter(order.webhookRetryDelayMs);
        else if ('expireTokens' in order) faults.expireTokens();
        else if ('refusePermission' in order) faults.refusePermission(order.refusePermission, order.email);
        else if ('searchLagMs' in order) faults.lagSearch(order.searchLagMs);
        else if ('consentAs' in order) faults.consentAs(order.consentAs);
        else if ('allowRedirect' in order) allowRedirect(world.seed, order.allowRedirect);
        else if ('refuseConsent' in order) faults.refuseConsent();
        else if ('revokeConsent' in order) {
          const { clientId, email } = order.revokeConsent;
          return { status: faults.revokeConsent(clientId, email) ? 204 : 404 };
        } else faults.treatWrongCredentialsAsNone();
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/_simulator/faults',
      handle() {
        faults.clear();
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/_simulator/faults/:id',
      handle(request) {
        faults.remove(Number(request.parameter('id')));
        return { status: 204 };
      },
    },
    {
      method: 'PUT',
      path: '/_simulator/gates',
      handle(request) {
        const order = read(gateSchema, request);
        if ('pipelineId' in order) {
          const { status, ...key } = order;
          return { status: state.decideGate(key, status) ? 204 : 404 };
        }
        state.decideGates(order.status);
        return { status: 204 };
      },
    },
  ];
}
