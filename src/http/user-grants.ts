import { TielineError } from '../kit/errors.ts';
import type { AuthScheme, CodeRedemption, Grant, GrantStore } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import type { Bearer } from './access-tokens.ts';
import type { Redaction } from './redaction.ts';
import { type Ask, askToken, type TokenAnswer } from './token-endpoint.ts';

type OauthGrant = Extract<AuthScheme, { type: 'oauthGrant' }>;

const startAgain =
  'Start the authorisation again: a code is good once, for a few minutes, and for one client and redirect URI.';
const authoriseAgain =
  'The user must authorise the connection again: the authorisation was taken back, or was not used for too long.';

/** What users granted, by authorization code, RFC 6749 §4.1 and §6. */
export interface UserGrants {
  /** Throws `authorization-missing` without a grant, and what {@link askToken} throws. */
  bearerFor(targetName: string, auth: OauthGrant, ask: Ask): Bearer;
  /** Exchanges a code. Throws `answer-unexpected` without a refresh token, and what {@link askToken} throws. */
  redeem(redemption: CodeRedemption, ask: Ask): Promise<Grant>;
}

/** Grants over a store. The redaction is told of each token before it is used. */
export function createUserGrants(options: {
  store: GrantStore;
  now: () => Date;
  redaction: Redaction;
}): UserGrants {
  const { store, now, redaction } = options;
  const { redact } = redaction;
  const pending = new Map<string, Promise<Grant | undefined>>();

  const noted = (key: string, grant: Grant): Grant => {
    redaction.addRenewed(`access ${key}`, clearText(grant.accessToken));
    redaction.addRenewed(`refresh ${key}`, clearText(grant.refreshToken));
    return grant;
  };

  const isUsable = ({ accessToken, expiresAt }: Grant, refused?: Secret) =>
    expiresAt > now() && (refused === undefined || clearText(accessToken) !== clearText(refused));

  /**
   * Runs alone over all replicas, on what the last of them stored: a rotated refresh token works once. When we end
   * between the rotation and its storing, the old one is tried again: Atlassian takes it for ten minutes more.
   * @see https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
   */
  const exchange = async (current: Grant, auth: OauthGrant, ask: Ask, refused?: Secret): Promise<Grant> => {
    noted(auth.grant, current);
    if (isUsable(current, refused)) return current;
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: clearText(current.refreshToken),
      client_id: auth.clientId,
      client_secret: clearText(auth.clientSecret),
    };
    const answer = await askToken(
      ask,
      { tokenUrl: auth.tokenUrl, fields, encoding: 'form', grantHint: authoriseAgain },
      { now, redact },
    );
    return toGrant(answer, current);
  };

  const renew = async (targetName: string, auth: OauthGrant, ask: Ask, refused?: Secret): Promise<Secret> => {
    const key = JSON.stringify([auth.grant, auth.clientId, refused && clearText(refused)]);
    const running =
      pending.get(key) ??
      store
        .renew(auth.grant, (current) => exchange(current, auth, ask, refused))
        .finally(() => pending.delete(key));
    pending.set(key, running);
    const grant = await running;
    if (grant === undefined) throw missing(targetName);
    return noted(auth.grant, grant).accessToken;
  };

  return {
    bearerFor: (targetName, auth, ask) => ({
      async get() {
        const found = await store.find(auth.grant);
        if (found === undefined) throw missing(targetName);
        if (isUsable(found)) return noted(auth.grant, found).accessToken;
        return renew(targetName, auth, ask);
      },
      replace: (refused) => renew(targetName, auth, ask, refused),
    }),
    async redeem(redemption, ask) {
      const { tokenUrl, clientId, clientSecret, code, redirectUri, codeVerifier } = redemption;
      redaction.add([clearText(clientSecret)]);
      redaction.addRenewed(`code ${redemption.name}`, clearText(code));
      if (codeVerifier) redaction.addRenewed(`verifier ${redemption.name}`, clearText(codeVerifier));
      const fields = {
        grant_type: 'authorization_code',
        code: clearText(code),
        redirect_uri: redirectUri,
        client_id: clientId,
        client_secret: clearText(clientSecret),
        ...(codeVerifier && { code_verifier: clearText(codeVerifier) }),
      };
      const answer = await askToken(
        ask,
        { tokenUrl, fields, encoding: 'form', grantHint: startAgain },
        { now, redact },
      );
      if (answer.refreshToken === undefined) throw withoutRefreshToken(tokenUrl);
      const refreshToken = new Secret(answer.refreshToken);
      return noted(redemption.name, toGrant(answer, { refreshToken, scopes: [] }));
    },
  };
}

/** A server that does not rotate leaves the refresh token out, and one that changes no scope the scopes. */
function toGrant(answer: TokenAnswer, before: Pick<Grant, 'refreshToken' | 'scopes'>): Grant {
  const { accessToken, refreshToken, scope, expiresAt } = answer;
  return {
    accessToken: new Secret(accessToken),
    refreshToken: refreshToken === undefined ? before.refreshToken : new Secret(refreshToken),
    expiresAt,
    scopes: scope === undefined ? before.scopes : scope.split(/[ ,]+/).filter((one) => one !== ''),
  };
}

function missing(targetName: string): TielineError {
  return new TielineError('authorization-missing', 'Nobody has authorised this connection yet', {
    details: { target: targetName },
  });
}

function withoutRefreshToken(tokenUrl: string): TielineError {
  return new TielineError('answer-unexpected', `${tokenUrl} answered without a refresh_token`, {
    hint: 'Ask for consent with the scope that gives one: offline_access at Atlassian.',
    details: { url: tokenUrl },
  });
}
