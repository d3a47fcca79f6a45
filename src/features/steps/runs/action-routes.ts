import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { scopeSchema } from '../../access/index.ts';
import { longestTimeoutMs } from '../documents/duration.ts';
import { type RunRouteParts, storeRun } from './run-routes.ts';
import { runView, viewRun } from './run-view.ts';
import { actionRunOf } from './start-run.ts';

const actionView = z.object({
  id: z.string(),
  label: z.string(),
  connector: z.string().meta({ description: 'Of which kind its connection must be.' }),
  input: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of its input.' }),
});

const reference = z.string().min(1).max(255);

/** `/api/v1/actions`: what can be done in the products, and one of it by itself. */
export function actionRoutes(parts: RunRouteParts): FastifyPluginAsyncZod {
  const { connectors, changes, store, kick } = parts;
  const listed = [...connectors.values()].flatMap((connector) =>
    (connector.actions ?? []).map(({ id, label, input }) => ({
      id,
      label,
      connector: connector.id,
      // What JSON Schema cannot say is left open there; the action checks its input all the same.
      input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
    })),
  );

  return async (app) => {
    app.get(
      '/api/v1/actions',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List what can be done, with the schema of each input',
          tags: ['actions'],
          response: { 200: z.object({ items: z.array(actionView) }) },
        },
      },
      async () => ({ items: listed }),
    );

    app.post(
      '/api/v1/actions/:action/run',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Do one thing: a run of a single step',
          description: 'The input is taken as it is; expressions in it are not resolved.',
          tags: ['actions'],
          params: z.strictObject({ action: z.string().min(1).max(100) }),
          body: z.strictObject({
            connection: reference.meta({ description: 'By id, or by reference seen from the scope.' }),
            input: z.record(z.string(), z.json()),
            scope: scopeSchema.optional(),
            timeoutMs: z.int().min(100).max(longestTimeoutMs).optional().meta({
              description: 'How long it may take or wait; ten hours when absent.',
            }),
          }),
          response: { 201: runView },
        },
      },
      async (request, reply) => {
        const wanted = await actionRunOf(parts, request.actor, {
          ...request.body,
          action: request.params.action,
        });
        const run = await changes.make(request, (change) => storeRun(parts, change, wanted));
        const stored = viewRun(run, await store.listSteps(run.id));
        kick(run.id);
        return reply.status(201).send(stored);
      },
    );
  };
}
