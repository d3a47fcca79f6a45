import { randomBytes } from 'node:crypto';
import type { OauthScope, Seed, SeedAccount } from '../seed.ts';

/** Tokens of a site's OAuth credentials live 15 minutes. */
export const devopsTokenLifeMs = 15 * 60_000;
/** Those for the platform API, of people and of service accounts, an hour. */
export const platformTokenLifeMs = 60 * 60_000;

/** What an access token is good for: the DevOps APIs of a client, or the platform API as an account. */
export type Grantee =
  | { for: 'devops'; clientId: string }
  | { for: 'platform'; clientId: string; email: string; scopes: OauthScope[]; byConsent: boolean };

/** An account with what it may at the gateway. */
export interface PlatformCaller {
  account: SeedAccount;
  clientId: string;
  scopes: OauthScope[];
  /** True for a person's consent to an app (3LO), false for a service account. */
  byConsent: boolean;
}

/** The access tokens that the gateway gave out. */
export interface Tokens {
  issue(grantee: Grantee): string;
  /** The site's OAuth client whose living token this is. */
  findClient(token: string): Seed['clients'][number] | undefined;
  /** Who a living token for the platform API speaks for. */
  findCaller(token: string): PlatformCaller | undefined;
  /** Ends the life of every token given out so far. */
  expireAll(): void;
  /** Ends those that an app has for an account. */
  revoke(clientId: string, email: string): void;
}

/** A token that nobody can guess; it says that it is a simulator's. */
export const newToken = (kind: string): string =>
  `simulated.${kind}.${randomBytes(24).toString('base64url')}`;

/** No tokens yet. */
export function createTokens(seed: Seed, now: () => Date): Tokens {
  const living = new Map<string, { grantee: Grantee; expiresAt: number }>();
  const find = (token: string): Grantee | undefined => {
    const found = living.get(token);
    return found === undefined || found.expiresAt <= now().getTime() ? undefined : found.grantee;
  };
  return {
    issue(grantee) {
      const token = newToken('access');
      const lifeMs = grantee.for === 'devops' ? devopsTokenLifeMs : platformTokenLifeMs;
      living.set(token, { grantee, expiresAt: now().getTime() + lifeMs });
      return token;
    },
    findClient(token) {
      const grantee = find(token);
      if (grantee?.for !== 'devops') return undefined;
      return seed.clients.find((client) => client.clientId === grantee.clientId);
    },
    findCaller(token) {
      const grantee = find(token);
      if (grantee?.for !== 'platform') return undefined;
      const account = seed.accounts.find((one) => one.email === grantee.email && one.active);
      return account && { account, ...grantee };
    },
    expireAll: () => living.clear(),
    revoke(clientId, email) {
      for (const [token, { grantee }] of living) {
        if (grantee.for === 'platform' && grantee.clientId === clientId && grantee.email === email) {
          living.delete(token);
        }
      }
    },
  };
}
