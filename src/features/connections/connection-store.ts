import { type Kysely, sql } from 'kysely';
import { v7 as uuid, validate } from 'uuid';
import { type Database, errorCodeOf, forgetGrant, type Schema } from '../../database/index.ts';
import type { Settings } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import { releaseConnection } from '../../work/index.ts';
import { ancestorsOf, type Change, resolveReference, withinScopes } from '../access/index.ts';
import {
  assertWideEnough,
  keepUses,
  listUses,
  type Referrer,
  refuseInUse,
  type SecretUse,
  usageOf,
} from '../secrets/index.ts';
import { changedPaths } from './changed-paths.ts';
import { assertUnused } from './connection-users.ts';
import { connectionColumns, type EnvironmentRules, type StoredConnection } from './stored-connection.ts';

/** PostgreSQL's SQLSTATE. */
const uniqueViolation = '23505';

const columns = connectionColumns;

/** What is stored of a connection's secrets beside its settings: as `secrets.trace` says. */
export interface TracedSecrets {
  uses: SecretUse[];
  usageScopes: string[];
}

/** Stores connections. */
export interface ConnectionStore {
  /** @throws name-taken */
  create(
    change: Change,
    wanted: { scope: string; name: string; connector: string; settings: Settings } & TracedSecrets,
  ): Promise<StoredConnection>;
  /** @throws resource-not-found, name-taken */
  change(
    change: Change,
    id: string,
    wanted: { name: string; settings: Settings } & TracedSecrets,
  ): Promise<StoredConnection>;
  /** @throws name-taken */
  assertNameFree(scope: string, name: string): Promise<void>;
  /** @throws resource-in-use, saying what uses it */
  remove(change: Change, id: string): Promise<void>;
  /** By id, or by reference seen from a scope. @throws resource-not-found */
  get(idOrReference: string, from?: string): Promise<StoredConnection>;
  /**
   * By reference, for a use wherever the user may be used.
   * @throws reference-not-found, reference-out-of-scope when it, or a secret of it, may not be used there
   */
  getForUse(reference: string, user: Referrer): Promise<StoredConnection>;
  /** The scope of a connection; undefined once it is deleted. */
  findScope(id: string): Promise<string | undefined>;
  /** Those of a scope and below it, newest first. */
  list(page: { within: string[]; before?: string; limit: number }): Promise<StoredConnection[]>;
  /** The ids of all connections of a scope and below it. */
  listIds(within: string[]): Promise<string[]>;
  /** The names of those that exist, by id. */
  findNames(ids: string[]): Promise<Map<string, string>>;
  /** @throws resource-not-found */
  setSelfService(change: Change, id: string, allowed: boolean): Promise<StoredConnection>;
  /** @throws resource-not-found */
  setEnvironmentRules(change: Change, id: string, rules: EnvironmentRules): Promise<StoredConnection>;
}

