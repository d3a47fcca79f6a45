import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import { assertInFuture, type Change, makeToken } from '../access/index.ts';

/** What a connect key may report. A rule that is absent allows everything. */
export interface ConnectKeyRules {
  /** Jira project keys. */
  projects?: string[];
  kinds?: ('build' | 'deployment')[];
  /** Environment names. */
  environments?: string[];
}

/** A connect key as it is shown: never its text. */
export interface ConnectKey {
  id: string;
  connectionId: string;
  name: string;
  hint: string;
  projects: string[] | null;
  kinds: string[] | null;
  environments: string[] | null;
  /** The API token that made it. */
  createdBy: { id: string; name: string } | null;
  rotatedFrom: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

const columns = sql`id, connection_id as "connectionId", name, hint, projects, kinds, environments,
  case when created_by is not null then jsonb_build_object('id', created_by, 'name', created_by_name) end as "createdBy",
  rotated_from as "rotatedFrom", created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt",
  last_used_at as "lastUsedAt"`;

/** A connect key to make. */
export interface NewConnectKey extends ConnectKeyRules {
  connection: { id: string; scope: string };
  name: string;
  createdBy: { id: string; name: string };
  expiresAt?: Date;
}

/**
 * Makes a connect key for a Jira connection. Its text is in the answer and nowhere else.
 * @throws request-invalid for one that would have ended already
 */
export async function createConnectKey(
  { trx, now, note }: Change,
  wanted: NewConnectKey,
): Promise<ConnectKey & { key: string }> {
  assertInFuture(wanted.expiresAt, now);
  const { text, hash, hint } = makeToken('connectKey');
  const made = await sql<ConnectKey>`
    insert into connect_keys (id, connection_id, name, hash, hint, projects, kinds, environments, created_by,
      created_by_name, expires_at)
    values (${uuid()}, ${wanted.connection.id}, ${wanted.name}, ${hash}, ${hint}, ${wanted.projects ?? null},
      ${wanted.kinds ?? null}, ${wanted.environments ?? null}, ${wanted.createdBy.id}, ${wanted.createdBy.name},
      ${wanted.expiresAt ?? null})
    returning ${columns}`.execute(trx);
  const row = made.rows[0];
  if (row === undefined) throw new TypeError('an insert gave no row');
  const { projects, kinds, environments, expiresAt } = row;
  await note({
    action: 'connect-key.created',
    scope: wanted.connection.scope,
    subject: subjectOf(row),
    details: { connectionId: row.connectionId, projects, kinds, environments, expiresAt },
  });
  return { ...row, key: text };
}

/**
 * Makes a key in the place of another: same connection, name, rules, owner and labels, and as long a life from now on.
 * The old one ends after the overlap, or at its own end if that is sooner.
 * @throws resource-not-found, request-invalid for one that ended or was rotated already
 */
export async function rotateConnectKey(
  { trx, by, now, note }: Change,
  wanted: { id: string; overlapMs: number; scope: string },
): Promise<ConnectKey & { key: string }> {
  const { id, overlapMs, scope } = wanted;
  const { text, hash, hint } = makeToken('connectKey');
  // Of two rotations at once the second waits here, and then finds the first one's key.
  await sql`select from connect_keys where id = ${id}::uuid for update`.execute(trx);
  const found = await sql<ConnectKey>`
    select ${columns} from connect_keys where id = ${id}::uuid or rotated_from = ${id}::uuid`.execute(trx);
  const old = found.rows.find((key) => key.id === id);
  if (old === undefined) throw noConnectKey(id);
  assertRotatable(old, found.rows, now);
  const made = await sql<ConnectKey>`
    insert into connect_keys (id, connection_id, name, hash, hint, projects, kinds, environments, created_by,
      created_by_name, rotated_from, expires_at)
    select ${uuid()}, connection_id, name, ${hash}, ${hint}, projects, kinds, environments,
      coalesce(created_by, ${by.id}), coalesce(created_by_name, ${by.name}), id,
      ${now}::timestamptz + (expires_at - created_at)
    from connect_keys where id = ${id}::uuid returning ${columns}`.execute(trx);
  await sql`update connect_keys set expires_at = least(expires_at, ${new Date(now.getTime() + overlapMs)})
    where id = ${id}::uuid`.execute(trx);
  const row = made.rows[0];
  if (row === undefined) throw new TypeError('an insert gave no row');
  await sql`insert into resource_labels (kind, resource_id, labels)
    select kind, ${row.id}, labels from resource_labels where kind = 'ConnectKey' and resource_id = ${id}`.execute(
    trx,
  );
  await note({
    action: 'connect-key.rotated',
    scope,
    subject: subjectOf(row),
    details: { rotatedFrom: id, overlapMs },
  });
  return { ...row, key: text };
}

function assertRotatable(old: ConnectKey, family: ConnectKey[], now: Date): void {
  const successor = family.find(({ rotatedFrom }) => rotatedFrom === old.id);
  if (successor !== undefined) {
    throw new TielineError('request-invalid', `The connect key "${old.name}" was rotated already`, {
      hint: `Rotate the key that took its place: ${successor.id}.`,
    });
  }
  if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now)) {
    throw new TielineError('request-invalid', `The connect key "${old.name}" is not valid any more`, {
      hint: 'Make a new one.',
    });
  }
}

