import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { LinkStore } from '../links/link-store.ts';
import type { ApplicationStore } from './application-store.ts';
import type { PanelRepository, PanelSource } from './panel-source.ts';

const open = { config: { access: { public: true as const } }, schema: { hide: true } };

/**
 * The addresses that Jira makes by itself for what it read, such as `/acme/shop/commit/{sha}`: each leads on to the
 * page at the code host, which asks who is there.
 */
export function webRoutes({
  applications,
  links,
  source,
}: {
  applications: ApplicationStore;
  links: LinkStore;
  source: PanelSource;
}): FastifyPluginAsync {
  const findAny = async ({ params }: FastifyRequest): Promise<PanelRepository | undefined> => {
    const { owner, repo } = z.object({ owner: z.string(), repo: z.string() }).parse(params);
    for (const { linkId } of await applications.list()) {
      const link = await links.find(linkId);
      const found = link && (await source.find(link, owner, repo));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const find = async (request: FastifyRequest): Promise<PanelRepository> => {
    const found = await findAny(request);
    if (found === undefined) throw noPage();
    return found;
  };
  const rest = ({ params }: FastifyRequest): string => z.object({ '*': z.string() }).parse(params)['*'];

  return async (app) => {
    // Any other address of two parts is none of ours.
    app.get('/:owner/:repo', open, async (request, reply) => {
      const repository = await findAny(request);
      return repository === undefined ? reply.callNotFound() : reply.redirect(repository.info.url, 302);
    });
    app.get('/:owner/:repo/commit/:sha', open, async (request, reply) => {
      const { sha } = z.object({ sha: z.string() }).parse(request.params);
      const found = await source.findCommit(await find(request), sha);
      if (found === undefined) throw noPage();
      return reply.redirect(found.commit.url, 302);
    });
    app.get('/:owner/:repo/tree/*', open, async (request, reply) => {
      const repository = await find(request);
      const branch = await source.findBranch(repository, rest(request));
      return reply.redirect(branch?.url ?? repository.info.url, 302);
    });
    // `branch...base`, or `repository:branch...repository:base`: where a pull request is begun.
    app.get('/:owner/:repo/compare/*', open, async (request, reply) => {
      const repository = await find(request);
      const [ends = ''] = rest(request).split('...');
      const branch = await source.findBranch(repository, ends.slice(ends.lastIndexOf(':') + 1));
      return reply.redirect(branch?.createPullRequestUrl ?? branch?.url ?? repository.info.url, 302);
    });
  };
}

const noPage = (): TielineError => new TielineError('resource-not-found', 'There is no such page');
