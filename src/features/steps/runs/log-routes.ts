import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { idParameter } from '../../../kit/paging.ts';
import { type FollowingParts, logText, streamLog } from './run-log.ts';
import { getVisibleRun } from './run-routes.ts';

/** Sent piece by piece, and never as the text that it is to the reader. */
const asText = { schema: z.unknown().meta({ type: 'string' }) };

/** `/api/v1/runs/{id}/log`: what a run says, live or as far as it is. */
export function runLogRoutes(parts: FollowingParts): FastifyPluginAsyncZod {
  return async (app) => {
    // Whoever follows a run while the hub stops is let go, and comes back to where it was.
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());

    app.get(
      '/api/v1/runs/:id/log',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'The log of a run',
          description:
            'With `Accept: text/event-stream` as server-sent events until the run ends: `log` with a line and its ' +
            'number as id, `state` whenever something changes, `end` with the whole run. `Last-Event-ID` goes on after ' +
            'that line. Else what there is, as plain text.',
          tags: ['runs'],
          params: idParameter,
          headers: z.looseObject({ 'last-event-id': z.coerce.number().int().min(0).optional() }),
          response: {
            200: { description: 'The log.', content: { 'text/event-stream': asText, 'text/plain': asText } },
          },
        },
      },
      async (request, reply) => {
        const run = await getVisibleRun(parts.store, request.actor, request.params.id);
        if (!(request.headers.accept ?? '').includes('text/event-stream')) {
          return reply.type('text/plain; charset=utf-8').send(await logText(parts, run.id));
        }
        const left = new AbortController();
        reply.raw.once('close', () => left.abort());
        const signal = AbortSignal.any([left.signal, closing.signal]);
        const after = request.headers['last-event-id'] ?? 0;
        await streamLog(parts, reply, { runId: run.id, after, signal });
        return reply;
      },
    );
  };
}
