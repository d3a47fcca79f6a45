import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Database, Vault } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import { Secret } from '../../kit/secret.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The Idempotency-Key under which this request's answer is to be remembered. */
    idempotencyKey: string | undefined;
    /** Tells this request from others, when it came with an Idempotency-Key. */
    fingerprint: string | undefined;
  }
}

/** A request that has not ended after this long has died with its hub; its key may be taken again. */
const abandonedAfterMs = 60_000;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Posts by API token or session with an `Idempotency-Key` are carried out once: the same key with the same request gets the
 * first answer again for 24 hours, with another request an error. Answers are kept encrypted, since some hold a
 * new token. Reports have their own id instead. Follows the IETF draft "The Idempotency-Key HTTP Header Field".
 */
export function rememberAnswers(app: FastifyInstance, database: Database, vault: Vault): void {
  app.decorateRequest('idempotencyKey', undefined);
  app.decorateRequest('fingerprint', undefined);

  // Before validation: it turns a secret's value into something that no longer shows its text.
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST' && request.headers['idempotency-key'] !== undefined) {
      request.fingerprint = fingerprintOf(request);
    }
  });

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const { fingerprint } = request;
    const callerId = callerIdOf(request);
    if (typeof key !== 'string' || fingerprint === undefined || callerId === undefined) return;
    assertIdempotencyKey(key);
    const hash = await vault.seal(new Secret(fingerprint), requestContextOf(callerId, key));
    const taken = await sql`
      insert into idempotent_answers (token_id, key, request_hash) values (${callerId}, ${key}, ${hash})
      on conflict (token_id, key) do update set created_at = now(), request_hash = excluded.request_hash
      where idempotent_answers.status is null
        and idempotent_answers.created_at < now() - ${`${abandonedAfterMs} ms`}::interval
      returning key`.execute(database.kysely);
    if (taken.rows.length > 0) {
      request.idempotencyKey = key;
      return;
    }
    const answer = await findAnswer(database, callerId, key);
    const known = answer && (await vault.unsealText(answer.hash, requestContextOf(callerId, key)));
    if (known !== undefined && known !== fingerprint) {
      throw new TielineError(
        'idempotency-key-reused',
        `The Idempotency-Key ${key} was used for another request`,
      );
    }
    if (answer?.status == null || answer.sealed === null) {
      throw new TielineError(
        'idempotency-key-busy',
        `The request with the Idempotency-Key ${key} has not ended`,
      );
    }
    const text = await vault.unsealText(answer.sealed, contextOf(callerId, key));
    return reply
      .status(answer.status)
      .header('idempotent-replayed', 'true')
      .type(answer.status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json')
      .send(text);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { idempotencyKey: key } = request;
    const callerId = callerIdOf(request);
    if (key === undefined || callerId === undefined) return payload;
    if (reply.statusCode >= 500 || typeof payload !== 'string') {
      await sql`delete from idempotent_answers where token_id = ${callerId} and key = ${key}`.execute(
        database.kysely,
      );
      return payload;
    }
    const sealed = await vault.seal(new Secret(payload), contextOf(callerId, key));
    await sql`update idempotent_answers set status = ${reply.statusCode}, sealed_answer = ${sealed}
      where token_id = ${callerId} and key = ${key}`.execute(database.kysely);
    return payload;
  });
}

/** Keys are a token's own; a session's are its user's. Reports, which come by connect key, have an id of theirs. */
function callerIdOf({ actor }: FastifyRequest): string | undefined {
  if (actor === undefined || actor.kind === 'connect-key') return undefined;
  return actor.token?.id ?? actor.id;
}

async function findAnswer(database: Database, tokenId: string, key: string) {
  const found = await sql<{ hash: Buffer; status: number | null; sealed: Buffer | null }>`
    select request_hash as hash, status, sealed_answer as sealed from idempotent_answers
    where token_id = ${tokenId} and key = ${key}`.execute(database.kysely);
  return found.rows[0];
}

const requestContextOf = (tokenId: string, key: string): string => `idempotent-request ${tokenId} ${key}`;
const contextOf = (tokenId: string, key: string): string => `idempotent-answer ${tokenId} ${key}`;

/** @throws request-invalid */
export function assertIdempotencyKey(key: string): void {
  if (keyPattern.test(key)) return;
  throw new TielineError('request-invalid', 'The Idempotency-Key must be 1 to 255 visible ASCII characters');
}

/** The body may hold a secret's value, and a hash of it could be found by trying: it is kept encrypted. */
function fingerprintOf({ method, url, body }: FastifyRequest): string {
  return createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body)}`)
    .digest('base64url');
}
