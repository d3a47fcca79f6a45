import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import type { RightReport } from '../../../kit/code-host.ts';
import { TielineError } from '../../../kit/errors.ts';
import { cursorOf, idParameter, isoDate, pageOf, pageQuery } from '../../../kit/paging.ts';
import { type Actor, type Changes, maySee, requireRole, scopeSchema, scopesOf } from '../../access/index.ts';
import { type ConnectionStore, getVisibleConnection, type JiraClients } from '../../connections/index.ts';
import type { BackfillStore } from '../backfill/backfill-store.ts';
import type { CodeHosts, OpenedHost } from '../code-hosts.ts';
import type { LookStore } from '../looks/look-store.ts';
import { lookView, viewLook } from '../looks/look-view.ts';
import { countShown } from '../memory/memory.ts';
import { type Link, type LinkStore, noLink } from './link-store.ts';
import { levels, linkRules, linkView, scopePath, shownView, viewLink } from './link-view.ts';
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

/** The link of a request, if it is the caller's to see. @throws resource-not-found */
export async function getVisibleLink(links: LinkStore, actor: Actor | undefined, id: string): Promise<Link> {
  const link = await links.get(id);
  if (maySee(actor, link.scope)) return link;
  throw noLink(id);
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
      '/api/v1/links/:id',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Show a link, with how much of it Jira shows now',
          tags: ['links'],
          params: idParameter,
          response: { 200: linkView.extend({ shown: shownView, lastLook: lookView.nullable() }) },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.id);
        const [last] = await looks.list(link.id, 1);
        return {
          ...view(link),
          shown: await countShown(database.kysely, link.id),
          lastLook: last === undefined ? null : viewLook(last, link),
        };
      },
    );

    app.put(
      '/api/v1/links/:id',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary:
            'Change which repositories and Jira projects a link takes; of a link of projects also these',
          tags: ['links'],
          params: idParameter,
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
        const link = await getVisibleLink(links, request.actor, request.params.id);
        requireRole(request.actor, 'editor', link.scope);
        const before = link.scopes.map(({ path }) => path);
        const { paths = before, backfill: given, ...rules } = request.body;
        assertSameScope(link, paths);
        const gained = paths.filter((path) => !before.includes(path));
        if (gained.length > 0) await assertRights(await codeHosts.open(link.hostConnectionId), gained);
        const lost = link.scopes.filter(({ path }) => !paths.includes(path));
        await subscriptions.remove(link, lost);
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
      '/api/v1/links/:id/webhooks',
      {
        config: { access: { role: 'editor', unaudited: 'it makes what the link already says' } },
        schema: {
          summary: 'Register the webhooks that are missing',
          tags: ['links'],
          params: idParameter,
          response: { 200: linkView },
        },
      },
      async (request) => {
        const link = await getVisibleLink(links, request.actor, request.params.id);
        requireRole(request.actor, 'editor', link.scope);
        return view(await subscriptions.register(link));
      },
    );

    app.get(
      '/api/v1/links/:id/webhook-secret',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary:
            'The address and the secret to enter at the host, where the token may not register webhooks',
          tags: ['links'],
          params: idParameter,
          response: { 200: z.object({ url: z.string(), secret: z.string() }) },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.id);
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
      '/api/v1/links/:id',
      {
        config: { access: { role: 'editor' } },
        schema: {
          summary: 'Disconnect: webhooks and everything that was sent are removed, then the link itself',
          description:
            'Goes on in the background: the link is shown as disconnecting until nothing of it is left.',
          tags: ['links'],
          params: idParameter,
          response: { 202: linkView },
        },
      },
      async (request, reply) => {
        const link = await getVisibleLink(links, request.actor, request.params.id);
        requireRole(request.actor, 'editor', link.scope);
        const gone = await changes.make(request, (change) => links.disconnect(change, link.id));
        return reply.status(202).send(view(gone));
      },
    );
  };
}

const sinceOf = (since: string | null): Date | null => (since === null ? null : new Date(since));

/** The paths of a link, each once; several only where they are projects. @throws request-invalid */
export function assertPaths(level: z.output<typeof levels>, given: string[]): string[] {
  const paths = [...new Set(given)];
  if (level === 'project' || paths.length === 1) return paths;
  throw new TielineError(
    'request-invalid',
    `A link of the level ${level} has one path, not ${paths.length}`,
    {
      fields: [{ path: 'paths', message: 'expected one path' }],
    },
  );
}

/** A link keeps its scope for life; one of projects may gain and lose some, but keeps one of them. */
function assertSameScope(link: Link, paths: string[]): void {
  const before = link.scopes.map(({ path }) => path);
  const same = link.level === 'project' || paths.join('\n') === before.join('\n');
  if (same) return;
  throw new TielineError(
    'link-scope-fixed',
    `The link "${link.name}" is tied to ${before.join(', ')} for good`,
  );
}

/**
 * A right that only webhooks need may be missing: the link then shows what stands in the way, and the address and the
 * secret for whoever registers them by hand.
 * @throws link-rights-missing naming each right that the token lacks
 */
async function assertRights({ codeHost, connection }: OpenedHost, paths: string[]): Promise<void> {
  const reports = await Promise.all(paths.map((path) => codeHost.checkRights(connection, path)));
  const missing: RightReport[] = reports
    .flat()
    .filter(({ state, neededFor }) => state === 'missing' && neededFor === 'reading');
  if (missing.length === 0) return;
  throw new TielineError(
    'link-rights-missing',
    [...new Set(missing.map(({ message }) => message))].join('; '),
  );
}
