import { hash, randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database, Schema, Vault } from '../../database/index.ts';
import { Secret } from '../../kit/secret.ts';
import type { ChangeAuthor } from '../access/index.ts';

/** A user has so long to say yes at the other side. */
export const consentTimeMs = 10 * 60 * 1000;
/** 256 bits: nobody guesses a state or a verifier (RFC 7636 §4.1 wants as many). */
const randomByteCount = 32;

/** A consent that is under way: who asked for it, and what its code is redeemed with. */
export interface ConsentRequest {
  connectionId: string;
  /** Of the connection's settings, when it was asked for. */
  revision: number;
  askedBy: ChangeAuthor;
  redirectUri: string;
  verifier: Secret;
}

/** What a state stands for; `used`, `expired` and `unknown` lead to nothing. */
export type ConsentLookup = { found: ConsentRequest } | { missing: 'used' | 'expired' | 'unknown' };

/** Keeps consents that are under way. A state is stored as its hash, and counts once. */
export interface ConsentStore {
  /** Stores a request; gives its state and the challenge to its verifier (RFC 7636 §4.2, S256). */
  start(
    trx: Kysely<Schema>,
    request: Omit<ConsentRequest, 'verifier'>,
  ): Promise<{ state: string; challenge: string }>;
  /** Takes the request of a state: a second time it is `used`. */
  take(state: string): Promise<ConsentLookup>;
}

/** A consent store on the database; verifiers are sealed by the vault. */
export function createConsentStore(options: { database: Database; vault: Vault; now(): Date }): ConsentStore {
  const { database, vault, now } = options;
  const random = () => randomBytes(randomByteCount).toString('base64url');
  const hashOf = (state: string) => hash('sha256', state, 'buffer');
  const contextOf = (stateHash: Buffer) => `consent ${stateHash.toString('hex')}`;

  return {
    async start(trx, { connectionId, revision, askedBy, redirectUri }) {
      const [state, verifier] = [random(), random()];
      const stateHash = hashOf(state);
      const sealed = await vault.seal(new Secret(verifier), contextOf(stateHash));
      // Those of a day ago are told nothing more by us.
      await sql`delete from consent_requests where expires_at < ${now()}::timestamptz - interval '1 day'`.execute(
        trx,
      );
      await sql`
        insert into consent_requests (state_hash, connection_id, revision, asked_by, redirect_uri, sealed_verifier,
          expires_at)
        values (${stateHash}, ${connectionId}, ${revision}, ${JSON.stringify(askedBy)}, ${redirectUri}, ${sealed},
          ${new Date(now().getTime() + consentTimeMs)})`.execute(trx);
      return { state, challenge: hash('sha256', verifier, 'base64url') };
    },
    async take(state) {
      const stateHash = hashOf(state);
      const taken = await sql<Omit<ConsentRequest, 'verifier'> & { sealed: Buffer; expiresAt: Date }>`
        update consent_requests set used_at = ${now()} where state_hash = ${stateHash} and used_at is null
        returning connection_id as "connectionId", revision, asked_by as "askedBy", redirect_uri as "redirectUri",
          sealed_verifier as sealed, expires_at as "expiresAt"`.execute(database.kysely);
      const [row] = taken.rows;
      if (row === undefined) {
        const { rows } = await sql`select from consent_requests where state_hash = ${stateHash}`.execute(
          database.kysely,
        );
        return { missing: rows.length > 0 ? 'used' : 'unknown' };
      }
      const { sealed, expiresAt, ...request } = row;
      if (expiresAt <= now()) return { missing: 'expired' };
      return { found: { ...request, verifier: await vault.unseal(sealed, contextOf(stateHash)) } };
    },
  };
}
