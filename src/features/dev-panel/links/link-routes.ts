import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { validate } from 'uuid';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { cursorOf, isoDate, pageOf, pageQuery } from '../../../kit/paging.ts';
import {
  type Actor,
  type Changes,
  homeScopeOf,
  maySee,
  requireRole,
  resolveReference,
  scopeSchema,
  scopesOf,
} from '../../access/index.ts';
import { type ConnectionStore, getVisibleConnection, type JiraClients } from '../../connections/index.ts';
import type { BackfillStore } from '../backfill/backfill-store.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { LookStore } from '../looks/look-store.ts';
import { lookView, viewLook } from '../looks/look-view.ts';
import { countShown } from '../memory/memory.ts';
import { assertNotDisconnecting, type Link, type LinkStore, noLink } from './link-store.ts';
import { levels, linkReference, linkRules, linkView, scopePath, shownView, viewLink } from './link-view.ts';
import { assertPaths, assertRights, assertSameScope } from './scope-assertions.ts';
import { hookUrl, type Subscriptions } from './subscriptions.ts';

/** What the routes of links stand on. */
export interface LinkParts {
  database: Database;
  changes: Changes;
  connections: ConnectionStore;
  links: LinkStore;
  backfills: BackfillStore;
  looks: LookStore;
  codeHosts: CodeHosts;
  jiraClients: JiraClients;
  subscriptions: Subscriptions;
  publicUrl: string | undefined;
  now(): Date;
}

const reference = z.string().min(1).max(300);
/** The backfill that a new link starts with. */
export const backfillWanted = z
  .strictObject({ since: isoDate.nullable().default(null) })
  .nullable()
  .meta({
    description: 'What was there before: since a moment, or null for all time. No backfill when null.',
  });

/**
 * The link of a request, if it is the caller's to see: by its id, or by its name as references go (`account.shop`,
 * `org.shop`, `shop` of the caller's own scope). A bare name that is not there may also be that of one other link.
 * @throws resource-not-found, request-invalid for a name that several links have
 */
export async function getVisibleLink(
  links: LinkStore,
  actor: Actor | undefined,
  idOrReference: string,
): Promise<Link> {
  if (validate(idOrReference)) {
    const link = await links.get(idOrReference);
    if (maySee(actor, link.scope)) return link;
    throw noLink(idOrReference);
  }
  const { scope, name } = resolveReference(idOrReference, homeScopeOf(actor));
  const visible = (await links.listNamed(name)).filter((link) => maySee(actor, link.scope));
  const meant = visible.find((link) => link.scope === scope);
  if (meant !== undefined) return meant;
  const [other, ...more] = name === idOrReference ? visible : [];
  if (other === undefined) throw noLink(idOrReference);
  if (more.length === 0) return other;
  throw new TielineError('request-invalid', `Several links are named "${name}"`, {
    hint: `Name one by its id: ${visible.map((link) => `${link.id} (${link.scope})`).join(', ')}.`,
  });
}

