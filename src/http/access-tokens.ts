import { createHash } from 'node:crypto';
import { TielineError } from '../kit/errors.ts';
import type { AuthScheme, CachedToken, HttpAnswer, HttpRequest, TokenStore } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import { excerpt } from './answers.ts';
import type { Redaction } from './redaction.ts';

type ClientCredentials = Extract<AuthScheme, { type: 'oauthClientCredentials' }>;

/** Sends the token request; resolves for the statuses that it accepts. */
type Ask = (request: HttpRequest) => Promise<HttpAnswer>;

/** A token is renewed this long before its end, or a tenth of its life when that is less. */
const renewalMs = 60_000;

/** RFC 6749 §5.1 lets `expires_in` be left out; a short life then only costs a request. */
const unspokenLifeMs = 5 * 60_000;

/** The statuses with which token endpoints refuse a client: RFC 6749 §5.2 says 400 and 401, Atlassian sends 403 too. */
const refusals = [400, 401, 403];

/** What refused, by the `error` of RFC 6749 §5.2; `access_denied` is Atlassian's word for a wrong pair. */
const refusedParts: Record<string, string> = {
  invalid_client: 'client id or secret refused',
  unauthorized_client: 'client id or secret refused',
  access_denied: 'client id or secret refused',
  invalid_scope: 'scope refused',
};

/** Access tokens by client credentials, RFC 6749 §4.4: cached, renewed before their end, one request at a time. */
export interface AccessTokens {
  /**
   * A token that is valid by our clock.
   * @throws TielineError `remote-unauthorized` when the client is refused, `answer-unexpected` when no token
   *   comes, and whatever `ask` throws.
   */
  get(targetName: string, auth: ClientCredentials, ask: Ask): Promise<Secret>;
  /** Forgets a token that was refused, unless another has taken its place. */
  forget(targetName: string, auth: ClientCredentials, refused: Secret): Promise<void>;
}

/** Access tokens over a store. The redaction is told of each token before it is used. */
export function createAccessTokens(options: {
  store: TokenStore;
  now: () => Date;
  redaction: Redaction;
}): AccessTokens {
  const { store, now, redaction } = options;
  const pending = new Map<string, Promise<CachedToken>>();

  const findOrFetch = async (key: string, auth: ClientCredentials, ask: Ask) => {
    const found = await store.find(key);
    if (found !== undefined && found.expiresAt > now()) return found;
    const fetched = await fetchToken(auth, ask, now, redaction.redact);
    await store.put(key, fetched);
    return fetched;
  };

  return {
    async get(targetName, auth, ask) {
      const key = keyOf(targetName, auth);
      const running = pending.get(key) ?? findOrFetch(key, auth, ask).finally(() => pending.delete(key));
      pending.set(key, running);
      const { token } = await running;
      redaction.addRenewed(key, clearText(token));
      return token;
    },
    async forget(targetName, auth, refused) {
      const key = keyOf(targetName, auth);
      const found = await store.find(key);
      if (found !== undefined && clearText(found.token) === clearText(refused)) await store.forget(key);
    },
  };
}

/** Holds the credentials too, hashed: after a wrong edit the old token must not make a test look well. */
function keyOf(targetName: string, { tokenUrl, clientId, clientSecret, audience, scope }: ClientCredentials) {
  const parts = JSON.stringify([tokenUrl, clientId, clearText(clientSecret), audience, scope]);
  return `${targetName} ${createHash('sha256').update(parts).digest('base64url')}`;
}

async function fetchToken(
  auth: ClientCredentials,
  ask: Ask,
  now: () => Date,
  redact: (text: string) => string,
): Promise<CachedToken> {
  const askedAt = now();
  const fields = {
    grant_type: 'client_credentials',
    client_id: auth.clientId,
    client_secret: clearText(auth.clientSecret),
    ...(auth.audience !== undefined && { audience: auth.audience }),
    ...(auth.scope !== undefined && { scope: auth.scope }),
  };
  const answer = await ask({
    method: 'POST',
    url: auth.tokenUrl,
    accept: refusals,
    ...(auth.encoding === 'json'
      ? { json: fields }
      : {
          body: new URLSearchParams(fields).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
  });
  if (answer.status >= 400) throw refusedToken(auth, answer, redact);
  const { access_token: token, expires_in: seconds } = asRecord(answer.json());
  if (typeof token !== 'string' || token === '') {
    // The answer is left out: it may hold a token under another name.
    throw new TielineError('answer-unexpected', `${auth.tokenUrl} answered without an access_token`, {
      details: { status: answer.status, url: auth.tokenUrl },
    });
  }
  const lifeMs = Number(seconds) > 0 ? Number(seconds) * 1_000 : unspokenLifeMs;
  const usableMs = lifeMs - Math.min(renewalMs, lifeMs / 10);
  return { token: new Secret(token), expiresAt: new Date(askedAt.getTime() + usableMs) };
}

function refusedToken(
  auth: ClientCredentials,
  answer: HttpAnswer,
  redact: (text: string) => string,
): TielineError {
  const { error } = findJson(answer);
  const known = typeof error === 'string' ? refusedParts[error] : undefined;
  const part = known ?? (answer.status === 400 ? 'token request refused' : 'client id or secret refused');
  const word = typeof error === 'string' ? ` (${error.slice(0, 100)})` : '';
  return new TielineError(
    'remote-unauthorized',
    `${auth.tokenUrl} answered ${answer.status}: ${part}${word}`,
    {
      hint: 'Check the client id and the client secret of the connection; make new ones if they may be revoked.',
      details: { status: answer.status, url: auth.tokenUrl, answer: excerpt(answer.text, redact) },
    },
  );
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** A refusal's body as an object; an empty one when it is no JSON, which says no less than the status. */
function findJson(answer: HttpAnswer): Record<string, unknown> {
  try {
    return asRecord(answer.json());
  } catch {
    return {};
  }
}
