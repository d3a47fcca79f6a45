import type { BudgetStore, CachedToken, Grant, GrantStore, RateLimitPause, TokenStore } from '../kit/http.ts';

/** Keeps access tokens for the life of the process: for commands that run without a hub, and for tests. */
export function memoryTokenStore(): TokenStore {
  const tokens = new Map<string, CachedToken>();
  return {
    find: async (key) => tokens.get(key),
    put: async (key, token) => void tokens.set(key, token),
    forget: async (key) => void tokens.delete(key),
  };
}

/** Keeps rate-limit pauses for the life of the process: for commands that run without a hub, and for tests. */
export function memoryBudgetStore(): BudgetStore {
  const pauses = new Map<string, RateLimitPause>();
  return {
    find: async (key) => pauses.get(key),
    put: async (key, pause) => void pauses.set(key, pause),
  };
}

/** Keeps grants for the life of the process: for tests, and where no user can be asked. */
export function memoryGrantStore(): GrantStore {
  const grants = new Map<string, Grant>();
  const turns = new Map<string, Promise<unknown>>();
  return {
    find: async (key) => grants.get(key),
    put: async (key, grant) => void grants.set(key, grant),
    forget: async (key) => void grants.delete(key),
    renew(key, exchange) {
      const renewed = async () => {
        const current = grants.get(key);
        if (current === undefined) return undefined;
        const grant = await exchange(current);
        grants.set(key, grant);
        return grant;
      };
      const turn = (turns.get(key) ?? Promise.resolve()).then(renewed, renewed);
      turns.set(key, turn);
      return turn;
    },
  };
}
