import type { Answer } from './answer.ts';
import type { Incoming } from './route.ts';

/** Requests a second that Jira Cloud takes of one method at one endpoint, by its page on rate limits. */
const perSecond: Record<string, number> = { GET: 100, POST: 100, PUT: 50, DELETE: 50 };

/** What stands for an endpoint: its path without what tells one issue or number from another. */
export const endpointOf = (path: string) =>
  path.replace(/(?<!\/api)\/(?:[A-Z][A-Z0-9_]+-\d+|\d+)(?=\/|$)/g, '/{id}');

/**
 * The headers by which answers of the platform API tell how much of the burst limit is left. They are told, not
 * enforced: a test that wants a refusal asks for one.
 */
export function createBurstHeaders(now: () => Date) {
  const windows = new Map<string, { second: number; used: number }>();
  return ({ method, path }: Incoming, { status }: Answer): Record<string, string> => {
    const limit = perSecond[method];
    if (limit === undefined || status === 429 || !path.includes('/rest/api/')) return {};
    const endpoint = `${method} ${endpointOf(path)}`;
    const second = Math.floor(now().getTime() / 1000);
    const before = windows.get(endpoint);
    const used = before?.second === second ? before.used + 1 : 1;
    windows.set(endpoint, { second, used });
    const remaining = Math.max(0, limit - used);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      // "Less than 20 % is left"; absent otherwise.
      ...(remaining < limit / 5 && { 'x-ratelimit-nearlimit': 'true' }),
    };
  };
}
