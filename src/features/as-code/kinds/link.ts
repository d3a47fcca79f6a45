import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { nameText } from '../../../kit/paging.ts';
import { maySee, requireRole } from '../../access/index.ts';
import type { StoredConnection } from '../../connections/index.ts';
import {
  addressOf,
  assertPaths,
  backfillWanted,
  type Link,
  levels,
  linkRules,
  scopePath,
} from '../../dev-panel/index.ts';
import { readPages } from '../read-pages.ts';
import {
  connectionReference,
  getReferredConnection,
  referredConnection,
  writeReference,
} from '../references.ts';
import type { Resource, ResourceKind } from '../resource.ts';
import type { Stores, WritingStores } from '../stores.ts';

const { name: _, ...rules } = linkRules;
const spec = z.strictObject({
  hostConnection: connectionReference,
  jiraConnection: connectionReference,
  level: levels,
  paths: z.array(scopePath).min(1).max(200),
  ...rules,
  backfill: backfillWanted.optional(),
});
type LinkSpec = z.output<typeof spec>;

/** @throws request-invalid for a connection of another kind of product */
function assertCan(
  { parts }: Stores,
  { connector, name }: StoredConnection,
  { what, part, path }: { what: string; part: 'jira' | 'codeHost'; path: string },
): void {
  if (parts.connectors.get(connector)?.[part] !== undefined) return;
  const message = `"${name}" is not a connection to ${what}`;
  throw new TielineError('request-invalid', message, { fields: [{ path, message }] });
}

/** Registers webhooks once all is committed: the host is asked then. */
function registerLater({ afterwards, subscriptions }: WritingStores, link: Link): void {
  afterwards(async () => {
    const { scopes } = await subscriptions.register(link);
    return scopes.flatMap(({ path, problem }) =>
      problem === null ? [] : [`The webhook of ${path} is missing: ${problem.message}. ${problem.hint}`],
    );
  });
}

/** Links of code hosts to Jira. */
export const linkKind: ResourceKind<LinkSpec> = {
  kind: 'Link',
  subject: 'link',
  name: nameText,
  spec,
  unread: ['backfill'],
  lingers: true,
  dependsOn: ({ scope, spec: { hostConnection, jiraConnection } }) =>
    [hostConnection, jiraConnection].flatMap((reference) => referredConnection(reference, scope) ?? []),
  check(_stores, { spec: { level, paths } }) {
    assertPaths(level, paths);
  },
  async settle(stores, document) {
    const { scope, spec: wanted } = document;
    const canonical = async (reference: string) =>
      writeReference(await getReferredConnection(stores, reference, scope), scope);
    return {
      ...document,
      spec: {
        ...wanted,
        hostConnection: await canonical(wanted.hostConnection),
        jiraConnection: await canonical(wanted.jiraConnection),
        paths: assertPaths(wanted.level, wanted.paths).toSorted(),
      },
    };
  },
  authorise({ actor }, { scope }) {
    requireRole(actor, 'editor', scope);
  },
  async read(stores, within) {
    const { actor, links, connections } = stores;
    const found = await readPages((page) => links.list({ within, ...page }));
    const visible = found.filter(({ scope }) => maySee(actor, scope));
    const known = new Map<string, StoredConnection>();
    for (const id of visible.flatMap((link) => [link.hostConnectionId, link.jiraConnectionId])) {
      if (!known.has(id)) known.set(id, await connections.get(id));
    }
    return visible.map((link) => view(link, known));
  },
  async create(stores, { name, scope, spec: { backfill = { since: null }, ...wanted } }) {
    const { change, links, backfills } = stores;
    const host = await getReferredConnection(stores, wanted.hostConnection, scope);
    const jira = await getReferredConnection(stores, wanted.jiraConnection, scope);
    assertCan(stores, host, { what: 'a code host', part: 'codeHost', path: 'hostConnection' });
    assertCan(stores, jira, { what: 'Jira', part: 'jira', path: 'jiraConnection' });
    const link = await links.create(change, {
      ...wanted,
      name,
      scope,
      hostConnectionId: host.id,
      jiraConnectionId: jira.id,
      host: addressOf(host.settings),
    });
    if (backfill !== null) {
      await backfills.start(change, link, backfill.since === null ? null : new Date(backfill.since));
    }
    registerLater(stores, link);
    return { id: link.id };
  },
  async update(stores, { name, spec: wanted }, { id, spec: before }, changed) {
    const { change, links } = stores;
    const fixed = [
      'hostConnection',
      'jiraConnection',
      'level',
      ...(before.level === 'project' ? [] : ['paths']),
    ];
    const wrong = fixed.find((field) => changed.has(field));
    if (wrong !== undefined) {
      const message = 'A link keeps its connections and its scope for life';
      throw new TielineError('link-scope-fixed', message, { fields: [{ path: wrong, message }] });
    }
    registerLater(stores, await links.change(change, id, { ...wanted, name }));
  },
  async remove({ change, links }, { id }) {
    await links.disconnect(change, id);
  },
};

function view(link: Link, connections: Map<string, StoredConnection>): Resource<LinkSpec> {
  const { id, name, scope, level, includeRepositories, excludeRepositories, projects, smartCommits } = link;
  const reference = (connectionId: string): string => {
    const connection = connections.get(connectionId);
    return connection === undefined ? connectionId : writeReference(connection, scope);
  };
  return {
    id,
    name,
    scope,
    spec: {
      hostConnection: reference(link.hostConnectionId),
      jiraConnection: reference(link.jiraConnectionId),
      level,
      paths: link.scopes.map(({ path }) => path).toSorted(),
      includeRepositories,
      excludeRepositories,
      projects,
      smartCommits,
    },
    whenAbsent: {
      includeRepositories: null,
      excludeRepositories: null,
      projects: null,
      smartCommits: 'auto',
    },
    ...(link.disconnectingSince === null ? {} : { state: 'ending' as const }),
  };
}
