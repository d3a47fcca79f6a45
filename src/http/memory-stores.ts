import type { BudgetStore, CachedToken, RateLimitPause, TokenStore } from '../kit/http.ts';

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