/** Connect keys of connections, newest first; of those outside `managedIds` only what one maker made. */
export async function listConnectKeys(
  database: Database,
  page: {
    connectionIds: string[];
    managedIds: string[];
    createdBy?: string;
    before?: string;
    limit: number;
  },
): Promise<ConnectKey[]> {
  const found = await sql<ConnectKey>`
    select ${columns} from connect_keys
    where (${page.before ?? null}::uuid is null or id < ${page.before ?? null}::uuid)
      and connection_id = any(${page.connectionIds}::uuid[])
      and (connection_id = any(${page.managedIds}::uuid[]) or created_by = ${page.createdBy ?? null}::uuid)
    order by id desc limit ${page.limit}`.execute(database.kysely);
  return found.rows;
}

/** @throws resource-not-found */
export async function getConnectKey(database: Database, id: string): Promise<ConnectKey> {
  const found = await sql<ConnectKey>`select ${columns} from connect_keys where id = ${id}::uuid`.execute(
    database.kysely,
  );
  const row = found.rows[0];
  if (row === undefined) throw noConnectKey(id);
  return row;
}

/** The names of connect keys, by id; also of those that ended. */
export async function findConnectKeyNames(database: Database, ids: string[]): Promise<Map<string, string>> {
  const found = await sql<{ id: string; name: string }>`
    select id, name from connect_keys where id = any(${ids}::uuid[])`.execute(database.kysely);
  return new Map(found.rows.map(({ id, name }) => [id, name]));
}

export const noConnectKey = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no connect key ${id}`);

/** Gives a connect key other rules and another end. @throws resource-not-found, also for one that was revoked */
export async function changeConnectKey(
  { trx, note }: Change,
  id: string,
  wanted: ConnectKeyRules & { expiresAt?: Date; scope: string },
): Promise<void> {
  const changed = await sql<ConnectKey>`
    update connect_keys set projects = ${wanted.projects ?? null}, kinds = ${wanted.kinds ?? null},
      environments = ${wanted.environments ?? null}, expires_at = ${wanted.expiresAt ?? null}
    where id = ${id}::uuid and revoked_at is null returning ${columns}`.execute(trx);
  const key = changed.rows[0];
  if (key === undefined) throw noConnectKey(id);
  const { projects, kinds, environments, expiresAt } = key;
  await note({
    action: 'connect-key.changed',
    scope: wanted.scope,
    subject: subjectOf(key),
    details: { projects, kinds, environments, expiresAt },
  });
}

/** Ends a connect key at once. Ending it again changes nothing. */
export async function revokeConnectKey({ trx, now, note }: Change, id: string, scope: string): Promise<void> {
  const revoked = await sql<ConnectKey>`
    update connect_keys set revoked_at = ${now} where id = ${id}::uuid and revoked_at is null
    returning ${columns}`.execute(trx);
  const key = revoked.rows[0];
  if (key === undefined) return;
  await note({ action: 'connect-key.revoked', scope, subject: subjectOf(key) });
}

const subjectOf = ({ id, name }: ConnectKey) => ({ kind: 'connect-key', id, name });
