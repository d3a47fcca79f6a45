import type { RateLimitReport } from './connector.ts';

/** Less than this part of a limit is near its end. */
const nearPart = 0.2;

/**
 * What an answer's headers say of the rate limit, `X-RateLimit-…` or `RateLimit-…`; undefined when they say nothing. A
 * reset is ISO 8601, sometimes without seconds, or seconds since 1970.
 */
export function readRateLimit(headers: Record<string, string>): RateLimitReport | undefined {
  const find = (name: string) => headers[`x-ratelimit-${name}`] ?? headers[`ratelimit-${name}`];
  const limit = findNumber(find('limit'));
  const remaining = findNumber(find('remaining'));
  const resetText = find('reset') ?? '';
  const resetSeconds = findNumber(resetText);
  const resetMs = resetSeconds === undefined ? Date.parse(resetText) : resetSeconds * 1_000;
  const isLow = limit !== undefined && remaining !== undefined && remaining < limit * nearPart;
  const near = isLow || find('nearlimit')?.toLowerCase() === 'true';
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
