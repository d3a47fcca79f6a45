import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireRole } from '../../access/index.ts';
import { getVisibleLink } from '../links/link-routes.ts';
import { assertNotDisconnecting, type LinkStore } from '../links/link-store.ts';
import { linkReference } from '../links/link-view.ts';
import type { Branches } from './branches.ts';

const branchName = z.string().min(1).max(250);

/** `/api/v1/links/{link}/branches`: makes branches at the host of a link. */
export function branchRoutes({
  links,
  branches,
}: {
  links: LinkStore;
  branches: Branches;
}): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/links/:link/branches',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Make a branch in a repository of a link',
          tags: ['links'],
          params: linkReference,
          body: z.strictObject({
            repository: z.string().min(1).max(500).meta({
              description: 'By the host’s id or by its full path, such as acme/shop.',
            }),
            name: branchName,
            from: branchName.optional().meta({
              description: 'The branch to begin from; the default one when absent.',
            }),
          }),
          response: {
            201: z.object({
              name: z.string(),
              url: z.string(),
              commit: z.string(),
              from: z.string(),
              repository: z.object({ id: z.string(), name: z.string(), url: z.string() }),
            }),
          },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'operator', link.scope);
        assertNotDisconnecting(link);
        const { repository, name, from } = request.body;
        const made = await branches.create(request, { link, repository, name, from });
        return reply.status(201).send({
          name: made.branch.name,
          url: made.branch.url,
          commit: made.branch.head.sha,
          from: made.from,
          repository: {
            id: made.repository.id,
            name: made.repository.name,
            url: made.repository.url,
          },
        });
      },
    );
  };
}
