/** Which requests a fault strikes. Every condition given must hold; none is every request to the API. */
export interface FaultMatch {
  method?: string;
  /** A part of the path as it was sent, or an expression for it. */
  path?: string | RegExp;
}

/**
 * What happens to a struck request:
 * - `drop-connection`: nothing happens, the connection ends without an answer
 * - `apply-then-drop`: everything happens, the connection ends without an answer
 * - `delayMs` alone: the usual answer, later; beside another: that, later
 * - `rateLimit`: 429 with headers; without `retryAfterSeconds` there is no Retry-After
 * - `status`: this answer and no effect
 */
export type FaultAnswer =
  | 'drop-connection'
  | 'apply-then-drop'
  | { delayMs: number }
  | { rateLimit: { retryAfterSeconds?: number }; delayMs?: number }
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
  matched: number;
  struck: number;
}

/** Ways to make the API misbehave. What is added first strikes first. */
export interface Faults {
  add(fault: Fault): number;
  list(): ActiveFault[];
  remove(id: number): void;
  clear(): void;
  strike(method: string, path: string): FaultAnswer | undefined;
}

function matches({ method, path }: FaultMatch, about: { method: string; path: string }): boolean {
  if (method !== undefined && method.toUpperCase() !== about.method) return false;
  if (typeof path === 'string') return about.path.includes(path);
  return path === undefined || about.path.search(path) !== -1;
}

/** No faults yet. */
export function createFaults(): Faults {
  const faults = new Map<number, ActiveFault>();
  let nextId = 1;
  return {
    add(fault) {
      const id = nextId++;
      faults.set(id, { ...fault, id, matched: 0, struck: 0 });
      return id;
    },
    list: () => [...faults.values()].map((fault) => ({ ...fault })),
    remove(id) {
      faults.delete(id);
    },
    clear() {
      faults.clear();
    },
    strike(method, path) {
      for (const fault of faults.values()) {
        if (fault.times !== undefined && fault.struck >= fault.times) continue;
        if (!matches(fault.match ?? {}, { method, path })) continue;
        fault.matched++;
        if (fault.matched <= (fault.after ?? 0)) continue;
        fault.struck++;
        return fault.answer;
      }
      return undefined;
    },
  };
}

/** What the hosted product says in words of its own for the usual refusals. */
const words: Record<number, string> = {
  401: 'Invalid or missing token',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal error occurred',
};

/** The answer of a fault that has one. */
export function answerOf(fault: FaultAnswer, now: Date) {
  if (typeof fault === 'string') return undefined;
  if ('rateLimit' in fault) {
    const { retryAfterSeconds } = fault.rateLimit;
    const resetSeconds = Math.ceil(now.getTime() / 1000) + (retryAfterSeconds ?? 1);
    const headers: Record<string, string> = {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(resetSeconds),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    };
    return { status: 429, headers, body: { message: 'Too many requests' } };
  }
  if (!('status' in fault)) return undefined;
  const { status, headers = {}, body = { message: words[status] ?? `Status ${status}` } } = fault;
  return { status, headers, body };
}
