import { TielineError } from '../kit/errors.ts';
import type { BudgetStore, HttpRequest } from '../kit/http.ts';

/** What a limit holds back: every request of the target, those to the same endpoint, or nothing but this one. */
type LimitScope = 'target' | 'endpoint' | 'none';

/**
 * By the beginning of Jira's RateLimit-Reason. Reasons beyond these are seen in the field; they are taken for bursts.
 * @see https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 */
const scopes: { reason: string; scope: LimitScope }[] = [
  { reason: 'jira-quota-', scope: 'target' },
  { reason: 'jira-per-issue-on-write', scope: 'none' },
  { reason: 'jira-burst-based', scope: 'endpoint' },
];

const scopeOf = (reason: string): LimitScope =>
  scopes.find((row) => reason.startsWith(row.reason))?.scope ?? 'endpoint';

/** A 429 without any time, which gateways send: neighbours wait this long, and the ledger backs off by itself. */
const unspokenPauseMs = 1_000;

/** Quotas reset within an hour. A header that asks for more than a day is wrong, and would freeze a connection. */
const longestWaitMs = 24 * 60 * 60 * 1_000;

const resetHeaders = ['retry-after', 'x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset'];

type Headers = Record<string, string>;

/** Seconds from now, seconds or milliseconds since 1970, an HTTP date or ISO 8601: all are sent by some product. */
function waitMs(value: string, theirNow: number): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(value)) {
    const at = Date.parse(value);
    return Number.isNaN(at) ? undefined : at - theirNow;
  }
  const number = Number(value);
  if (number > 1e11) return number - theirNow;
  return number > 1e9 ? number * 1_000 - theirNow : number * 1_000;
}

/** The spent items of a structured RateLimit header, `"name";r=0;t=12`, in seconds. */
const structuredWaits = (value = '') =>
  value
    .split(',')
    .filter((item) => /;\s*r=0\b/.test(item))
    .flatMap((item) => item.match(/;\s*t=(\d+)/)?.[1] ?? []);

/**
 * The moment before which the other side wants no more: the latest that any of its headers names, at most a
 * day away. Undefined when none names a moment to come. Moments are taken by the clock of the other side.
 */
export function retryAt(headers: Headers, now: Date): Date | undefined {
  const theirDate = Date.parse(headers.date ?? '');
  const theirNow = Number.isNaN(theirDate) ? now.getTime() : theirDate;
  // Some tell of their reset with every answer, GitHub and GitLab: while something is left it is no reason to wait.
  const isLeft = Number(headers['x-ratelimit-remaining'] ?? headers['ratelimit-remaining'] ?? 0) > 0;
  const named = [
    ...resetHeaders.flatMap((name) => (isLeft && name !== 'retry-after' ? [] : (headers[name] ?? []))),
    ...structuredWaits(headers.ratelimit),
  ];
  const waits = named.map((value) => waitMs(value.trim(), theirNow)).filter((wait) => wait !== undefined);
  const wait = Math.min(longestWaitMs, Math.max(0, ...waits));
  return wait > 0 ? new Date(now.getTime() + wait) : undefined;
}

/** Why the rate is limited, in the other side's word, or in ours when it gives none. */
export function limitReason(headers: Headers): string {
  return (
    headers['ratelimit-reason']?.slice(0, 100) ?? (headers['retry-after'] ? 'retry-after' : 'unspecified')
  );
}

/** Issue keys, UUIDs, hashes and long numbers: a path with and without them is one endpoint. */
const identifier = /^([A-Z][A-Z0-9_]+-\d+|[0-9a-f-]{32,}|[0-9a-f]{16,}|\d{4,})$/i;

/** The endpoint of a URL, e.g. `GET api.atlassian.com/rest/api/3/issue/*`. */
export function endpointOf(method: HttpRequest['method'], url: URL): string {
  const segments = url.pathname.split('/').map((segment) => (identifier.test(segment) ? '*' : segment));
  return `${method} ${url.host}${segments.join('/')}`;
}

/** What other sides told us of their limits, kept by target in the budget store. */
export interface RateLimits {
  /** Throws `rate-limited` without asking the other side while it wants nothing of this kind. */
  check(target: string, method: HttpRequest['method'], url: URL): Promise<void>;
  /** Keeps what a 429 says, for the requests that it concerns. */
  note(target: string, method: HttpRequest['method'], url: URL, headers: Headers): Promise<void>;
}

/** Rate limits over a store. */
export function createRateLimits(budgets: BudgetStore, now: () => Date): RateLimits {
  const keyOf = {
    target: (target: string) => target,
    endpoint: (target: string, endpoint: string) => `${target} ${endpoint}`,
  };
  return {
    async check(target, method, url) {
      const endpoint = endpointOf(method, url);
      const found = await Promise.all([
        budgets.find(keyOf.target(target)),
        budgets.find(keyOf.endpoint(target, endpoint)),
      ]);
      for (const pause of found) {
        if (pause === undefined || pause.until <= now()) continue;
        const until = pause.until.toISOString();
        throw new TielineError(
          'rate-limited',
          `${endpoint} was not sent: ${target} is limited (${pause.reason}) until ${until}`,
          { retry: { after: pause.until }, details: { reason: pause.reason, sent: false } },
        );
      }
    },
    async note(target, method, url, headers) {
      const reason = limitReason(headers);
      const scope = scopeOf(reason);
      if (scope === 'none') return;
      const until = retryAt(headers, now()) ?? new Date(now().getTime() + unspokenPauseMs);
      await budgets.put(keyOf[scope](target, endpointOf(method, url)), { until, reason });
    },
  };
}
