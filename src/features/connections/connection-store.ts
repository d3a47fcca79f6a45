import { type Kysely, sql } from 'kysely';
import { v7 as uuid, validate } from 'uuid';
import { type Database, errorCodeOf, type Schema } from '../../database/index.ts';
import type { Settings, TestReport } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { EnvironmentType } from '../../kit/jira.ts';
import { type Change, resolveReference, withinScopes } from '../access/index.ts';

/** Names of environments by their type, as globs. */
export type EnvironmentRules = Partial<Record<EnvironmentType, string[]>>;

/** A connection as stored: secrets are references. */
export interface StoredConnection {
  id: string;
  scope: string;
  name: string;
  connector: string;
  settings: Settings;
  /** Whether every token that sees the connection may make connect keys for itself. */
  selfService: boolean;
  environmentRules: EnvironmentRules;
  lastTest: TestReport | null;
  testedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** PostgreSQL's SQLSTATE. */
const uniqueViolation = '23505';

const columns = sql`id, scope, name, connector, settings, self_service as "selfService",
  environment_rules as "environmentRules", last_test as "lastTest", tested_at as "testedAt",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Stores connections. */
export interface ConnectionStore {
  /** @throws name-taken */
  create(
    change: Change,
    wanted: { scope: string; name: string; connector: string; settings: Settings },
  ): Promise<StoredConnection>;
  /** @throws resource-not-found, name-taken */
  change(change: Change, id: string, wanted: { name: string; settings: Settings }): Promise<StoredConnection>;
  /** @throws resource-in-use while connect keys of it live */
  remove(change: Change, id: string): Promise<void>;
  /** By id, or by reference seen from a scope. @throws resource-not-found */
  get(idOrReference: string, from?: string): Promise<StoredConnection>;
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
  keepTest(id: string, report: TestReport, at: Date): Promise<void>;
}

/** A connection store on the database. */
export function createConnectionStore(database: Database): ConnectionStore {
  const { kysely } = database;
  return {
    async create({ trx, note }, { scope, name, connector, settings }) {
      const made = await sql<StoredConnection>`
        insert into connections (id, scope, name, connector, settings)
        values (${uuid()}, ${scope}, ${name}, ${connector}, ${JSON.stringify(settings)})
        on conflict do nothing returning ${columns}`.execute(trx);
      const row = made.rows[0] ?? taken(name, scope);
      await note({ action: 'connection.created', scope, subject: subjectOf(row), details: { connector } });
      return row;
    },
    async change({ trx, note }, id, { name, settings }) {
      const before = await lock(trx, id);
      const other = await sql`
        select from connections where scope = ${before.scope} and lower(name) = lower(${name}) and id <> ${id}::uuid`.execute(
        trx,
      );
      if (other.rows.length > 0) return taken(name, before.scope);
      const changed = await sql<StoredConnection>`
        update connections set name = ${name}, settings = ${JSON.stringify(settings)}, updated_at = now()
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
        details: { name: { before: before.name, after: name } },
      });
      return row;
    },
    async remove({ trx, note }, id) {
      const connection = await lock(trx, id);
      const keys = await sql<{ name: string }>`
        select name from connect_keys where connection_id = ${id}::uuid and revoked_at is null
          and (expires_at is null or expires_at > now())`.execute(trx);
      if (keys.rows.length > 0) {
        const names = keys.rows.map((row) => `"${row.name}"`).join(', ');
        throw new TielineError(
          'resource-in-use',
          `Connect keys of this connection are still valid: ${names}`,
          {
            hint: 'Revoke them first; pipelines that use them would fail.',
          },
        );
      }
      await sql`delete from connect_keys where connection_id = ${id}::uuid`.execute(trx);
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
    async keepTest(id, report, at) {
      await sql`update connections set last_test = ${JSON.stringify(report)}, tested_at = ${at}
        where id = ${id}::uuid`.execute(kysely);
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
