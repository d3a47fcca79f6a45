import type { Incoming } from './route.ts';
import { createSwitches, type World } from './world.ts';

/** Atlassian's reasons for a 429, in the `RateLimit-Reason` header. */
export const rateLimitReasons = [
  'jira-quota-global-based',
  'jira-quota-tenant-based',
  'jira-burst-based',
  'jira-per-issue-on-write',
] as const;
export type RateLimitReason = (typeof rateLimitReasons)[number];

/** Which requests a fault strikes. Every condition given must hold; none is every request. */
export interface FaultMatch {
  listener?: 'site' | 'gateway';
  method?: string;
  /** A part of the path, or an expression for it. */
  path?: string | RegExp;
  /** Bulk requests with more entities than this. */
  entitiesOver?: number;
  /** A text that the body holds, e.g. the id of an entity that sinks its neighbours. */
  bodyIncludes?: string;
}

/**
 * What happens to a struck request:
 * - `drop-connection`: nothing happens, the connection ends without an answer
 * - `apply-then-drop`: everything happens, the connection ends without an answer
 * - `rateLimit`: a 429 with Atlassian's headers; without `retryAfterSeconds` there is no Retry-After
 * - `status`: this answer and no effect
 * - `nearLimit`: the usual answer, with the headers that warn when less than a fifth of a limit is left
 * - `delayMs` alone: the usual answer, later; beside another: that, later
 */
export type FaultAnswer =
  | 'drop-connection'
  | 'apply-then-drop'
  | { delayMs: number }
  | { nearLimit: RateLimitReason; delayMs?: number }
  | { rateLimit: RateLimitReason | 'none'; retryAfterSeconds?: number; delayMs?: number }
  | { status: number; headers?: Record<string, string>; body?: unknown; delayMs?: number };

/** A fault that waits for requests. */
export interface Fault {
  match?: FaultMatch;
  /** So many matching requests pass unharmed first. */
  after?: number;
  /** So many requests are struck; all, when absent. */
  times?: number;
  answer: FaultAnswer;
}

/** A fault as it stands now. */
export interface ActiveFault extends Fault {
  id: number;
  /** Matching requests so far, and those among them that were struck. */
  matched: number;
  struck: number;
}

/** Ways to make the site misbehave. What is added first strikes first. */
export interface Faults {
  add(fault: Fault): number;
  list(): ActiveFault[];
  remove(id: number): void;
  /** Removes all faults and switches the site back to good behaviour. */
  clear(): void;
  /** Finds the fault that strikes this request, and counts it. */
  strike(request: Incoming, entities: number | undefined): FaultAnswer | undefined;
  /** A 429 by the reason; `none` is the gateway's own, which names none. */
  rateLimit(
    reason: RateLimitReason | 'none',
    fault?: Omit<Fault, 'answer'> & { retryAfterSeconds?: number },
  ): number;
  /** 503, as in maintenance. */
  unavailable(fault?: Omit<Fault, 'answer'> & { retryAfterSeconds?: number }): number;
  /** 413 for bulk requests with more entities than this. */
  tooLargeOver(entities: number): void;
  /** Every access token given out so far ends. */
  expireTokens(): void;
  /** A person takes back what an app was allowed. True when there was something. */
  revokeConsent(clientId: string, email: string): boolean;
  /** Who opens the page for consent is this account, and accepts at once. */
  consentAs(email: string): void;
  /** Who opens the page for consent cancels at once. */
  refuseConsent(): void;
  /** Takes a permission from one account, or from all. */
  refusePermission(permission: string, email?: string): void;
  /** Search sees new issues and changes only after this time, in milliseconds. */
  lagSearch(lagMs: number): void;
  /** How long a webhook that failed waits for its next try, in milliseconds. */
  retryWebhooksAfter(delayMs: number): void;
  /** Wrong API tokens are treated as none, as some sites do, instead of 401. */
  treatWrongCredentialsAsNone(): void;
}

function matches(match: FaultMatch, request: Incoming, entities: number | undefined): boolean {
  const { listener, method, path, entitiesOver, bodyIncludes } = match;
  if (listener !== undefined && listener !== request.listener) return false;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (typeof path === 'string' && !request.path.includes(path)) return false;
  if (path instanceof RegExp && request.path.search(path) === -1) return false;
  if (bodyIncludes !== undefined && !request.body.includes(bodyIncludes)) return false;
  return entitiesOver === undefined || (entities !== undefined && entities > entitiesOver);
}

