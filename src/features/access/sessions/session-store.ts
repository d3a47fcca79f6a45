import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../../database/index.ts';
import { rolesOfRow } from '../accounts/account-store.ts';
import type { Principal, RoleGrant } from '../actors.ts';
import type { Change } from '../changes.ts';

export type SignInMethod = 'password' | 'oidc';

/** A signed-in user's browser. */
export interface Session {
  id: string;
  actor: Principal;
  email: string;
  method: SignInMethod;
  /** What a page of ours must send along when it changes something. */
  csrfToken: string;
  /** The secret that takes the place of the one that was shown; the browser must be told. */
  renewedSecret?: string;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A session that is not used ends after a working day, and any after a week. */
const idleMs = 12 * hourMs;
export const longestMs = 7 * 24 * hourMs;
/** How long one secret is used; the one before it serves what was under way, such as a page's other requests. */
const renewAfterMs = hourMs;
const previousForMs = minuteMs;
/** The last use is written down at most this often. */
const lastUseEveryMs = minuteMs;

/** 256 bits of chance need no slow hash. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const newSecret = (): string => randomBytes(32).toString('base64url');

/** Starts a session of a user, gives the secret for the cookie, and clears away sessions that have ended. */
export async function startSession(
  { trx, now }: Change,
  { accountId, method }: { accountId: string; method: SignInMethod },
): Promise<string> {
  const secret = newSecret();
  await sql`delete from sessions where expires_at < ${now} or last_used_at < ${before(now, idleMs)}`.execute(
    trx,
  );
  await sql`
    insert into sessions (id, account_id, hash, csrf_token, method, started_at, renewed_at, last_used_at, expires_at)
    values (${uuid()}, ${accountId}, ${hashOf(secret)}, ${newSecret()}, ${method}, ${now}, ${now}, ${now},
      ${before(now, -longestMs)})`.execute(trx);
  await sql`update accounts set last_signed_in_at = ${now} where id = ${accountId}`.execute(trx);
  return secret;
}

/** The living session behind a cookie, with the roles that its user has at this moment. */
export async function findSession(
  database: Database,
  secret: string,
  now: Date,
): Promise<Session | undefined> {
  const hash = hashOf(secret);
  const found = await sql<{
    id: string;
    csrfToken: string;
    method: SignInMethod;
    renewedAt: Date;
    lastUsedAt: Date;
    isCurrent: boolean;
    accountId: string;
    name: string;
    email: string;
    roles: RoleGrant[];
  }>`
    select sessions.id, csrf_token as "csrfToken", method, renewed_at as "renewedAt", last_used_at as "lastUsedAt",
      hash = ${hash} as "isCurrent", accounts.id as "accountId", name, email, ${rolesOfRow} as roles
    from sessions join accounts on accounts.id = account_id
    where (hash = ${hash} or (previous_hash = ${hash} and previous_until > ${now}))
      and expires_at > ${now} and last_used_at > ${before(now, idleMs)} and disabled_at is null`.execute(
    database.kysely,
  );
  const [row] = found.rows;
  if (row === undefined) return undefined;
  const { id, csrfToken, method, email, name, roles } = row;
  const grants = roles.map(({ scope, role }) => ({ scope, role }));
  const actor: Principal = { kind: 'user', id: row.accountId, name, grants };
  const session: Session = { id, actor, email, method, csrfToken };
  if (row.isCurrent && row.renewedAt <= before(now, renewAfterMs)) {
    return { ...session, renewedSecret: await renew(database, hash, now) };
  }
  if (row.lastUsedAt <= before(now, lastUseEveryMs)) {
    await sql`update sessions set last_used_at = ${now} where id = ${id}`.execute(database.kysely);
  }
  return session;
}

/** Undefined when another request of the same browser was faster: that one tells it the new secret. */
async function renew(database: Database, hash: Buffer, now: Date): Promise<string | undefined> {
  const secret = newSecret();
  const renewed = await sql`
    update sessions set hash = ${hashOf(secret)}, previous_hash = hash, previous_until = ${before(now, -previousForMs)},
      renewed_at = ${now}, last_used_at = ${now}
    where hash = ${hash} returning id`.execute(database.kysely);
  return renewed.rows.length > 0 ? secret : undefined;
}

/** Makes every session of an account take a new secret at its next request, as its rights are others now. */
export async function renewSessionsOf({ trx }: Pick<Change, 'trx'>, accountId: string): Promise<void> {
  await sql`update sessions set renewed_at = to_timestamp(0) where account_id = ${accountId}`.execute(trx);
}

/** Ends one session. */
export async function endSession({ trx }: Change, id: string): Promise<void> {
  await sql`delete from sessions where id = ${id}`.execute(trx);
}

/** Ends the sessions of an account, but for one that may go on. */
export async function endSessionsOf({ trx }: Change, accountId: string, except?: string): Promise<number> {
  const ended = await sql`delete from sessions where account_id = ${accountId}
    and id is distinct from ${except ?? null}::uuid returning id`.execute(trx);
  return ended.rows.length;
}

const before = (moment: Date, durationMs: number): Date => new Date(moment.getTime() - durationMs);