/** `/api/v1/links`: a part of a code host tied to one Jira. */
export function linkRoutes(parts: LinkParts): FastifyPluginAsyncZod {
  const { database, changes, connections, links, backfills, looks, codeHosts, jiraClients, subscriptions } =
    parts;
  const view = (link: Link) => viewLink(link, parts.publicUrl);

  return async (app) => {
    app.post(
      '/api/v1/links',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Tie a part of a code host to a Jira: registers webhooks, starts the backfill',
          tags: ['links'],
          body: z.strictObject({
            ...linkRules,
            scope: scopeSchema.default('account'),
            hostConnection: reference.meta({
              description: 'The connection to the code host, by id or name.',
            }),
            jiraConnection: reference.meta({ description: 'The Jira connection, by id or name.' }),
            level: levels,
            paths: z.array(scopePath).min(1).max(200).meta({
              description: 'As the host writes it: one account or organization, or one or more projects.',
            }),
            backfill: backfillWanted.default({ since: null }),
          }),
          response: { 201: linkView },
        },
      },
      async (request, reply) => {
        const { hostConnection, jiraConnection, backfill, paths: given, ...wanted } = request.body;
        requireRole(request.actor, 'editor', wanted.scope);
        const paths = assertPaths(wanted.level, given);
        const host = await getVisibleConnection(connections, request.actor, hostConnection);
        const jira = await getVisibleConnection(connections, request.actor, jiraConnection);
        await jiraClients.get(jira.id);
        const opened = await codeHosts.open(host.id);
        await assertRights(opened, paths);
        const made = await changes.make(request, async (change) => {
          const link = await links.create(change, {
            ...wanted,
            paths,
            hostConnectionId: host.id,
            jiraConnectionId: jira.id,
            host: opened.address,
          });
          if (backfill !== null) await backfills.start(change, link, sinceOf(backfill.since));
          return link;
        });
        return reply.status(201).send(view(await subscriptions.register(made)));
      },
    );

    app.get(
      '/api/v1/links',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List links, newest first',
          tags: ['links'],
          querystring: pageQuery,
          response: { 200: pageOf(linkView) },
        },
      },
      async (request) => {
        const { cursor, limit } = request.query;
        const page = await links.list({ within: scopesOf(request.actor), before: cursor, limit });
        return { items: page.map(view), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/links/:link',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Show a link, with how much of it Jira shows now',
          tags: ['links'],
          params: linkReference,
          response: { 200: linkView.extend({ shown: shownView, lastLook: lookView.nullable() }) },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        const [last] = await looks.list(link.id, 1);
        return {
          ...view(link),
          shown: await countShown(database.kysely, link.id),
          lastLook: last === undefined ? null : viewLook(last, link),
        };
      },
    );

    app.put(
      '/api/v1/links/:link',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary:
            'Change which repositories and Jira projects a link takes; of a link of projects also these',
          tags: ['links'],
          params: linkReference,
          body: z.strictObject({
            ...linkRules,
            paths: z.array(scopePath).min(1).max(200).optional(),
            backfill: backfillWanted.optional().meta({
              description:
                'What the repositories hold already; of all time when projects are added, else none.',
            }),
          }),
          response: { 200: linkView },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'editor', link.scope);
        const before = link.scopes.map(({ path }) => path);
        const { paths = before, backfill: given, ...rules } = request.body;
        assertNotDisconnecting(link);
        assertSameScope(link, paths);
        const gained = paths.filter((path) => !before.includes(path));
        if (gained.length > 0) await assertRights(await codeHosts.open(link.hostConnectionId), gained);
        const backfill = given === undefined && gained.length > 0 ? { since: null } : given;
        const changed = await changes.make(request, async (change) => {
          const next = await links.change(change, link.id, {
            ...rules,
            paths: assertPaths(link.level, paths),
          });
          if (backfill != null) await backfills.start(change, next, sinceOf(backfill.since));
          return next;
        });
        return view(await subscriptions.register(changed));
      },
    );

    app.post(
      '/api/v1/links/:link/webhooks',
      {
        config: { access: { role: 'editor', unaudited: 'it makes what the link already says' } },
        schema: {
          summary: 'Register the webhooks that are missing',
          tags: ['links'],
          params: linkReference,
          response: { 200: linkView },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'editor', link.scope);
        assertNotDisconnecting(link);
        return view(await subscriptions.register(link));
      },
    );

    app.get(
      '/api/v1/links/:link/webhook-secret',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary:
            'The address and the secret to enter at the host, where the token may not register webhooks',
          tags: ['links'],
          params: linkReference,
          response: { 200: z.object({ url: z.string(), secret: z.string() }) },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'editor', link.scope);
        if (parts.publicUrl === undefined) {
          throw new TielineError(
            'public-url-missing',
            'There is no address yet to which the host could send',
          );
        }
        reply.header('cache-control', 'no-store');
        return { url: hookUrl(parts.publicUrl, link), secret: await links.secretTextOf(link) };
      },
    );

    app.delete(
      '/api/v1/links/:link',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Disconnect: webhooks and everything that was sent are removed, then the link itself',
          description:
            'Goes on in the background: the link is shown as disconnecting until nothing of it is left.',
          tags: ['links'],
          params: linkReference,
          response: { 202: linkView },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.link);
        requireRole(request.actor, 'editor', link.scope);
        const gone = await changes.make(request, (change) => links.disconnect(change, link.id));
        return reply.status(202).send(view(gone));
      },
    );
  };
}

const sinceOf = (since: string | null): Date | null => (since === null ? null : new Date(since));
