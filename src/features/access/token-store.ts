import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Role } from './actors.ts';
import type { Change } from './changes.ts';
import { assertInFuture } from './expiry.ts';
import { withinScopes } from './scopes.ts';
import { makeToken } from './tokens.ts';

/** An API token as it is shown: never its text. */
export interface ApiToken {
  id: string;
  name: string;
  /** Whose it is; null for a token that belongs to nobody. */
  account: { id: string; kind: 'user' | 'service-account'; name: string } | null;
  role: Role;
  scope: string;
  hint: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

const columns = sql`id, name, (select json_build_object('id', accounts.id, 'kind', kind, 'name', coalesce(email, accounts.name))
    from accounts where accounts.id = api_tokens.account_id) as account, role, scope, hint, created_at as "createdAt", expires_at as "expiresAt",
  revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

/**
 * Makes an API token. Its text is in the answer and nowhere else. What it may do is the lower of its own role and its
 * account's at the moment of use.
 * @throws request-invalid for one that would have ended already
 */
export async function createApiToken(
  { trx, now, note }: Change,
  wanted: { name: string; role: Role; scope: string; accountId?: string; expiresAt?: Date },
): Promise<ApiToken & { token: string }> {
  assertInFuture(wanted.expiresAt, now);
  const { text, hash, hint } = makeToken('apiToken');
  const made = await sql<ApiToken>`
    insert into api_tokens (id, name, role, scope, account_id, hash, hint, expires_at)
    values (${uuid()}, ${wanted.name}, ${wanted.role}, ${wanted.scope}, ${wanted.accountId ?? null}, ${hash}, ${hint},
      ${wanted.expiresAt ?? null})
    returning ${columns}`.execute(trx);
  const row = made.rows[0];
  if (row === undefined) throw new TypeError('an insert gave no row');
  await note({
    action: 'api-token.created',
    scope: row.scope,
    subject: subjectOf(row),
    details: { role: row.role, expiresAt: row.expiresAt, account: row.account?.name },
  });
  return { ...row, token: text };
}

/** API tokens of these scopes and below, and those of one account, newest first. */
export async function listApiTokens(
  database: Database,
  page: { within: string[]; accountId: string; before?: string; limit: number },
): Promise<ApiToken[]> {
  const found = await sql<ApiToken>`
    select ${columns} from api_tokens
    where (${withinScopes('scope', page.within)} or account_id = ${page.accountId})
      and (${page.before ?? null}::uuid is null or id < ${page.before ?? null}::uuid)
    order by id desc limit ${page.limit}`.execute(database.kysely);
  return found.rows;
}

/** @throws resource-not-found */
export async function getApiToken(database: Database, id: string): Promise<ApiToken> {
  const found = await sql<ApiToken>`select ${columns} from api_tokens where id = ${id}::uuid`.execute(
    database.kysely,
  );
  const row = found.rows[0];
  if (row === undefined) throw noApiToken(id);
  return row;
}

export const noApiToken = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no API token ${id}`);

/** Ends a token at once. Ending it again changes nothing. */
export async function revokeApiToken({ trx, now, note }: Change, id: string): Promise<void> {
  const revoked = await sql<ApiToken>`
    update api_tokens set revoked_at = ${now} where id = ${id}::uuid and revoked_at is null
    returning ${columns}`.execute(trx);
  const token = revoked.rows[0];
  if (token === undefined) return;
  await note({ action: 'api-token.revoked', scope: token.scope, subject: subjectOf(token) });
}

const subjectOf = ({ id, name }: ApiToken) => ({ kind: 'api-token', id, name });

/** On a hub without any token: the first administrator's, once. Undefined on every later start. */
export async function makeFirstToken(database: Database): Promise<string | undefined> {
  return database.transaction('first-token', async (trx) => {
    // Two replicas at the first start: one makes the token, the other finds it.
    await sql`select pg_advisory_xact_lock(hashtextextended('tieline-first-token', 0))`.execute(trx);
    const known = await sql`select 1 from api_tokens limit 1`.execute(trx);
    if (known.rows.length > 0) return undefined;
    const { text, hash, hint } = makeToken('apiToken');
    await sql`insert into api_tokens (id, name, role, scope, hash, hint)
      values (${uuid()}, 'first administrator', 'administrator', 'account', ${hash}, ${hint})`.execute(trx);
    return text;
  });
}
