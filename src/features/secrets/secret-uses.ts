import { type RawBuilder, sql } from 'kysely';
import { type Database, errorCodeOf } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Change } from '../access/index.ts';

/** Who uses secrets: a connection now, more kinds later. */
export interface SecretUser {
  kind: 'connection';
  id: string;
}

/** One reference of a user, by the path of the setting that holds it. */
export interface SecretUse {
  path: string;
  reference: string;
  /** The named secret; absent for what is kept outside. */
  secretId?: string;
  /** The connection through which it is read. */
  connectionId?: string;
}

/** Where a secret, or a connection that reads secrets, is used. */
export interface ShownUse {
  kind: string;
  id: string;
  name: string;
  scope: string;
  path: string;
}

/** What every kind of user is called, by its table. */
const userTables: Record<SecretUser['kind'], string> = { connection: 'connections' };

/**
 * Notes what a user refers to, in the change that stores the references, in place of what it referred to before. What
 * is noted can no longer be deleted.
 */
export async function keepUses({ trx }: Change, user: SecretUser, uses: SecretUse[]): Promise<void> {
  await sql`delete from secret_uses where user_kind = ${user.kind} and user_id = ${user.id}::uuid`.execute(
    trx,
  );
  for (const { path, reference, secretId, connectionId } of uses) {
    await sql`
      insert into secret_uses (user_kind, user_id, path, reference, secret_id, connection_id)
      values (${user.kind}, ${user.id}, ${path}, ${reference}, ${secretId ?? null}, ${connectionId ?? null})`
      .execute(trx)
      .catch((error: unknown) => {
        if (!isForeignKeyViolation(error)) throw error;
        throw new TielineError('reference-not-found', `"${reference}" was deleted a moment ago`);
      });
  }
}

/** Where a secret, or a connection that reads secrets, is used; by name. */
export async function listUses(
  database: Pick<Database, 'kysely'>,
  used: { secretId: string } | { connectionId: string },
): Promise<ShownUse[]> {
  const [column, id] =
    'secretId' in used
      ? (['secret_id', used.secretId] as const)
      : (['connection_id', used.connectionId] as const);
  const found: ShownUse[] = [];
  for (const [kind, table] of Object.entries(userTables)) {
    const { rows } = await sql<ShownUse>`
      select secret_uses.user_kind as kind, users.id, users.name, users.scope, secret_uses.path
      from secret_uses join ${sql.table(table)} users on users.id = secret_uses.user_id
      where secret_uses.${sql.ref(column)} = ${id}::uuid and secret_uses.user_kind = ${kind}
      order by users.scope, users.name, secret_uses.path`.execute(database.kysely);
    found.push(...rows);
  }
  return found;
}

/** @throws resource-in-use, saying where */
export function refuseInUse(what: string, uses: ShownUse[]): void {
  if (uses.length === 0) return;
  const places = uses.map(({ kind, name, scope, path }) => `the ${kind} "${name}" in ${scope} (${path})`);
  const more = places.length > 20 ? ` and ${places.length - 20} more` : '';
  throw new TielineError('resource-in-use', `${what} is used by ${places.slice(0, 20).join(', ')}${more}`);
}

/** PostgreSQL's SQLSTATE. */
export const isForeignKeyViolation = (error: unknown): boolean => errorCodeOf(error) === '23503';

/**
 * SQL for a row that says of a user's secrets what tells their values from earlier ones (`stored`), and whether some are
 * kept outside and must be read to know (`outside`).
 */
export function secretStamp(kind: SecretUser['kind'], idColumn: string): RawBuilder<unknown> {
  return sql`(
    select coalesce(string_agg(secrets.version || ' ' || secrets.updated_at, ' ' order by uses.path), '') as stored,
      coalesce(bool_or(uses.secret_id is null), false) as outside
    from secret_uses uses left join secrets on secrets.id = uses.secret_id
    where uses.user_kind = ${kind} and uses.user_id = ${sql.ref(idColumn)})`;
}
