import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import { makeToken } from '../access/index.ts';

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
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

const columns = sql`id, connection_id as "connectionId", name, hint, projects, kinds, environments,
  created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

/** Makes a connect key for a Jira connection. Its text is in the answer and nowhere else. */
export async function createConnectKey(
  database: Database,
  wanted: ConnectKeyRules & { connectionId: string; name: string; expiresAt?: Date },
): Promise<ConnectKey & { key: string }> {
  const { text, hash, hint } = makeToken('connectKey');
  const made = await sql<ConnectKey>`
    insert into connect_keys (id, connection_id, name, hash, hint, projects, kinds, environments, expires_at)
    values (${uuid()}, ${wanted.connectionId}, ${wanted.name}, ${hash}, ${hint}, ${wanted.projects ?? null},
      ${wanted.kinds ?? null}, ${wanted.environments ?? null}, ${wanted.expiresAt ?? null})
    returning ${columns}`.execute(database.kysely);
  const row = made.rows[0];
  if (row === undefined) throw new TypeError('an insert gave no row');
  return { ...row, key: text };
}

/** Connect keys of connections, newest first. */
export async function listConnectKeys(
  database: Database,
  page: { connectionIds: string[]; before?: string; limit: number },
): Promise<ConnectKey[]> {
  const found = await sql<ConnectKey>`
    select ${columns} from connect_keys
    where (${page.before ?? null}::uuid is null or id < ${page.before ?? null}::uuid)
      and connection_id = any(${page.connectionIds}::uuid[])
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

export const noConnectKey = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no connect key ${id}`);

/** Ends a connect key at once. Ending it again changes nothing. */
export async function revokeConnectKey(database: Database, id: string, now: Date): Promise<void> {
  await sql`update connect_keys set revoked_at = coalesce(revoked_at, ${now}) where id = ${id}::uuid`.execute(
    database.kysely,
  );
}
