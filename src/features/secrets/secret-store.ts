import { type RawBuilder, sql } from 'kysely';
import { v7 as uuid, validate } from 'uuid';
import { type Database, errorCodeOf, type Vault } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Secret } from '../../kit/secret.ts';
import { type Change, resolveReference, withinScopes } from '../access/index.ts';
import { isForeignKeyViolation, listUses, refuseInUse } from './secret-uses.ts';
import { columns, type FileName, lockSecret, noSecret, type StoredSecret, the } from './stored-secret.ts';
import { keepVersion } from './version-store.ts';

/** A new value: of a file when it has a name. */
export interface NewValue {
  value: Secret;
  file?: FileName;
}

/** PostgreSQL's SQLSTATE. */
const uniqueViolation = '23505';

/** To what a sealed value is bound; the columns that hold such are listed in the database's `sealedColumns`. */
const contextOf = (id: string): string => `secret ${id}`;
const subjectOf = ({ id, name }: StoredSecret) => ({ kind: 'secret', id, name });

/** Stores secrets. Values go in as {@link Secret} and come out by reference only. */
export interface SecretStore {
  /** @throws name-taken */
  create(
    change: Change,
    wanted: { scope: string; name: string; description: string; usageScopes: string[] } & NewValue,
  ): Promise<StoredSecret>;
  /** @throws resource-not-found, name-taken, resource-in-use for a new name of what is referred to by the old one */
  describe(
    change: Change,
    id: string,
    wanted: { name: string; description: string; usageScopes: string[] },
  ): Promise<StoredSecret>;
  /** A new version; the one before is kept. @throws resource-not-found, request-invalid for the other kind of value */
  change(change: Change, id: string, next: NewValue): Promise<StoredSecret>;
  /** Whether the newest value is this one. @throws resource-not-found */
  holds(id: string, value: Secret): Promise<boolean>;
  /** @throws resource-in-use, saying where */
  remove(change: Change, id: string): Promise<void>;
  /** By id, or by reference seen from a scope. @throws resource-not-found, reference-not-found */
  get(idOrReference: string, from?: string): Promise<StoredSecret>;
  /** Those of a scope and below it, newest first. */
  list(page: { within: string[]; before?: string; limit: number }): Promise<StoredSecret[]>;
}

/** A secret store on the database, encrypted by the vault. `keptVersions` is how many values before the newest stay. */
export function createSecretStore(database: Database, vault: Vault, keptVersions: number): SecretStore {
  const { kysely } = database;
  return {
    async get(idOrReference, from = 'account') {
      const found = await sql<StoredSecret>`
        select ${columns} from secrets where ${named(idOrReference, from)}`.execute(kysely);
      return the(found.rows[0], idOrReference);
    },
    async create({ trx, note, by, now }, { scope, name, description, usageScopes, value, file }) {
      const id = uuid();
      const sealed = await vault.seal(value, contextOf(id));
      const made = await sql<StoredSecret>`
        insert into secrets (id, scope, name, description, usage_scopes, sealed, kind, file_name, file_bytes,
          changed_at, changed_by)
        values (${id}, ${scope}, ${name}, ${description}, ${usageScopes}, ${sealed}, ${file ? 'file' : 'text'},
          ${file?.name ?? null}, ${file?.bytes ?? null}, ${now}, ${by.name})
        on conflict do nothing returning ${columns}`.execute(trx);
      const row = made.rows[0] ?? taken(name, scope);
      const { kind } = row;
      await note({
        action: 'secret.created',
        scope,
        subject: subjectOf(row),
        details: { kind, usageScopes },
      });
      return row;
    },
    async describe({ trx, note }, id, { name, description, usageScopes }) {
      const before = await lockSecret(trx, id);
      if (before.name.toLowerCase() !== name.toLowerCase()) {
        const users = await listUses({ kysely: trx }, { secretId: id });
        refuseInUse(`The secret "${before.name}" is referred to by its name, and`, users);
      }
      const changed = await sql<StoredSecret>`
        update secrets set name = ${name}, description = ${description}, usage_scopes = ${usageScopes},
          updated_at = now()
        where id = ${id}::uuid returning ${columns}`
        .execute(trx)
        .catch((error: unknown) => {
          if (errorCodeOf(error) === uniqueViolation) return taken(name, before.scope);
          throw error;
        });
      const row = the(changed.rows[0], id);
      await note({
        action: 'secret.described',
        scope: row.scope,
        subject: subjectOf(row),
        details: {
          name: { before: before.name, after: name },
          usageScopes: { before: before.usageScopes, after: usageScopes },
        },
      });
      return row;
    },
    async change(change, id, { value, file }) {
      const { trx, note, by, now } = change;
      const before = await lockSecret(trx, id);
      const kind = file === undefined ? 'text' : 'file';
      if (before.kind !== kind) {
        const message = `The secret "${before.name}" is a ${before.kind}, and the new value a ${kind}`;
        throw new TielineError('request-invalid', message, {
          hint: 'Make another secret for it.',
          fields: [{ path: kind === 'file' ? 'file' : 'value', message: `expected a ${before.kind}` }],
        });
      }
      await keepVersion(trx, id, keptVersions);
      const sealed = await vault.seal(value, contextOf(id));
      const changed = await sql<StoredSecret>`
        update secrets set sealed = ${sealed}, file_name = ${file?.name ?? null}, file_bytes = ${file?.bytes ?? null},
          version = version + 1, restored_from = null, changed_at = ${now}, changed_by = ${by.name},
          updated_at = now()
        where id = ${id}::uuid returning ${columns}`.execute(trx);
      const row = the(changed.rows[0], id);
      await note({
        action: 'secret.changed',
        scope: row.scope,
        subject: subjectOf(row),
        details: { version: row.version },
      });
      return row;
    },
    async holds(id, value) {
      const found = await sql<{ sealed: Buffer }>`select sealed from secrets where id = ${id}::uuid`.execute(
        kysely,
      );
      const row = found.rows[0];
      if (row === undefined) throw noSecret(id);
      return vault.fingerprint(await vault.unseal(row.sealed, contextOf(id))) === vault.fingerprint(value);
    },
    async remove({ trx, note }, id) {
      const secret = await lockSecret(trx, id);
      const refuse = async () =>
        refuseInUse(`The secret "${secret.name}"`, await listUses(database, { secretId: id }));
      await refuse();
      await sql`delete from secrets where id = ${id}::uuid`.execute(trx).catch(async (error: unknown) => {
        // Somebody has begun to use it between our look and our write.
        if (isForeignKeyViolation(error)) await refuse();
        throw error;
      });
      await note({ action: 'secret.deleted', scope: secret.scope, subject: subjectOf(secret) });
    },
    async list({ within, before, limit }) {
      const found = await sql<StoredSecret>`
        select ${columns} from secrets where ${withinScopes('scope', within)}
          and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
        order by id desc limit ${limit}`.execute(kysely);
      return found.rows;
    },
  };
}

function taken(name: string, scope: string): never {
  throw new TielineError('name-taken', `There is a secret "${name}" in ${scope} already`);
}

function named(idOrReference: string, from: string): RawBuilder<boolean> {
  if (validate(idOrReference)) return sql`id = ${idOrReference}::uuid`;
  const { scope, name } = resolveReference(idOrReference, from);
  return sql`scope = ${scope} and lower(name) = lower(${name})`;
}
