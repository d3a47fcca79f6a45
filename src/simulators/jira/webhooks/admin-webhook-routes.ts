import { z } from 'zod';
import { refuse } from '../answer.ts';
import { getAccount } from '../platform/account.ts';
import { type Route, type RouteRequest, readJson } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { type AdminWebhook, adminEvents, complaintAboutUrl } from './webhook-store.ts';

const issueEvents = 'issue-related-events-section';

/** How an edition writes a webhook. Fields that it does not know it passes over. */
interface Shape {
  path: string;
  read(body: unknown): Omit<AdminWebhook, 'id' | 'updatedBy' | 'updatedAt'> | string;
  show(webhook: AdminWebhook, self: string): object;
}

const events = z.array(z.string().refine((one) => adminEvents.has(one), 'is no event')).default([]);
const url = z.url({ protocol: /^https?$/ });

const classicSchema = z.object({
  name: z.string().min(1),
  url,
  events,
  filters: z.object({ [issueEvents]: z.string().optional() }).default({}),
  excludeBody: z.boolean().default(false),
  enabled: z.boolean().default(true),
  secret: z.string().optional(),
});

/** Cloud, and Data Center before 10. Only Cloud signs. */
const classic = (mayHaveSecret: boolean): Shape => ({
  path: '/rest/webhooks/1.0/webhook',
  read(body) {
    const parsed = classicSchema.safeParse(body);
    if (!parsed.success) return z.prettifyError(parsed.error);
    const { filters, secret, ...rest } = parsed.data;
    return { ...rest, jql: filters[issueEvents] ?? '', ...(mayHaveSecret && secret ? { secret } : {}) };
  },
  show: (webhook, self) => ({
    name: webhook.name,
    url: webhook.url,
    excludeBody: webhook.excludeBody,
    filters: { [issueEvents]: webhook.jql },
    events: webhook.events,
    enabled: webhook.enabled,
    ...(mayHaveSecret && { isSigned: webhook.secret !== undefined }),
    self,
    lastUpdatedUser: webhook.updatedBy.accountId,
    lastUpdatedDisplayName: webhook.updatedBy.displayName,
    lastUpdated: webhook.updatedAt.getTime(),
  }),
});

const since10Schema = z.object({
  name: z.string().min(1),
  url,
  events,
  active: z.boolean().default(true),
  sslVerificationRequired: z.boolean().default(true),
  // A secret beside the configuration, where older versions and Cloud have it, is passed over.
  configuration: z
    .object({
      SECRET: z.string().optional(),
      EXCLUDE_BODY: z.enum(['true', 'false']).default('false'),
      FILTERS: z.string().default(''),
    })
    .prefault({}),
});

/** Data Center since 10: another address, and what is particular to Jira inside `configuration`. */
const since10: Shape = {
  path: '/rest/jira-webhook/1.0/webhooks',
  read(body) {
    const parsed = since10Schema.safeParse(body);
    if (!parsed.success) return z.prettifyError(parsed.error);
    const { configuration, active, name, url: to, events: on } = parsed.data;
    const { SECRET, EXCLUDE_BODY, FILTERS } = configuration;
    const excludeBody = EXCLUDE_BODY === 'true';
    return { name, url: to, events: on, jql: FILTERS, excludeBody, enabled: active, secret: SECRET };
  },
  show: (webhook, self) => ({
    id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    events: webhook.events,
    active: webhook.enabled,
    sslVerificationRequired: true,
    configuration: { EXCLUDE_BODY: String(webhook.excludeBody), FILTERS: webhook.jql },
    createdDate: webhook.updatedAt.getTime(),
    updatedDate: webhook.updatedAt.getTime(),
    self,
  }),
};

/** The webhooks of administrators: list, get, register, change, remove; for who may administer Jira. */
export function adminWebhookRoutes(world: World, isSince10 = false): Route[] {
  const shape = isSince10 ? since10 : classic(world.edition.name === 'cloud');
  const { admin } = world.webhooks;

  function getAdministrator(request: RouteRequest): SeedAccount {
    const account = getAccount(world, request);
    if (world.platform.may(account, 'ADMINISTER')) return account;
    throw refuse(403, 'You must have the Administer Jira global permission to manage webhooks.');
  }
  const show = (webhook: AdminWebhook) =>
    shape.show(webhook, `${world.restBase()}${shape.path}/${webhook.id}`);
  function get(request: RouteRequest): AdminWebhook {
    const webhook = admin.get(Number(request.parameter('id')));
    if (webhook === undefined) throw refuse(404, 'The webhook does not exist.');
    return webhook;
  }
  function put(request: RouteRequest, id: number): object {
    const updatedBy = getAdministrator(request);
    const read = shape.read(readJson(request, (status, message) => refuse(status, message)));
    if (typeof read === 'string') throw refuse(400, read);
    const complaint = complaintAboutUrl(world, read.url);
    if (complaint !== undefined) throw refuse(400, complaint);
    const webhook = { ...read, id, updatedBy, updatedAt: world.now() };
    admin.set(id, webhook);
    return show(webhook);
  }

  const one = `${shape.path}/:id`;
  return [
    {
      method: 'GET',
      path: shape.path,
      handle(request) {
        getAdministrator(request);
        return { status: 200, body: [...admin.values()].map(show) };
      },
    },
    {
      method: 'POST',
      path: shape.path,
      handle: (request) => ({ status: 201, body: put(request, world.webhooks.nextId()) }),
    },
    {
      method: 'GET',
      path: one,
      handle(request) {
        getAdministrator(request);
        return { status: 200, body: show(get(request)) };
      },
    },
    {
      method: 'PUT',
      path: one,
      handle(request) {
        getAdministrator(request);
        return { status: 200, body: put(request, get(request).id) };
      },
    },
    {
      method: 'DELETE',
      path: one,
      handle(request) {
        getAdministrator(request);
        admin.delete(get(request).id);
        return { status: 204 };
      },
    },
  ];
}
