import type { FastifyRequest } from 'fastify';
import { notFound } from '../refusal.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  updateWebhook,
  type WebhookParent,
  webhookInput,
} from '../webhooks/registry.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import type { Principal } from '../world.ts';
import type { Permission } from './access.ts';
import { pageFrom, pageUncounted } from './paging.ts';
import { bodyOf, inPath, oneOf, sorted, textIn } from './query.ts';
import type { Rest } from './rest.ts';
import { executionView, webhookView } from './views.ts';

type Enter = (request: FastifyRequest, wanted: Permission) => { parent: WebhookParent; by: Principal };

/** Webhooks and what was delivered, on one kind of parent. */
function mount({ app, host, world, allowedTargets }: Rest, prefix: string, enter: Enter) {
  const one = `${prefix}/webhooks/:webhook_identifier`;
  const webhookOf = (request: FastifyRequest, wanted: Permission) =>
    getWebhook(world, enter(request, wanted).parent, inPath(request, 'webhook_identifier'));
  const executionOf = (request: FastifyRequest, webhook: Webhook) => {
    const found = webhook.executions.find((each) => String(each.id) === inPath(request, 'execution_id'));
    if (found === undefined) throw notFound();
    return found;
  };

  app.get(`${prefix}/webhooks`, (request, reply) => {
    const query = (textIn(request, 'query') ?? '').toLowerCase();
    const found = listWebhooks(world, enter(request, 'view').parent).filter((each) =>
      each.identifier.toLowerCase().includes(query),
    );
    const sort = oneOf(request, 'sort', ['id', 'uid', 'display_name', 'created', 'updated'], 'id');
    const by: Record<typeof sort, (each: Webhook) => string | number> = {
      id: (each) => each.id,
      uid: (each) => each.identifier,
      display_name: (each) => each.displayName,
      created: (each) => each.created,
      updated: (each) => each.updated,
    };
    const inOrder = sorted(found, by[sort], oneOf(request, 'order', ['asc', 'desc'], 'asc'));
    return pageFrom(request, reply, inOrder).map(webhookView);
  });

  app.post(`${prefix}/webhooks`, (request, reply) => {
    const { parent, by } = enter(request, 'edit');
    const webhook = createWebhook(world, parent, by, bodyOf(request, webhookInput), allowedTargets);
    reply.code(201);
    return webhookView(webhook);
  });

  app.get(one, (request) => webhookView(webhookOf(request, 'view')));

  app.patch(one, (request) => {
    const { parent } = enter(request, 'edit');
    const webhook = webhookOf(request, 'edit');
    updateWebhook(world, parent, webhook, bodyOf(request, webhookInput), allowedTargets);
    return webhookView(webhook);
  });

  app.delete(one, (request, reply) => {
    deleteWebhook(world, webhookOf(request, 'edit'));
    reply.code(204).send();
  });

  app.get(`${one}/executions`, (request, reply) => {
    const newestFirst = [...webhookOf(request, 'view').executions].reverse();
    return pageUncounted(request, reply, newestFirst).map(executionView);
  });

  app.get(`${one}/executions/:execution_id`, (request) =>
    executionView(executionOf(request, webhookOf(request, 'view'))),
  );

  app.post(`${one}/executions/:execution_id/retrigger`, async (request) => {
    const webhook = webhookOf(request, 'edit');
    return executionView(await host.deliveries.retrigger(webhook, executionOf(request, webhook)));
  });
}

/** Webhooks on repositories and on spaces. */
export function webhookRoutes(rest: Rest): void {
  mount(rest, '/repos/:repo_ref', (request, wanted) => {
    const { repository, by } = rest.actOn(request, wanted);
    return { parent: { repository }, by };
  });
  mount(rest, '/spaces/:space_ref', (request, wanted) => {
    const { space, by } = rest.spaceOf(request, wanted);
    return { parent: { space }, by };
  });
}
