import { z } from 'zod';
import { isoDate, nameText } from '../../../kit/paging.ts';
import { assertInFuture, principalOf, resolveReference, scopesOf } from '../../access/index.ts';
import {
  assertMayHandleKey,
  assertMayMakeKeys,
  type ConnectKey,
  changeConnectKey,
  createConnectKey,
  getConnectKey,
  keyRules,
  listConnectKeys,
  revokeConnectKey,
} from '../../ci-reports/index.ts';
import { readPages } from '../read-pages.ts';
import {
  connectionReference,
  getReferredConnection,
  referredConnection,
  writeReference,
} from '../references.ts';
import type { Document, Resource, ResourceKind } from '../resource.ts';
import type { Stores } from '../stores.ts';

const spec = z.strictObject({
  connection: connectionReference,
  projects: keyRules.projects.optional(),
  kinds: keyRules.kinds.optional(),
  environments: keyRules.environments.optional(),
  expiresAt: isoDate.optional(),
});
type KeySpec = z.output<typeof spec>;

/** The rules as the store wants them. */
const rulesOf = ({ connection: _, expiresAt, ...rules }: KeySpec) => ({
  ...rules,
  expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
});

/** Of the keys of one name that are not revoked the one that counts: the newest, in whose place none has come. */
function newestOfEach(keys: ConnectKey[]): ConnectKey[] {
  const living = keys.filter(({ revokedAt }) => revokedAt === null);
  const replaced = new Set(living.map(({ rotatedFrom }) => rotatedFrom));
  const byName = new Map<string, ConnectKey>();
  // Newest first.
  for (const key of living.filter(({ id }) => !replaced.has(id))) {
    const which = `${key.connectionId} ${key.name}`;
    if (!byName.has(which)) byName.set(which, key);
  }
  return [...byName.values()];
}

const optional = <T>(rule: T | null): T | undefined => rule ?? undefined;

/** Connect keys: their rules. The text of a new one is in the answer, and in no file. */
export const connectKeyKind: ResourceKind<KeySpec> = {
  kind: 'ConnectKey',
  subject: 'connect-key',
  name: nameText,
  spec,
  unread: [],
  dependsOn({ scope, spec: { connection } }) {
    const needed = referredConnection(connection, scope);
    return needed === undefined ? [] : [needed];
  },
  identityOf({ scope, name, spec: { connection } }) {
    const target = referredConnection(connection, scope);
    return `${target === undefined ? connection : `${target.scope}/${target.name.toLowerCase()}`} ${name}`;
  },
  livesIn: ({ scope, spec: { connection } }) =>
    referredConnection(connection, scope) === undefined
      ? 'account'
      : resolveReference(connection, scope).scope,
  // A key lies where its connection does.
  async settle(stores, document) {
    const connection = await getReferredConnection(stores, document.spec.connection, document.scope);
    const { expiresAt } = document.spec;
    return {
      ...document,
      scope: connection.scope,
      spec: {
        ...document.spec,
        connection: writeReference(connection, connection.scope),
        ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
      },
    };
  },
  async authorise(stores, { scope, spec: { connection } }) {
    assertMayMakeKeys(stores.actor, await getReferredConnection(stores, connection, scope));
  },
  async read(stores, within) {
    const { actor, database, connections } = stores;
    const known = await readPages((page) => connections.list({ within, ...page }));
    const visible = await connections.listIds(scopesOf(actor));
    const managedIds = await connections.listIds(scopesOf(actor, 'editor'));
    const keys = await readPages((page) =>
      listConnectKeys(database, {
        connectionIds: known.map(({ id }) => id).filter((id) => visible.includes(id)),
        managedIds,
        createdBy: principalOf(actor).id,
        ...page,
      }),
    );
    const byId = new Map(known.map((connection) => [connection.id, connection]));
    return newestOfEach(keys).flatMap((key) => {
      const connection = byId.get(key.connectionId);
      return connection === undefined ? [] : [view(stores, key, connection)];
    });
  },
  async create({ change, actor, connections, now }, { name, scope, spec: wanted }) {
    const rules = rulesOf(wanted);
    assertInFuture(rules.expiresAt, now());
    const connection = await connections.get(wanted.connection, scope);
    const made = await createConnectKey(change, {
      ...rules,
      name,
      connection,
      createdBy: principalOf(actor),
    });
    return { id: made.id, key: made.key };
  },
  async update(stores, { scope, spec: wanted }, { id }) {
    await assertHandled(stores, id, { scope, spec: wanted });
    await changeConnectKey(stores.change, id, { ...rulesOf(wanted), scope });
  },
  async remove(stores, { id, scope, spec: known }) {
    await assertHandled(stores, id, { scope, spec: known });
    await revokeConnectKey(stores.change, id, scope);
  },
};

function view(
  { now }: Stores,
  { id, name, projects, kinds, environments, expiresAt }: ConnectKey,
  connection: Parameters<typeof writeReference>[0],
): Resource<KeySpec> {
  return {
    id,
    name,
    scope: connection.scope,
    spec: {
      connection: writeReference(connection, connection.scope),
      projects: optional(projects),
      kinds: optional(kinds) as KeySpec['kinds'],
      environments: optional(environments),
      expiresAt: expiresAt?.toISOString(),
    },
    whenAbsent: {},
    ...(expiresAt !== null && expiresAt <= now() ? { state: 'over' as const } : {}),
  };
}

async function assertHandled(
  stores: Stores,
  id: string,
  { scope, spec: { connection } }: Pick<Document<KeySpec>, 'scope' | 'spec'>,
): Promise<void> {
  const key = await getConnectKey(stores.database, id);
  assertMayHandleKey(stores.actor, key, await stores.connections.get(connection, scope));
}
