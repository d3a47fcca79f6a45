import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database, Vault } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Secret } from '../../kit/secret.ts';
import { ancestorsOf, type Change, resolveReference, withinScopes } from '../access/index.ts';

/** A secret as it is shown: never its value. */
export interface StoredSecret {
  id: string;
  scope: string;
  name: string;
  description: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const columns = sql`id, scope, name, description, version, created_at as "createdAt", updated_at as "updatedAt"`;
const contextOf = (id: string): string => `secret ${id}`;
const subjectOf = ({ id, name }: StoredSecret) => ({ kind: 'secret', id, name });

/** Stores and resolves secrets. Values go in and come out only as {@link Secret}. */
export interface SecretStore {
  /** @throws name-taken */
  create(
    change: Change,
    wanted: { scope: string; name: string; description: string; value: Secret },
  ): Promise<StoredSecret>;
  /** A new version of the value. @throws resource-not-found */
  change(change: Change, id: string, value: Secret): Promise<StoredSecret>;
  /** @throws resource-in-use when a connection refers to it */
  remove(change: Change, id: string): Promise<void>;
  /** @throws resource-not-found */
  get(id: string): Promise<StoredSecret>;
  /** Those of a scope and below it, newest first. */
  list(page: { within: string[]; before?: string; limit: number }): Promise<StoredSecret[]>;
  /** The value behind a reference, seen from a scope. @throws reference-not-found */
  resolve(reference: string, from: string): Promise<Secret>;
  /** Asserts that a reference leads to a secret. @throws reference-not-found */
  check(reference: string, from: string): Promise<void>;
}

/** A secret store on the database, encrypted by the vault. */
export function createSecretStore(database: Database, vault: Vault): SecretStore {
  const { kysely } = database;

  const find = async (reference: string, from: string) => {
    const { scope, name } = resolveReference(reference, from);
    // A scope that is neither the referrer's own nor above it cannot be written as a reference at all.
    if (!ancestorsOf(from).includes(scope)) throw notFound(reference, from);
    const found = await sql<{ id: string; sealed: Buffer }>`
      select id, sealed from secrets where scope = ${scope} and lower(name) = lower(${name})`.execute(kysely);
    const row = found.rows[0];
    if (row === undefined) throw notFound(reference, from);
    return row;
  };
  const get = async (id: string): Promise<StoredSecret> => {
    const found = await sql<StoredSecret>`select ${columns} from secrets where id = ${id}::uuid`.execute(
      kysely,
    );
    return the(found.rows[0], id);
  };

  return {
    get,
    async create({ trx, note }, { scope, name, description, value }) {
      const id = uuid();
      const sealed = await vault.seal(value, contextOf(id));
      const made = await sql<StoredSecret>`
        insert into secrets (id, scope, name, description, sealed)
        values (${id}, ${scope}, ${name}, ${description}, ${sealed})
        on conflict do nothing returning ${columns}`.execute(trx);
      const row = made.rows[0];
      if (row === undefined)
        throw new TielineError('name-taken', `There is a secret "${name}" in ${scope} already`);
      await note({ action: 'secret.created', scope, subject: subjectOf(row) });
      return row;
    },
    async change({ trx, note }, id, value) {
      const sealed = await vault.seal(value, contextOf(id));
      const changed = await sql<StoredSecret>`
        update secrets set sealed = ${sealed}, version = version + 1, updated_at = now() where id = ${id}::uuid
        returning ${columns}`.execute(trx);
      const row = the(changed.rows[0], id);
      await note({
        action: 'secret.changed',
        scope: row.scope,
        subject: subjectOf(row),
        details: { version: row.version },
      });
      return row;
    },
    async remove({ trx, note }, id) {
      const secret = await get(id);
      const users = await connectionsThatUse(database, secret);
      if (users.length > 0) {
        throw new TielineError(
          'resource-in-use',
          `The secret "${secret.name}" is used by ${users.map((name) => `the connection "${name}"`).join(', ')}`,
        );
      }
      await sql`delete from secrets where id = ${id}::uuid`.execute(trx);
      await note({ action: 'secret.deleted', scope: secret.scope, subject: subjectOf(secret) });
    },
    async list({ within, before, limit }) {
      const found = await sql<StoredSecret>`
        select ${columns} from secrets where ${withinScopes('scope', within)}
          and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
        order by id desc limit ${limit}`.execute(kysely);
      return found.rows;
    },
    async resolve(reference, from) {
      const { id, sealed } = await find(reference, from);
      return vault.unseal(sealed, contextOf(id));
    },
    async check(reference, from) {
      await find(reference, from);
    },
  };
}

/** Names of the connections whose settings refer to a secret, by any of the ways in which it can be written. */
async function connectionsThatUse(database: Database, secret: StoredSecret): Promise<string[]> {
  const found = await sql<{ name: string; scope: string; reference: string }>`
    select name, scope, reference #>> '{}' as reference
    from connections, jsonb_path_query(settings, 'strict $.**.secret') as reference`.execute(database.kysely);
  const names = found.rows.flatMap((row) => {
    const target = resolveReference(row.reference, row.scope);
    const same = target.scope === secret.scope && target.name.toLowerCase() === secret.name.toLowerCase();
    return same ? [row.name] : [];
  });
  return [...new Set(names)];
}

function the(row: StoredSecret | undefined, id: string): StoredSecret {
  if (row === undefined) throw noSecret(id);
  return row;
}

export const noSecret = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no secret ${id}`);

const notFound = (reference: string, from: string): TielineError =>
  new TielineError('reference-not-found', `There is no secret "${reference}" seen from the scope ${from}`);
