import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { BudgetStore, CachedToken, GrantStore, RateLimitPause, TokenStore } from '../kit/http.ts';
import type { Vault } from './encryption/vault.ts';
import { createGrantStore, freshMs } from './grant-store.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

/** What http asks for, and replicas share. */
export interface HttpStores {
  tokens: TokenStore;
  budgets: BudgetStore;
  grants: GrantStore;
}

/**
 * The stores of outbound HTTP on the database, tokens sealed by the vault. Memory stands before them: an access token
 * is read once, limits and grants once a second at most.
 */
export function createHttpStores(options: { database: Database; vault: Vault; now(): Date }): HttpStores {
  return {
    tokens: createTokenStore(options),
    budgets: createBudgetStore(options),
    grants: createGrantStore(options),
  };
}

/** Access tokens. One that another replica forgets is still found here, for it is refused here as well. */
function createTokenStore({
  database,
  vault,
  now,
}: {
  database: Database;
  vault: Vault;
  now(): Date;
}): TokenStore {
  const { kysely } = database;
  const remembered = new Map<string, { sealed: Buffer; token: CachedToken }>();
  const contextOf = (key: string) => `access token ${key}`;

  return {
    async find(key) {
      const known = remembered.get(key);
      // Another replica may have renewed one that has ended.
      if (known !== undefined && known.token.expiresAt > now()) return known.token;
      const found = await sql<{ sealed: Buffer; expiresAt: Date }>`
        select sealed, expires_at as "expiresAt" from access_tokens where key = ${key}`.execute(kysely);
      const row = found.rows[0];
      if (row === undefined) return undefined;
      const token = { token: await vault.unseal(row.sealed, contextOf(key)), expiresAt: row.expiresAt };
      remembered.set(key, { sealed: row.sealed, token });
      return token;
    },
    async put(key, token) {
      const sealed = await vault.seal(token.token, contextOf(key));
      await forgetOver(kysely, sql`access_tokens`, sql`expires_at`, now());
      await sql`
        insert into access_tokens (key, sealed, expires_at) values (${key}, ${sealed}, ${token.expiresAt})
        on conflict (key) do update set sealed = excluded.sealed, expires_at = excluded.expires_at`.execute(
        kysely,
      );
      for (const [other, { token: old }] of remembered) if (old.expiresAt < now()) remembered.delete(other);
      remembered.set(key, { sealed, token });
    },
    async forget(key) {
      const known = remembered.get(key);
      remembered.delete(key);
      if (known === undefined) return;
      // Another replica may have put a new one there, which is good.
      await sql`delete from access_tokens where key = ${key} and sealed = ${known.sealed}`.execute(kysely);
    },
  };
}

/** Pauses. Few are in force at any time, so that all of them are read at once. */
function createBudgetStore({ database: { kysely }, now }: { database: Database; now(): Date }): BudgetStore {
  const own = new Map<string, RateLimitPause>();
  let reading: { at: Date; pauses: Promise<Map<string, RateLimitPause>> } | undefined;

  const read = async () => {
    const found = await sql<RateLimitPause & { key: string }>`
      select key, until, reason from rate_limit_pauses where until > ${now()}`.execute(kysely);
    return new Map(found.rows.map(({ key, until, reason }) => [key, { until, reason }]));
  };
  const readAll = () => {
    if (reading !== undefined && now().getTime() - reading.at.getTime() < freshMs) return reading.pauses;
    const begun = { at: now(), pauses: read() };
    begun.pauses.catch(() => {
      if (reading === begun) reading = undefined;
    });
    reading = begun;
    return begun.pauses;
  };

  return {
    async find(key) {
      const theirs = (await readAll()).get(key);
      const ours = own.get(key);
      if (theirs === undefined || ours === undefined) return theirs ?? ours;
      return theirs.until > ours.until ? theirs : ours;
    },
    async put(key, pause) {
      for (const [other, { until }] of own) if (until <= now()) own.delete(other);
      own.set(key, pause);
      await forgetOver(kysely, sql`rate_limit_pauses`, sql`until`, now());
      // Of two replicas that are told at once, the longer pause counts.
      await sql`
        insert into rate_limit_pauses (key, until, reason) values (${key}, ${pause.until}, ${pause.reason})
        on conflict (key) do update set until = excluded.until, reason = excluded.reason
        where rate_limit_pauses.until < excluded.until`.execute(kysely);
    },
  };
}

/** Deletes the rows whose time is over, but for those that another replica holds: two that delete would deadlock. */
async function forgetOver(
  kysely: Kysely<Schema>,
  table: RawBuilder<unknown>,
  column: RawBuilder<unknown>,
  now: Date,
) {
  await sql`
    delete from ${table} where key in (select key from ${table} where ${column} <= ${now} for update skip locked)`.execute(
    kysely,
  );
}
