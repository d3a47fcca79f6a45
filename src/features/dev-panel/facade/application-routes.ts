import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { isoDate, nameText, text } from '../../../kit/paging.ts';
import { type Actor, type Changes, requireRole } from '../../access/index.ts';
import type { ConnectionStore } from '../../connections/index.ts';
import { getVisibleLink } from '../links/link-routes.ts';
import type { LinkStore } from '../links/link-store.ts';
import { linkReference } from '../links/link-view.ts';
import { type ApplicationStore, noApplication, type PanelToken } from './application-store.ts';
import type { HookStore, HookSummary } from './hook-store.ts';
import { siteOf } from './jira-address.ts';
import type { PanelSource } from './panel-source.ts';

const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  createdAt: isoDate,
  lastUsedAt: isoDate.nullable(),
});

const applicationView = z.object({
  url: z.string().meta({ description: 'What to enter in Jira as the host.' }),
  accounts: z.array(z.string()).meta({
    description: 'What to enter in Jira as the team or user account: one of these at a time.',
  }),
  clientId: z.string(),
  callbackUrl: z.string(),
  createdAt: isoDate,
});

const viewToken = (token: PanelToken): z.output<typeof tokenView> => ({
  ...token,
  createdAt: text(token.createdAt),
  lastUsedAt: text(token.lastUsedAt),
});

const webhooksView = z
  .object({
    count: z.number().int(),
    lastCalledAt: isoDate.nullable(),
    failing: z.array(
      z.object({
        repository: z.string(),
        url: z.string(),
        calledAt: isoDate,
        retryAt: isoDate.nullable(),
        code: z.string(),
        message: z.string(),
        hint: z.string(),
      }),
    ),
  })
  .meta({
    description:
      'The webhooks that Jira registered, and those that could not be called last time. Without a moment for the ' +
      'next try Jira finds out by itself, at its next look.',
  });

const viewWebhooks = ({ count, calledAt, failing }: HookSummary): z.output<typeof webhooksView> => ({
  count,
  lastCalledAt: text(calledAt),
  failing: failing.map((one) => ({ ...one, calledAt: text(one.calledAt), retryAt: text(one.retryAt) })),
});

/** `/api/v1/links/{link}/facade`: lets a self-hosted Jira read a link as it reads GitHub Enterprise. */
export function applicationRoutes(parts: {
  links: LinkStore;
  connections: ConnectionStore;
  applications: ApplicationStore;
  source: PanelSource;
  hooks: HookStore;
  changes: Changes;
  publicUrl: string | undefined;
}): FastifyPluginAsyncZod {
  const { links, connections, applications, source, hooks, changes } = parts;
  const getLink = async (actor: Actor | undefined, reference: string) => {
    const link = await getVisibleLink(links, actor, reference);
    requireRole(actor, 'editor', link.scope);
    return link;
  };
  const publicUrl = () => {
    if (parts.publicUrl !== undefined) return parts.publicUrl;
    throw new TielineError('public-url-missing', 'There is no address yet at which Jira could read');
  };

  return async (app) => {
    app.post(
      '/api/v1/links/:link/facade',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Let a self-hosted Jira read the link as it reads GitHub Enterprise',
          description: 'The client secret is in this answer and nowhere else.',
          tags: ['links'],
          params: linkReference,
          body: z.strictObject({
            callbackUrl: z
              .url({ protocol: /^https?$/ })
              .optional()
              .meta({ description: 'Jira’s base URL; that of the Jira connection when absent.' }),
          }),
          response: { 201: applicationView.extend({ clientSecret: z.string() }) },
        },
      },
      async (request, reply) => {
        const link = await getLink(request.actor, request.params.link);
        const url = publicUrl();
        const callbackUrl = request.body.callbackUrl ?? siteOf(await connections.get(link.jiraConnectionId));
        const accounts = await source.listAccounts(link);
        const made = await changes.make(request, (change) => applications.create(change, link, callbackUrl));
        const { clientId, clientSecret, createdAt } = made;
        return reply
          .status(201)
          .header('cache-control', 'no-store')
          .send({ url, accounts, clientId, clientSecret, callbackUrl, createdAt: text(createdAt) });
      },
    );

    app.get(
      '/api/v1/links/:link/facade',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Show how Jira reads the link, and who holds a token',
          tags: ['links'],
          params: linkReference,
          response: { 200: applicationView.extend({ tokens: z.array(tokenView), webhooks: webhooksView }) },
        },
      },
      async (request) => {
        const link = await getLink(request.actor, request.params.link);
        const application = await applications.find(link.id);
        if (application === undefined) throw noApplication(link);
        const { clientId, callbackUrl, createdAt } = application;
        const [accounts, tokens, webhooks] = await Promise.all([
          source.listAccounts(link),
          applications.listTokens(link.id),
          hooks.summarize(link.id),
        ]);
        return {
          url: publicUrl(),
          accounts,
          clientId,
          callbackUrl,
          createdAt: text(createdAt),
          tokens: tokens.map(viewToken),
          webhooks: viewWebhooks(webhooks),
        };
      },
    );

    app.delete(
      '/api/v1/links/:link/facade',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Let no Jira read the link any more: every token ends',
          tags: ['links'],
          params: linkReference,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const link = await getLink(request.actor, request.params.link);
        await changes.make(request, (change) => applications.remove(change, link));
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/links/:link/facade/tokens',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Make a token with which the link can be read, for a client without OAuth',
          description: 'Its text is in this answer and nowhere else.',
          tags: ['links'],
          params: linkReference,
          body: z.strictObject({ name: nameText }),
          response: { 201: tokenView.extend({ token: z.string() }) },
        },
      },
      async (request, reply) => {
        const link = await getLink(request.actor, request.params.link);
        if ((await applications.find(link.id)) === undefined) throw noApplication(link);
        const made = await changes.make(request, (change) =>
          applications.makeToken(change, link, request.body.name),
        );
        return reply
          .status(201)
          .header('cache-control', 'no-store')
          .send({ ...viewToken(made), token: made.token });
      },
    );

    app.delete(
      '/api/v1/links/:link/facade/tokens/:token',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'End a token with which the link is read',
          tags: ['links'],
          params: linkReference.extend({ token: z.uuid() }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const link = await getLink(request.actor, request.params.link);
        await changes.make(request, (change) => applications.revokeToken(change, link, request.params.token));
        return reply.status(204).send(null);
      },
    );
  };
}
