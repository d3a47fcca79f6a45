import { z } from 'zod';
import { refuse } from '../answer.ts';
import { getGatewayCaller } from '../oauth/platform-routes.ts';
import { getAccount } from '../platform/account.ts';
import { type Clause, JqlError, listClauses, parseJql } from '../platform/jql.ts';
import { type Route, type RouteRequest, readJson } from '../route.ts';
import type { World } from '../world.ts';
import { complaintAboutUrl, type DynamicWebhook, dynamicEvents } from './webhook-store.ts';

const lifeMs = 30 * 24 * 60 * 60_000;
/** An app may have so many for one person at one site. */
const mostOfAnApp = 5;

const registration = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  webhooks: z
    .array(
      z.strictObject({
        events: z.array(z.string()).min(1),
        jqlFilter: z.string(),
        fieldIdsFilter: z.array(z.string()).optional(),
        issuePropertyKeysFilter: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});
const ids = z.strictObject({ webhookIds: z.array(z.int()).min(1) });

const filterFields = new Set([
  'issuekey',
  'key',
  'project',
  'issuetype',
  'status',
  'priority',
  'assignee',
  'reporter',
]);
const isFilter = ({ field, operator }: Clause) =>
  (filterFields.has(field) || /^(?:issue\.property\[|cf\[)/.test(field)) &&
  ['=', '!=', 'in', 'not in'].includes(operator);

/** What is wrong with a filter, if something is: an app's webhook takes a part of JQL alone. */
function complaintAbout(jql: string): string | undefined {
  try {
    const clause = listClauses(parseJql(jql)).find((one) => !isFilter(one));
    return clause && `The field or operator of '${clause.field}' is not supported in webhook filters.`;
  } catch (error) {
    if (error instanceof JqlError) return error.message;
    throw error;
  }
}

/** The webhooks of apps: an OAuth 2.0 (3LO) app sees and changes its own alone. */
export function dynamicWebhookRoutes(world: World): Route[] {
  const { dynamic } = world.webhooks;

  function getApp(request: RouteRequest): { app: string; email: string } {
    const { email } = getAccount(world, request);
    const app = request.listener === 'gateway' ? getGatewayCaller(world, request).app : undefined;
    if (app !== undefined) return { app, email };
    throw refuse(403, 'The caller is not a Connect or OAuth 2.0 app.');
  }
  const read = <S extends z.ZodType>(schema: S, request: RouteRequest): z.output<S> => {
    const parsed = schema.safeParse(readJson(request, (status, message) => refuse(status, message)));
    if (parsed.success) return parsed.data;
    throw refuse(400, z.prettifyError(parsed.error));
  };
  const listOf = ({ app, email }: { app: string; email: string }): DynamicWebhook[] =>
    [...dynamic.values()].filter(
      (one) => one.app === app && one.email === email && one.expiresAt > world.now(),
    );
  const expiry = () => new Date(world.now().getTime() + lifeMs);

  function register(request: RouteRequest) {
    const who = getApp(request);
    const { url, webhooks } = read(registration, request);
    const wrong = complaintAboutUrl(world, url);
    if (wrong !== undefined) throw refuse(400, wrong);
    return webhooks.map((wanted) => {
      const errors: string[] = [];
      const unknown = wanted.events.find((one) => !dynamicEvents.has(one));
      if (unknown !== undefined) errors.push(`The event ${unknown} is not supported.`);
      const complaint = complaintAbout(wanted.jqlFilter);
      if (complaint !== undefined) errors.push(complaint);
      const mine = listOf(who);
      if (mine.length >= mostOfAnApp) errors.push(`The limit of ${mostOfAnApp} webhooks is reached.`);
      if (mine.some((one) => one.url !== url)) {
        errors.push('Only one URL can be used for webhooks of an app.');
      }
      if (errors.length > 0) return { errors };
      const id = world.webhooks.nextId();
      dynamic.set(id, { ...wanted, ...who, id, url, expiresAt: expiry() });
      return { createdWebhookId: id };
    });
  }

  return world.edition.apiVersions.flatMap((api): Route[] => {
    const path = `/rest/api/${api}/webhook`;
    return [
      {
        method: 'GET',
        path,
        handle(request) {
          const values = listOf(getApp(request)).map(
            ({ app: _app, email: _email, url: _url, expiresAt, ...one }) => ({
              ...one,
              expirationDate: expiresAt.getTime(),
            }),
          );
          const body = { maxResults: 100, startAt: 0, total: values.length, isLast: true, values };
          return { status: 200, body };
        },
      },
      {
        method: 'POST',
        path,
        handle: (request) => ({ status: 200, body: { webhookRegistrationResult: register(request) } }),
      },
      {
        method: 'DELETE',
        path,
        handle(request) {
          const mine = listOf(getApp(request));
          const { webhookIds } = read(ids, request);
          for (const one of mine.filter(({ id }) => webhookIds.includes(id))) dynamic.delete(one.id);
          return { status: 202 };
        },
      },
      {
        method: 'PUT',
        path: `${path}/refresh`,
        handle(request) {
          const mine = listOf(getApp(request));
          const { webhookIds } = read(ids, request);
          const expiresAt = expiry();
          for (const one of mine.filter(({ id }) => webhookIds.includes(id))) one.expiresAt = expiresAt;
          return { status: 200, body: { expirationDate: expiresAt.getTime() } };
        },
      },
    ];
  });
}
