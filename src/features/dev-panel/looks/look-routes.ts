import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireRole } from '../../access/index.ts';
import { getVisibleLink, type LinkParts } from '../links/link-routes.ts';
import { linkReference } from '../links/link-view.ts';
import { lookView, viewLook } from './look-view.ts';

/** `/api/v1/links/{link}/looks`: what the regular comparison with the host found. */
export function lookRoutes({ changes, links, looks }: LinkParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/links/:link/looks',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'What the looks at a link found, newest first; kept for 30 days',
          tags: ['links'],
          params: linkReference,
          querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(20) }),
          response: { 200: z.object({ items: z.array(lookView) }) },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        const found = await looks.list(link.id, request.query.limit);
        return { items: found.map((look) => viewLook(look, link)) };
      },
    );

    app.post(
      '/api/v1/links/:link/reconcile',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Compare everything that a link covers with what Jira shows, at once, and repair it',
          tags: ['links'],
          params: linkReference,
          response: { 202: lookView },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'operator', link.scope);
        const look = await changes.make(request, (change) => looks.request(change, link));
        return reply.status(202).send(viewLook(look, link));
      },
    );
  };
}
