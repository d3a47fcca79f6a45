import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../refusal.ts';
import { inPath } from '../rest/query.ts';
import type { World } from '../world.ts';
import { html, type Markup } from './html.ts';
import { layout } from './layout.ts';
import { commitPage, indexPage, pullPage, repositoryPage } from './repository-page.ts';

function say(reply: FastifyReply, title: string, main: Markup, status = 200) {
  return (
    reply
      .code(status)
      .type('text/html; charset=utf-8')
      // The page holds no script; a browser must not run one that a text smuggled in.
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(layout(title, main))
  );
}

async function pageAt(world: World, path: string): Promise<{ title: string; main: Markup }> {
  const [, ref = path, kind, which = ''] = /^(.+)\/(pulls|commit)\/([^/]+)$/.exec(path) ?? [];
  const repository = world.getRepository(ref);
  if (kind === 'commit') {
    const sha = await repository.git.get(which);
    return { title: sha.slice(0, 7), main: await commitPage(world, repository, sha) };
  }
  if (kind === undefined) {
    return { title: world.pathOf(repository), main: await repositoryPage(world, repository) };
  }
  const pull = repository.pullRequests.find((one) => String(one.number) === which);
  if (pull === undefined) throw new Refusal(404, 'Not Found');
  return { title: `#${pull.number} ${pull.title}`, main: await pullPage(world, repository, pull) };
}

/** The pages for people. They need no credential: who can reach a simulator may look at it. */
export function pageRoutes(app: FastifyInstance, world: World): void {
  app.get('/', (_, reply) => say(reply, 'Repositories', indexPage(world)));

  app.get('/*', async (request, reply) => {
    const path = inPath(request, '*').replace(/\/$/, '');
    // A wrong address of the API is answered as the API does.
    if (/^(code\/)?api\//.test(path)) return reply.code(404).send({ message: 'Not Found' });
    try {
      const { title, main } = await pageAt(world, path);
      return say(reply, title, main);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const text = html`<h1>There is nothing here</h1><section><p><a href="/">All repositories</a></p></section>`;
      return say(reply, 'Not found', text, 404);
    }
  });
}
