import type { OauthScope } from '../seed.ts';
import { newToken } from './tokens.ts';

/** Codes are for the next moments only. */
const codeLifeMs = 5 * 60_000;
/** A refresh token that nobody used ends after 90 days. */
const refreshLifeMs = 90 * 24 * 60 * 60_000;

/** What a person allowed an app. */
export interface Consent {
  clientId: string;
  email: string;
  scopes: OauthScope[];
}

interface Code extends Consent {
  redirectUri: string;
  expiresAt: number;
}

interface Refresh extends Consent {
  expiresAt: number;
  /** When it was exchanged for another. */
  rotatedAt?: number;
}

/** What people have consented to: authorization codes and rotating refresh tokens. */
export interface Grants {
  makeCode(consent: Consent, redirectUri: string): string;
  /** The consent behind a code, once. */
  takeCode(code: string, clientId: string, redirectUri: string | undefined): Consent | undefined;
  makeRefreshToken(consent: Consent): string;
  /**
   * The consent behind a refresh token. The token is rotated away by this, and stays good for `leewayMs` more, so that
   * a client that lost the answer can ask again.
   */
  takeRefreshToken(token: string, clientId: string, leewayMs: number): Consent | undefined;
  /** What a person does at id.atlassian.com: the app loses what it had. True when it had something. */
  revoke(clientId: string, email: string): boolean;
}

/** No consent yet. */
export function createGrants(now: () => Date): Grants {
  const codes = new Map<string, Code>();
  const refreshTokens = new Map<string, Refresh>();
  return {
    makeCode(consent, redirectUri) {
      const code = newToken('code');
      codes.set(code, { ...consent, redirectUri, expiresAt: now().getTime() + codeLifeMs });
      return code;
    },
    takeCode(code, clientId, redirectUri) {
      const found = codes.get(code);
      if (found === undefined || found.clientId !== clientId) return undefined;
      codes.delete(code);
      return found.redirectUri === redirectUri && found.expiresAt > now().getTime() ? found : undefined;
    },
    makeRefreshToken(consent) {
      const { clientId, email, scopes } = consent;
      const token = newToken('refresh');
      refreshTokens.set(token, { clientId, email, scopes, expiresAt: now().getTime() + refreshLifeMs });
      return token;
    },
    takeRefreshToken(token, clientId, leewayMs) {
      const found = refreshTokens.get(token);
      const at = now().getTime();
      if (found === undefined || found.clientId !== clientId || found.expiresAt <= at) return undefined;
      if (found.rotatedAt !== undefined && at - found.rotatedAt >= leewayMs) return undefined;
      found.rotatedAt ??= at;
      return found;
    },
    revoke(clientId, email) {
      const mine = [...refreshTokens].filter(([, one]) => one.clientId === clientId && one.email === email);
      for (const [token] of mine) refreshTokens.delete(token);
      return mine.length > 0;
    },
  };
}
