import { randomBytes } from 'node:crypto';
import type { Seed } from './seed.ts';

/** Atlassian's client-credentials tokens live 15 minutes. */
export const tokenLifeMs = 15 * 60_000;

/** The access tokens that the gateway gave out. */
export interface Tokens {
  issue(clientId: string): string;
  /** The client whose living token this is. */
  findClient(token: string): Seed['clients'][number] | undefined;
  /** Ends the life of every token given out so far. */
  expireAll(): void;
  count(): number;
}

/** No tokens yet. */
export function createTokens(seed: Seed, now: () => Date): Tokens {
  const living = new Map<string, { clientId: string; expiresAt: number }>();
  return {
    issue(clientId) {
      const token = `simulated.${randomBytes(24).toString('base64url')}`;
      living.set(token, { clientId, expiresAt: now().getTime() + tokenLifeMs });
      return token;
    },
    findClient(token) {
      const found = living.get(token);
      if (found === undefined || found.expiresAt <= now().getTime()) return undefined;
      return seed.clients.find((client) => client.clientId === found.clientId);
    },
    expireAll: () => living.clear(),
    count: () => living.size,
  };
}
