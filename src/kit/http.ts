import type { Secret } from './secret.ts';

/** One request to the outside. Headers are lower-case names. */
export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, or a path (with query) below the base URL that the client is aimed at. */
  url: string;
  headers?: Record<string, string>;
  /** A JSON value to send; sets content-type. */
  json?: unknown;
  /** Raw bytes or text to send instead of `json`. */
  body?: Uint8Array | string;
  /** Statuses at 400 and above that the caller reads by itself; any other such status throws. */
  accept?: number[];
  /** Overrides the client's limits for this request. */
  limits?: Partial<HttpLimits>;
  signal?: AbortSignal;
}

/** Time-outs in milliseconds and the largest answer in bytes. */
export interface HttpLimits {
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  bodyTimeoutMs: number;
  maxAnswerBytes: number;
}

/** The whole answer. The body is read before the promise resolves. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** The address that answered at last, after redirects. */
  url: string;
  text: string;
  /** The body as JSON; throws `answer-unexpected` when it is not. */
  json(): unknown;
}

/**
 * An HTTP client already aimed, authorised, limited and routed (directly, by proxy, through an agent).
 * `request` resolves for 1xx–3xx and for the statuses that the request accepts; everything else
 * throws a TielineError whose `retry` is the verdict: network, time-out and status are different codes.
 * A thrown status error carries `details: { status, url, answer }` with secrets redacted.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Fetches what requests will be authorised with, where that must be asked for and is not there yet, so that it can
   * be had while something else is asked. Throws as a request would.
   */
  prepare?(): Promise<void>;
}

/**
 * How requests are authorised: data, not code.
 * - `oauthClientCredentials`: RFC 6749 §4.4; the token is cached, renewed before its end and once on a 401.
 *   `encoding` json is Atlassian's way, form is the specification's.
 */
export type AuthScheme =
  | { type: 'none' }
  | { type: 'basic'; username: string; password: Secret }
  | { type: 'bearer'; token: Secret }
  | { type: 'header'; name: string; value: Secret }
  | {
      type: 'oauthClientCredentials';
      tokenUrl: string;
      clientId: string;
      clientSecret: Secret;
      audience?: string;
      scope?: string;
      encoding: 'json' | 'form';
    };

/** Where a client is aimed and what it may reach. */
export interface HttpTarget {
  /** Budgets and cached tokens are kept under this name, e.g. a connection's id. */
  name: string;
  baseUrl: string;
  auth: AuthScheme;
  /** PEM of a private certificate authority, beside the public ones. */
  certificateAuthority?: string;
  /** CIDR ranges that the deny list would refuse but this target allows. */
  allowAddresses?: string[];
  limits?: Partial<HttpLimits>;
}

/** Makes clients. One for a process: it holds the connection pools. */
export interface HttpFactory {
  aim(target: HttpTarget): Http;
  close(): Promise<void>;
}

/** A cached access token. */
export interface CachedToken {
  token: Secret;
  expiresAt: Date;
}

/** Keeps access tokens between requests, and between replicas if it likes. Filled by compose. */
export interface TokenStore {
  find(key: string): Promise<CachedToken | undefined>;
  put(key: string, token: CachedToken): Promise<void>;
  forget(key: string): Promise<void>;
}

/** A limit that another side has told us of: nothing may be sent under this key before `until`. */
export interface RateLimitPause {
  until: Date;
  /** e.g. `jira-quota-global-based`, `jira-burst-based`, `retry-after`. */
  reason: string;
}

/** Keeps rate-limit pauses, shared between replicas if it likes. Filled by compose. */
export interface BudgetStore {
  find(key: string): Promise<RateLimitPause | undefined>;
  put(key: string, pause: RateLimitPause): Promise<void>;
}
