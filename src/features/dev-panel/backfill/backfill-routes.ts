import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { isoDate } from '../../../kit/paging.ts';
import { requireRole } from '../../access/index.ts';
import { getVisibleLink, type LinkParts } from '../links/link-routes.ts';
import { backfillView, linkReference, viewBackfill } from '../links/link-view.ts';
import type { Backfill } from './backfill-store.ts';

/** So many of the parts that failed are named. */
const mostFailuresShown = 100;

/** `/api/v1/links/{link}/backfill`: what a link's repositories held before it was made. */
export function backfillRoutes(parts: LinkParts): FastifyPluginAsyncZod {
  const { changes, links, backfills, now } = parts;
  const view = async (backfill: Backfill) =>
    viewBackfill(
      backfill,
      await backfills.sumUp(backfill.id),
      await backfills.listParts(backfill.id, { state: 'failed', limit: mostFailuresShown }),
      now(),
    );

  return async (app) => {
    app.get(
      '/api/v1/links/:link/backfill',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'How far the newest backfill of a link is',
          tags: ['links'],
          params: linkReference,
          response: { 200: backfillView },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        const newest = await backfills.findNewest(link.id);
        if (newest !== undefined) return view(newest);
        throw new TielineError('resource-not-found', `The link "${link.name}" had no backfill`);
      },
    );

    app.post(
      '/api/v1/links/:link/backfill',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Start a backfill, since a moment or for all time',
          tags: ['links'],
          params: linkReference,
          body: z.strictObject({ since: isoDate.nullable().default(null) }).default({ since: null }),
          response: { 202: backfillView },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'operator', link.scope);
        const { since } = request.body;
        const started = await changes.make(request, (change) =>
          backfills.start(change, link, since === null ? null : new Date(since)),
        );
        return reply.status(202).send(await view(started));
      },
    );

    app.put(
      '/api/v1/links/:link/backfill',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary:
            'Pause, resume or cancel; resuming one that ended tries again what failed, and nothing else',
          tags: ['links'],
          params: linkReference,
          body: z.strictObject({ state: z.enum(['paused', 'running', 'cancelled']) }),
          response: { 200: backfillView },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'operator', link.scope);
        const { state } = request.body;
        return view(await changes.make(request, (change) => backfills.change(change, link, state)));
      },
    );
  };
}
