import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { ConnectionStore } from '../../connections/index.ts';
import type { ApplicationStore } from './application-store.ts';
import { asReader, notFound, repositoryPath } from './github-answers.ts';
import type { HookStore } from './hook-store.ts';
import { pathAtJira, siteOf } from './jira-address.ts';
import { cut, type Paged, pageOf } from './paging.ts';
import { type PanelRepository, placeOf } from './panel-source.ts';
import type { Wire } from './wire.ts';

/** GitHub's own defaults. https://docs.github.com/en/rest/repos/webhooks#create-a-repository-webhook */
const wantedHook = z.object({
  active: z.boolean().default(true),
  events: z.array(z.string().min(1).max(100)).min(1).max(50).default(['push']),
  config: z.object({
    url: z.url({ protocol: /^https?$/ }).max(2_000),
    content_type: z.enum(['form', 'json']).default('form'),
    secret: z.string().min(1).max(1_000).optional(),
  }),
});

/** `/api/v3/repos/{owner}/{repo}/hooks`: where Jira's connector asks to be told of changes. */
export function addHookRoutes(
  app: FastifyInstance,
  parts: {
    hooks: HookStore;
    applications: ApplicationStore;
    connections: ConnectionStore;
    wire: Wire;
    repositoryOf(request: FastifyRequest): Promise<PanelRepository>;
    answerPage<T, W>(request: FastifyRequest, reply: FastifyReply, page: Paged<T>, show: (item: T) => W): W[];
  },
): void {
  const { hooks, applications, connections, wire, repositoryOf, answerPage } = parts;

  /** @throws request-invalid when the address is not one of the Jira that was let in */
  const assertOfJira = async ({ link }: PanelRepository, url: string): Promise<void> => {
    const site = siteOf(await connections.get(link.jiraConnectionId));
    const { callbackUrl = site } = (await applications.find(link.id)) ?? {};
    pathAtJira(url, [callbackUrl, site]);
  };

  app.get(`${repositoryPath}/hooks`, asReader, async (request, reply) => {
    const repository = await repositoryOf(request);
    const all = await hooks.list(placeOf(repository));
    return answerPage(request, reply, cut(all, pageOf(request)), (hook) => wire.hook(repository, hook));
  });

  app.post(`${repositoryPath}/hooks`, asReader, async (request, reply) => {
    const repository = await repositoryOf(request);
    const { data, error } = wantedHook.safeParse(request.body);
    const refuse = (errors: { field: string; message: string }[]) =>
      reply.status(422).send({
        message: 'Validation Failed',
        errors: errors.map((one) => ({ resource: 'Hook', code: 'custom', ...one })),
      });
    if (data === undefined) {
      return refuse(error.issues.map(({ path, message }) => ({ field: path.join('.'), message })));
    }
    const { active, events, config } = data;
    const { url, content_type: contentType, secret } = config;
    try {
      await assertOfJira(repository, url);
      const hook = await hooks.put(placeOf(repository), { url, contentType, events, active, secret });
      return reply.status(201).send(wire.hook(repository, hook));
    } catch (thrown) {
      if (!(thrown instanceof TielineError) || thrown.code !== 'request-invalid') throw thrown;
      return refuse([{ field: 'config.url', message: `${thrown.message}. ${thrown.hint}` }]);
    }
  });

  app.delete(`${repositoryPath}/hooks/:hook`, asReader, async (request, reply) => {
    const repository = await repositoryOf(request);
    const { hook } = z.object({ hook: z.coerce.number().int() }).parse(request.params);
    if (!(await hooks.remove(placeOf(repository), hook))) throw notFound();
    return reply.status(204).send();
  });
}