const retryAfter = (seconds: number | undefined): Record<string, string> =>
  seconds === undefined ? {} : { 'retry-after': String(seconds) };

/** No faults yet. */
export function createFaults(world: World): Faults {
  const faults = new Map<number, ActiveFault>();
  let nextId = 1;
  const add = (fault: Fault) => {
    const id = nextId++;
    faults.set(id, { ...fault, id, matched: 0, struck: 0 });
    return id;
  };
  return {
    add,
    list: () => [...faults.values()].map((fault) => ({ ...fault })),
    remove(id) {
      faults.delete(id);
    },
    clear() {
      faults.clear();
      world.deliveries.faults.clear();
      Object.assign(world.switches, createSwitches());
    },
    strike(request, entities) {
      for (const fault of faults.values()) {
        if (fault.times !== undefined && fault.struck >= fault.times) continue;
        if (!matches(fault.match ?? {}, request, entities)) continue;
        fault.matched++;
        if (fault.matched <= (fault.after ?? 0)) continue;
        fault.struck++;
        return fault.answer;
      }
      return undefined;
    },
    rateLimit: (rateLimit, { retryAfterSeconds, ...fault } = {}) =>
      add({ ...fault, answer: { rateLimit, retryAfterSeconds } }),
    unavailable: ({ retryAfterSeconds, ...fault } = {}) =>
      add({ ...fault, answer: { status: 503, headers: retryAfter(retryAfterSeconds) } }),
    tooLargeOver(entities) {
      const message = 'Data is too large. Submit fewer entities in each payload';
      // Development information has another error shape than the other two.
      add({
        match: { method: 'POST', path: /\/devinfo\/.*\/bulk$/, entitiesOver: entities },
        answer: { status: 413, body: { errorMessages: [{ message }] } },
      });
      add({
        match: { method: 'POST', path: /\/(?:builds|deployments)\/.*\/bulk$/, entitiesOver: entities },
        answer: { status: 413, body: [{ message }] },
      });
    },
    expireTokens: () => world.tokens.expireAll(),
    revokeConsent(clientId, email) {
      world.tokens.revoke(clientId, email);
      return world.grants.revoke(clientId, email);
    },
    consentAs(email) {
      if (!world.seed.accounts.some((one) => one.email === email)) {
        throw new RangeError(`no account with the e-mail address ${email}`);
      }
      world.switches.consent = { as: email };
    },
    refuseConsent() {
      world.switches.consent = 'refuse';
    },
    refusePermission(permission, email) {
      world.switches.refusedPermissions.push({ permission, email });
    },
    lagSearch(lagMs) {
      world.switches.searchLagMs = lagMs;
    },
    retryWebhooksAfter(delayMs) {
      world.switches.webhookRetryDelayMs = delayMs;
    },
    treatWrongCredentialsAsNone() {
      world.switches.wrongCredentialsAreAnonymous = true;
    },
  };
}

const quotaLimits: Record<RateLimitReason, number> = {
  'jira-quota-global-based': 65_000,
  'jira-quota-tenant-based': 100_000,
  'jira-burst-based': 100,
  'jira-per-issue-on-write': 20,
};

/** A limit that is nearly used up, as an answer that is no refusal tells of it. */
export const nearLimitHeaders = (reason: RateLimitReason): Record<string, string> => ({
  'x-ratelimit-limit': String(quotaLimits[reason]),
  'x-ratelimit-remaining': String(Math.floor(quotaLimits[reason] / 10)),
  'x-ratelimit-nearlimit': 'true',
});

/** The headers and body of a 429. A quota resets at the top of the hour, the others after a few seconds. */
export function rateLimitAnswer(
  reason: RateLimitReason | 'none',
  retryAfterSeconds: number | undefined,
  now: Date,
) {
  if (reason === 'none') {
    const headers = retryAfter(retryAfterSeconds);
    return { status: 429, headers, body: { code: 429, message: 'Too many requests' } };
  }
  const hourMs = 3_600_000;
  const resetAt =
    retryAfterSeconds !== undefined
      ? now.getTime() + retryAfterSeconds * 1000
      : reason.includes('quota')
        ? (Math.floor(now.getTime() / hourMs) + 1) * hourMs
        : now.getTime() + 1000;
  return {
    status: 429,
    headers: {
      ...retryAfter(retryAfterSeconds),
      'ratelimit-reason': reason,
      'x-ratelimit-limit': String(quotaLimits[reason]),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': new Date(resetAt).toISOString(),
    },
    body: { errorMessages: ['Rate limit exceeded.'], errors: {} },
  };
}
