import { type RawBuilder, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { RoleGrant } from '../actors.ts';
import type { Change } from '../changes.ts';
import { resolveReference, withinScopes } from '../scopes.ts';

export type AccountKind = 'user' | 'service-account';

/** A role, and whether a person gave it or a group of the sign-in service. */
export interface GivenRole extends RoleGrant {
  source: 'person' | 'group';
}

/** A user or a service account. */
export interface Account {
  id: string;
  kind: AccountKind;
  name: string;
  /** A user's. */
  email: string | null;
  /** Where a service account lies; `account` for a user. */
  scope: string;
  roles: GivenRole[];
  /** How a user can sign in. */
  hasPassword: boolean;
  issuer: string | null;
  createdAt: Date;
  disabledAt: Date | null;
  lastSignedInAt: Date | null;
}

/** The roles of the account in the row at hand, as JSON. */
export const rolesOfRow = sql`coalesce((select json_agg(json_build_object('scope', scope, 'role', role, 'source', source)
  order by scope, source) from role_grants where account_id = accounts.id), '[]')`;
const columns = sql`id, kind, name, email, scope, issuer, created_at as "createdAt", disabled_at as "disabledAt",
  last_signed_in_at as "lastSignedInAt", ${rolesOfRow} as roles,
  exists (select from passwords where account_id = accounts.id) as "hasPassword"`;

/** How the audit log names an account. */
export const subjectOf = ({ kind, id, name, email }: Pick<Account, 'kind' | 'id' | 'name' | 'email'>) => ({
  kind,
  id,
  name: email ?? name,
});

/** Makes a user without a role and without a way to sign in but OpenID Connect. @throws name-taken */
export async function createUser(change: Change, wanted: { name: string; email: string }): Promise<Account> {
  return insert(change, { kind: 'user', scope: 'account', ...wanted }, `a user ${wanted.email}`);
}

/** Makes a service account without a role. @throws name-taken */
export async function createServiceAccount(
  change: Change,
  wanted: { name: string; scope: string },
): Promise<Account> {
  const taken = `a service account "${wanted.name}" in ${wanted.scope}`;
  return insert(change, { kind: 'service-account', email: null, ...wanted }, taken);
}

async function insert(
  { trx, note, now }: Change,
  { kind, name, email, scope }: Pick<Account, 'kind' | 'name' | 'email' | 'scope'>,
  taken: string,
): Promise<Account> {
  const made = await sql<Account>`
    insert into accounts (id, kind, name, email, scope, created_at)
    values (${uuid()}, ${kind}, ${name}, ${email}, ${scope}, ${now})
    on conflict do nothing returning ${columns}`.execute(trx);
  const account = made.rows[0];
  if (account === undefined) throw new TielineError('name-taken', `There is ${taken} already`);
  await note({ action: `${kind}.created`, scope, subject: subjectOf(account) });
  return account;
}

/** Accounts of a kind, newest first: service accounts of these scopes and below, users whatever the scopes. */
export async function listAccounts(
  database: Database,
  { kind, within, before, limit }: { kind: AccountKind; within: string[]; before?: string; limit: number },
): Promise<Account[]> {
  const found = await sql<Account>`
    select ${columns} from accounts
    where kind = ${kind} and ${kind === 'user' ? sql`true` : withinScopes('scope', within)}
      and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
    order by id desc limit ${limit}`.execute(database.kysely);
  return found.rows;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A user by id or e-mail address. */
export async function findUser(database: Database, idOrEmail: string): Promise<Account | undefined> {
  const which = uuidPattern.test(idOrEmail)
    ? sql<boolean>`id = ${idOrEmail}::uuid`
    : sql<boolean>`email = ${idOrEmail.toLowerCase()}`;
  return first(database, sql`kind = 'user' and ${which}`);
}

/** @throws resource-not-found */
export async function getUser(database: Database, idOrEmail: string): Promise<Account> {
  const user = await findUser(database, idOrEmail);
  if (user !== undefined) return user;
  throw new TielineError('resource-not-found', `There is no user ${idOrEmail}`);
}

/** A service account by id or by a reference seen from a scope. @throws resource-not-found */
export async function getServiceAccount(
  database: Database,
  idOrReference: string,
  from: string,
): Promise<Account> {
  const account = await first(
    database,
    sql`kind = 'service-account' and ${uuidPattern.test(idOrReference) ? sql`id = ${idOrReference}::uuid` : named(idOrReference, from)}`,
  );
  if (account !== undefined) return account;
  throw noServiceAccount(idOrReference);
}

export const noServiceAccount = (idOrReference: string): TielineError =>
  new TielineError('resource-not-found', `There is no service account "${idOrReference}"`);

function named(reference: string, from: string): RawBuilder<boolean> {
  const { scope, name } = resolveReference(reference, from);
  return sql<boolean>`scope = ${scope} and lower(name) = lower(${name})`;
}

/** An account by its id, as it is within a change. @throws resource-not-found */
export async function getAccountIn({ trx }: Pick<Change, 'trx'>, id: string): Promise<Account> {
  const found = await sql<Account>`select ${columns} from accounts where id = ${id}::uuid`.execute(trx);
  const account = found.rows[0];
  if (account === undefined) throw new TielineError('resource-not-found', `There is no account ${id}`);
  return account;
}

async function first(database: Database, which: RawBuilder<unknown>): Promise<Account | undefined> {
  const found = await sql<Account>`select ${columns} from accounts where ${which}`.execute(database.kysely);
  return found.rows[0];
}