/** A connection store on the database. */
export function createConnectionStore(database: Database): ConnectionStore {
  const { kysely } = database;
  return {
    async assertNameFree(scope, name) {
      const found = await sql`
        select from connections where scope = ${scope} and lower(name) = lower(${name})`.execute(kysely);
      if (found.rows.length > 0) taken(name, scope);
    },
    async create(change, { scope, name, connector, settings, uses, usageScopes }) {
      const { trx, note } = change;
      const made = await sql<StoredConnection>`
        insert into connections (id, scope, name, connector, settings, usage_scopes)
        values (${uuid()}, ${scope}, ${name}, ${connector}, ${JSON.stringify(settings)}, ${usageScopes})
        on conflict do nothing returning ${columns}`.execute(trx);
      const row = made.rows[0] ?? taken(name, scope);
      await keepUses(change, { kind: 'connection', id: row.id }, uses);
      await note({ action: 'connection.created', scope, subject: subjectOf(row), details: { connector } });
      return row;
    },
    async change(change, id, { name, settings, uses, usageScopes }) {
      const { trx, note } = change;
      const before = await lock(trx, id);
      const other = await sql`
        select from connections where scope = ${before.scope} and lower(name) = lower(${name}) and id <> ${id}::uuid`.execute(
        trx,
      );
      if (other.rows.length > 0) return taken(name, before.scope);
      await keepUses(change, { kind: 'connection', id }, uses);
      const changed = await sql<StoredConnection>`
        update connections set name = ${name}, settings = ${JSON.stringify(settings)}, updated_at = now(),
          usage_scopes = ${usageScopes},
          revision = revision + (settings <> ${JSON.stringify(settings)}::jsonb)::integer
        where id = ${id}::uuid returning ${columns}`
        .execute(trx)
        .catch((error: unknown) => {
          // Another change took the name between our look and our write.
          if (errorCodeOf(error) === uniqueViolation) return taken(name, before.scope);
          throw error;
        });
      const row = the(changed.rows[0], id);
      await note({
        action: 'connection.changed',
        scope: row.scope,
        subject: subjectOf(row),
        details: {
          name: { before: before.name, after: name },
          settings: changedPaths(before.settings, row.settings),
        },
      });
      return row;
    },
    async remove(change, id) {
      const { trx, note, now } = change;
      const connection = await lock(trx, id);
      await assertUnused(trx, id);
      refuseInUse(
        `The connection "${connection.name}"`,
        await listUses({ kysely: trx }, { connectionId: id }),
      );
      // What waits for it would wait for ever.
      await releaseConnection(trx, { connectionId: id, now });
      await sql`delete from connect_keys where connection_id = ${id}::uuid`.execute(trx);
      await keepUses(change, { kind: 'connection', id }, []);
      await forgetGrant(trx, id);
      await sql`delete from connections where id = ${id}::uuid`.execute(trx);
      await note({
        action: 'connection.deleted',
        scope: connection.scope,
        subject: subjectOf(connection),
      });
    },
    async get(idOrReference, from = 'account') {
      const found = validate(idOrReference)
        ? await sql<StoredConnection>`select ${columns} from connections where id = ${idOrReference}::uuid`.execute(
            kysely,
          )
        : await byReference(database, idOrReference, from);
      return the(found.rows[0], idOrReference);
    },
    async getForUse(reference, { scope, usageScopes = [scope] }) {
      const found = validate(reference)
        ? await sql<StoredConnection>`select ${columns} from connections where id = ${reference}::uuid`.execute(
            kysely,
          )
        : await byReference(database, reference, scope);
      const connection = found.rows[0];
      if (connection === undefined || !ancestorsOf(scope).includes(connection.scope)) {
        throw new TielineError(
          'reference-not-found',
          `There is no connection "${reference}" seen from the scope ${scope}`,
          { retry: 'once-repaired' },
        );
      }
      const { usageScope } = usageOf({ ...connection, limits: connection.secretLimits });
      assertWideEnough(usageScopes, [{ title: `connection "${connection.name}"`, usageScopes: usageScope }]);
      return connection;
    },
    async findScope(id) {
      const found = await sql<{
        scope: string;
      }>`select scope from connections where id = ${id}::uuid`.execute(kysely);
      return found.rows[0]?.scope;
    },
    async listIds(within) {
      const found = await sql<{ id: string }>`
        select id from connections where ${withinScopes('scope', within)}`.execute(kysely);
      return found.rows.map((row) => row.id);
    },
    async list({ within, before, limit }) {
      const found = await sql<StoredConnection>`
        select ${columns} from connections where ${withinScopes('scope', within)}
          and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
        order by id desc limit ${limit}`.execute(kysely);
      return found.rows;
    },
    async findNames(ids) {
      const found = await sql<{ id: string; name: string }>`
        select id, name from connections where id = any(${ids}::uuid[])`.execute(kysely);
      return new Map(found.rows.map(({ id, name }) => [id, name]));
    },
    async setSelfService({ trx, note }, id, allowed) {
      const changed = await sql<StoredConnection>`
        update connections set self_service = ${allowed}, updated_at = now() where id = ${id}::uuid
        returning ${columns}`.execute(trx);
      const row = the(changed.rows[0], id);
      await note({
        action: 'connection.self-service-changed',
        scope: row.scope,
        subject: subjectOf(row),
        details: { selfService: allowed },
      });
      return row;
    },
    async setEnvironmentRules({ trx, note }, id, rules) {
      const changed = await sql<StoredConnection>`
        update connections set environment_rules = ${JSON.stringify(rules)}, updated_at = now()
        where id = ${id}::uuid returning ${columns}`.execute(trx);
      const row = the(changed.rows[0], id);
      await note({
        action: 'connection.environment-rules-changed',
        scope: row.scope,
        subject: subjectOf(row),
        details: { environmentRules: rules },
      });
      return row;
    },
  };
}

const subjectOf = ({ id, name }: StoredConnection) => ({ kind: 'connection', id, name });

function the(row: StoredConnection | undefined, idOrReference: string): StoredConnection {
  if (row !== undefined) return row;
  throw new TielineError('resource-not-found', `There is no connection "${idOrReference}"`);
}

/** The connection as it is until the transaction ends. */
async function lock(trx: Kysely<Schema>, id: string): Promise<StoredConnection> {
  const found = await sql<StoredConnection>`
    select ${columns} from connections where id = ${id}::uuid for update`.execute(trx);
  return the(found.rows[0], id);
}

async function byReference(database: Database, reference: string, from: string) {
  const { scope, name } = resolveReference(reference, from);
  return sql<StoredConnection>`
    select ${columns} from connections where scope = ${scope} and lower(name) = lower(${name})`.execute(
    database.kysely,
  );
}

function taken(name: string, scope: string): never {
  throw new TielineError('name-taken', `There is a connection "${name}" in ${scope} already`);
}
