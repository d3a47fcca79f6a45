import { createHash } from 'node:crypto';
import type { AuthScheme, CachedToken, TokenStore } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import type { Redaction } from './redaction.ts';
import { type Ask, askToken } from './token-endpoint.ts';

type ClientCredentials = Extract<AuthScheme, { type: 'oauthClientCredentials' }>;

/** The access tokens of one target. */
export interface Bearer {
  /** A token that is valid by our clock. */
  get(): Promise<Secret>;
  /** Another token than the one that the other side refused before its time. */
  replace(refused: Secret): Promise<Secret>;
}

/**
 * Access tokens by client credentials, RFC 6749 §4.4, over a store: cached, renewed before their end, one request at a
 * time. The redaction is told of each token before it is used. They throw what {@link askToken} throws.
 */
export function createAccessTokens(options: {
  store: TokenStore;
  now: () => Date;
  redaction: Redaction;
}): (targetName: string, auth: ClientCredentials, ask: Ask) => Bearer {
  const { store, now, redaction } = options;
  const pending = new Map<string, Promise<CachedToken>>();

  const fetchToken = async (auth: ClientCredentials, ask: Ask): Promise<CachedToken> => {
    const { tokenUrl, clientId, clientSecret, audience, scope, encoding } = auth;
    const fields = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clearText(clientSecret),
      ...(audience !== undefined && { audience }),
      ...(scope !== undefined && { scope }),
    };
    const { redact } = redaction;
    const { accessToken, expiresAt } = await askToken(ask, { tokenUrl, fields, encoding }, { now, redact });
    return { token: new Secret(accessToken), expiresAt };
  };

  const findOrFetch = async (key: string, auth: ClientCredentials, ask: Ask) => {
    const found = await store.find(key);
    if (found !== undefined && found.expiresAt > now()) return found;
    const fetched = await fetchToken(auth, ask);
    await store.put(key, fetched);
    return fetched;
  };

  return (targetName, auth, ask) => {
    const key = keyOf(targetName, auth);
    const get = async () => {
      const running = pending.get(key) ?? findOrFetch(key, auth, ask).finally(() => pending.delete(key));
      pending.set(key, running);
      const { token } = await running;
      redaction.addRenewed(key, clearText(token));
      return token;
    };
    return {
      get,
      async replace(refused) {
        const found = await store.find(key);
        // Another request may have put a new one in its place already.
        if (found !== undefined && clearText(found.token) === clearText(refused)) await store.forget(key);
        return get();
      },
    };
  };
}

/** Holds the credentials too, hashed: after a wrong edit the old token must not make a test look well. */
function keyOf(targetName: string, { tokenUrl, clientId, clientSecret, audience, scope }: ClientCredentials) {
  const parts = JSON.stringify([tokenUrl, clientId, clearText(clientSecret), audience, scope]);
  return `${targetName} ${createHash('sha256').update(parts).digest('base64url')}`;
}
