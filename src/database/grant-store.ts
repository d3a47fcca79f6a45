import { type Kysely, sql, type Transaction } from 'kysely';
import { TielineError } from '../kit/errors.ts';
import type { Grant, GrantStore } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import { errorCodeOf } from './database-errors.ts';
import type { Vault } from './encryption/vault.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';
import { createTurns } from './turns.ts';

interface Row {
  sealed: Buffer;
  expiresAt: Date;
  scopes: string[];
}

/** What memory holds of what other replicas may change is at most this old. */
export const freshMs = 1_000;

/**
 * A renewal is one request, which ends by its own time-outs well before this. PostgreSQL then frees the row of a
 * replica that vanished with its machine, and whoever waits for the row waits a little longer.
 */
const longestRenewalMs = 120_000;
const longestWaitMs = 130_000;

/** Renewals hold a database connection while they ask the other side; this share of the pool is theirs. */
const shareOfPool = 4;

const lockNotAvailable = '55P03';

const columns = sql`sealed, expires_at as "expiresAt", scopes`;
const contextOf = (key: string) => `user grant ${key}`;

/** Forgets a grant in the caller's transaction. Memories of it, on this replica too, end within {@link freshMs}. */
export async function forgetGrant(trx: Kysely<Schema>, key: string): Promise<void> {
  await sql`delete from user_grants where key = ${key}`.execute(trx);
}

/** Users' grants on the database, sealed by the vault, read at most once a second. */
export function createGrantStore(options: { database: Database; vault: Vault; now(): Date }): GrantStore {
  const { database, vault, now } = options;
  const { kysely } = database;
  const remembered = new Map<string, { at: Date; grant: Promise<Grant | undefined> }>();
  const turns = createTurns(Math.max(1, Math.floor(database.pool.options.max / shareOfPool)));

  const seal = ({ accessToken, refreshToken }: Grant, key: string): Promise<Buffer> => {
    const texts = JSON.stringify([clearText(accessToken), clearText(refreshToken)]);
    return vault.seal(new Secret(texts), contextOf(key));
  };
  const unseal = async ({ sealed, expiresAt, scopes }: Row, key: string): Promise<Grant> => {
    const texts: string[] = JSON.parse(clearText(await vault.unseal(sealed, contextOf(key))));
    const [accessToken = '', refreshToken = ''] = texts;
    return {
      accessToken: new Secret(accessToken),
      refreshToken: new Secret(refreshToken),
      expiresAt,
      scopes,
    };
  };

  const read = async (key: string): Promise<Grant | undefined> => {
    const found = await sql<Row>`select ${columns} from user_grants where key = ${key}`.execute(kysely);
    const row = found.rows[0];
    return row && unseal(row, key);
  };
  const remember = (key: string, grant: Promise<Grant | undefined>) => {
    const entry = { at: now(), grant };
    remembered.set(key, entry);
    grant.catch(() => {
      if (remembered.get(key) === entry) remembered.delete(key);
    });
    return grant;
  };

  const lock = async (transaction: Transaction<Schema>, key: string): Promise<Row | undefined> => {
    await sql`select set_config('idle_in_transaction_session_timeout', ${String(longestRenewalMs)}, true),
                     set_config('lock_timeout', ${String(longestWaitMs)}, true)`.execute(transaction);
    const found = await sql<Row>`
      select ${columns} from user_grants where key = ${key} for update`.execute(transaction);
    return found.rows[0];
  };
  /** Only in place of what it was made from. */
  const replace = async (on: typeof kysely, key: string, before: Buffer, grant: Grant): Promise<boolean> => {
    const updated = await sql`
      update user_grants set sealed = ${await seal(grant, key)}, expires_at = ${grant.expiresAt},
                             scopes = ${grant.scopes}, updated_at = now()
      where key = ${key} and sealed = ${before}`.execute(on);
    return updated.numAffectedRows === 1n;
  };

  const renew: GrantStore['renew'] = async (key, exchange) => {
    let exchanged: { before: Buffer; grant: Grant } | undefined;
    try {
      return await database.transaction('grant-renewal', async (transaction) => {
        const row = await lock(transaction, key);
        if (row === undefined) return undefined;
        // After a deadlock all of this runs again, but a refresh token may be good only once.
        if (exchanged === undefined || !exchanged.before.equals(row.sealed)) {
          const current = await unseal(row, key);
          const grant = await exchange(current);
          if (grant === current) return current;
          exchanged = { before: row.sealed, grant };
        }
        await replace(transaction, key, exchanged.before, exchanged.grant);
        return exchanged.grant;
      });
    } catch (error) {
      if (errorCodeOf(error) === lockNotAvailable) throw busy(error);
      // The connection may have broken while the other side rotated: another one can still store what it gave.
      if (exchanged === undefined || !(await replace(kysely, key, exchanged.before, exchanged.grant)))
        throw error;
      return exchanged.grant;
    }
  };

  return {
    find(key) {
      const known = remembered.get(key);
      if (known !== undefined && now().getTime() - known.at.getTime() < freshMs) return known.grant;
      return remember(key, read(key));
    },
    async put(key, grant) {
      await sql`
        insert into user_grants (key, sealed, expires_at, scopes)
        values (${key}, ${await seal(grant, key)}, ${grant.expiresAt}, ${grant.scopes})
        on conflict (key) do update set sealed = excluded.sealed, expires_at = excluded.expires_at,
                                        scopes = excluded.scopes, updated_at = now()`.execute(kysely);
      remembered.delete(key);
    },
    async forget(key) {
      await forgetGrant(kysely, key);
      remembered.delete(key);
    },
    async renew(key, exchange) {
      const grant = await turns(key, () => renew(key, exchange));
      await remember(key, Promise.resolve(grant));
      return grant;
    },
  };
}

function busy(cause: unknown): TielineError {
  return new TielineError(
    'request-timed-out',
    'Another replica has not ended its renewal of the authorisation',
    {
      hint: 'It is tried again. If it lasts, look at the log of the other replicas.',
      cause,
    },
  );
}
