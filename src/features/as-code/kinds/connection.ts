import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { nameText } from '../../../kit/paging.ts';
import { secretReferencesIn } from '../../../kit/settings.ts';
import { maySee, requireRole, resolveReference } from '../../access/index.ts';
import {
  checkSettings,
  connectionSettings,
  environmentRules,
  parseSettings,
  type StoredConnection,
  usageScopes,
} from '../../connections/index.ts';
import { parseReference, usageOf } from '../../secrets/index.ts';
import { readPages } from '../read-pages.ts';
import { referredConnection } from '../references.ts';
import type { Document, Resource, ResourceKind, ResourceReference } from '../resource.ts';
import type { Stores } from '../stores.ts';

const spec = z.strictObject({
  connector: z.string().min(1).max(64),
  settings: connectionSettings,
  usageScopes,
  selfService: z.boolean().optional(),
  environmentRules: environmentRules.optional(),
});
type ConnectionSpec = z.output<typeof spec>;

/** What a reference to a secret needs to be there: the secret, or the connection through which it is read. */
function neededFor(text: string, path: string, from: string): ResourceReference[] {
  const reference = parseReference(text, path);
  if (reference.kind === 'named') return [{ kind: 'Secret', ...resolveReference(text, from) }];
  const through = reference.kind === 'vault' ? referredConnection(reference.connection, from) : undefined;
  return through === undefined ? [] : [through];
}

/** A connection as what `checkSettings` wants. */
const openableOf = (
  id: string,
  { name, scope, spec: { connector, settings, usageScopes: usable } }: Document<ConnectionSpec>,
) => ({ id, name, scope, connector, settings, usageScopes: usable });

function view({ parts }: Stores, stored: StoredConnection): Resource<ConnectionSpec> {
  const { id, name, scope, connector, settings, selfService } = stored;
  // In the order of the schema, and with the defaults that a newer version may have added.
  const parsed = parts.connectors.get(connector)?.settings.safeParse(settings);
  return {
    id,
    name,
    scope,
    spec: {
      connector,
      settings: parsed?.success === true ? parsed.data : settings,
      usageScopes: stored.usageScopes.toSorted(),
      selfService,
      environmentRules: stored.environmentRules,
    },
    whenAbsent: {
      usageScopes: usageOf({ usageScopes: [scope], limits: stored.secretLimits }).usageScope,
      selfService: false,
      environmentRules: {},
    },
  };
}

/** Connections. They are saved without a test: the transaction must not wait for the other side. */
export const connectionKind: ResourceKind<ConnectionSpec> = {
  kind: 'Connection',
  subject: 'connection',
  name: nameText,
  spec,
  unread: [],
  dependsOn: ({ scope, spec: { settings } }) =>
    secretReferencesIn(settings).flatMap(({ path, secret }) => neededFor(secret, path, scope)),
  check({ parts }, { spec: { connector, settings } }) {
    parseSettings(parts, connector, settings);
  },
  async settle({ parts }, document) {
    const settings = parseSettings(parts, document.spec.connector, document.spec.settings);
    const usable = document.spec.usageScopes?.toSorted();
    return { ...document, spec: { ...document.spec, settings, usageScopes: usable } };
  },
  authorise({ actor }, { scope }) {
    requireRole(actor, 'editor', scope);
  },
  async read(stores, within) {
    const stored = await readPages((page) => stores.connections.list({ within, ...page }));
    return stored
      .filter(({ scope }) => maySee(stores.actor, scope))
      .map((connection) => view(stores, connection));
  },
  async create({ change, connections, health, parts, actor }, document) {
    const openable = openableOf('unsaved', document);
    const checked = await checkSettings(parts, actor, openable);
    const { id } = await connections.create(change, { ...openable, ...checked });
    await health.checkSoon(change.trx, id);
    const { selfService = false, environmentRules: rules = {} } = document.spec;
    if (selfService) {
      requireRole(actor, 'administrator', document.scope);
      await connections.setSelfService(change, id, selfService);
    }
    if (Object.keys(rules).length > 0) await connections.setEnvironmentRules(change, id, rules);
    return { id };
  },
  async update({ change, connections, health, parts, actor }, document, resource, changed) {
    const { selfService = false, environmentRules: rules = {}, connector } = document.spec;
    if (changed.has('connector')) {
      const message = `It is a connection of ${resource.spec.connector}, and cannot become one of ${connector}`;
      throw new TielineError('request-invalid', message, {
        hint: 'Give the connection to the other product another name.',
        fields: [{ path: 'connector', message }],
      });
    }
    if (['name', 'settings', 'usageScopes'].some((field) => changed.has(field))) {
      const checked = await checkSettings(parts, actor, openableOf(resource.id, document));
      await connections.change(change, resource.id, { name: document.name, ...checked });
      await health.checkSoon(change.trx, resource.id);
    }
    if (changed.has('selfService')) {
      requireRole(actor, 'administrator', document.scope);
      await connections.setSelfService(change, resource.id, selfService);
    }
    if (changed.has('environmentRules')) await connections.setEnvironmentRules(change, resource.id, rules);
  },
  async remove({ change, connections, grants, afterwards }, { id }) {
    await connections.remove(change, id);
    afterwards(async () => {
      await grants.forget(id);
      return [];
    });
  },
};
