import type { RateLimitReport } from '../../kit/connector.ts';

/**
 * What an answer's headers say of the rate limit; undefined when they say nothing. Cloud sends all of these, Data Center
 * the first two where an administrator has switched rate limiting on.
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 */
export function readRateLimit(headers: Record<string, string>): RateLimitReport | undefined {
  const limit = findNumber(headers['x-ratelimit-limit']);
  const remaining = findNumber(headers['x-ratelimit-remaining']);
  // ISO 8601, sometimes without seconds.
  const resetMs = Date.parse(headers['x-ratelimit-reset'] ?? '');
  const near = headers['x-ratelimit-nearlimit'] === 'true';
  if (limit === undefined && remaining === undefined && Number.isNaN(resetMs) && !near) return undefined;
  return {
    limit,
    remaining,
    ...(!Number.isNaN(resetMs) && { reset: new Date(resetMs).toISOString() }),
    near,
  };
}

function findNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text.trim()) ? Number(text) : undefined;
}
