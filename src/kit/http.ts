import type { Secret } from './secret.ts';

/** One request to the outside. Headers are lower-case names. */
export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, or a path (with query) below the base URL that the client is aimed at. */
  url: string;
  headers?: Record<string, string>;
  /** A JSON value to send; sets content-type. A Secret in it goes out as its clear text. */
  json?: unknown;
  /** Raw bytes or text to send instead of `json`. */
  body?: Uint8Array | string;
  /** Statuses at 400 and above that the caller reads by itself; any other such status throws. */
  accept?: number[];
  /** Overrides the client's limits for this request. */
  limits?: Partial<HttpLimits>;
  signal?: AbortSignal;
  /**
   * Takes the text of a successful answer as it comes, e.g. server-sent events. The answer's own `text` is empty then,
   * and it is never too large.
   */
  onText?(text: string): void;
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
 * - `oauthGrant`: what a user granted by RFC 6749 §4.1 (Atlassian's "3LO"). `grant` is its key in the grant store; the
 *   access token is renewed as above, and the refresh token with it where the other side rotates it.
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
    }
  | { type: 'oauthGrant'; tokenUrl: string; clientId: string; clientSecret: Secret; grant: string };

/** A proxy on the way out. Only administrators may name one: its own address need not pass the deny list. */
export interface HttpProxy {
  /** `http://host:port`, `https://host:port` (both CONNECT, RFC 9110 §9.3.6) or `socks5://host:port` (RFC 1928). */
  url: string;
  username?: string;
  password?: Secret;
}

/** How requests leave, whatever they ask. */
export interface HttpRouting {
  /** Budgets and cached tokens are kept under this name, e.g. a connection's id. */
  name: string;
  /** PEM of a private certificate authority, beside the public ones. */
  certificateAuthority?: string;
  /**
   * SHA-256 fingerprints in hex, colons as one likes, of the other side's certificate or of an authority in its chain.
   * With any, one must match, and a certificate that is pinned itself needs no authority. None: no pinning.
   */
  pinnedCertificates?: string[];
  /** CIDR ranges that the deny list would refuse but this target allows. */
  allowAddresses?: string[];
  /** Absent: directly. */
  proxy?: HttpProxy;
  limits?: Partial<HttpLimits>;
}

/** Where a client is aimed and what it may reach. */
export interface HttpTarget extends HttpRouting {
  baseUrl: string;
  auth: AuthScheme;
}

/** A code that a user's consent gave, RFC 6749 §4.1.3; `codeVerifier` is that of RFC 7636. */
export interface CodeRedemption extends HttpRouting {
  tokenUrl: string;
  clientId: string;
  clientSecret: Secret;
  code: Secret;
  /** Exactly as in the request for consent. */
  redirectUri: string;
  codeVerifier?: Secret;
}

/** Makes clients. One for a process: it holds the connection pools. */
export interface HttpFactory {
  aim(target: HttpTarget): Http;
  /**
   * Exchanges a code for a grant, which the caller puts into the grant store. Throws `authorization-lost` when the code
   * is spent, expired or not for this client, `answer-unexpected` when no refresh token comes, and as a request would.
   */
  redeem(redemption: CodeRedemption): Promise<Grant>;
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

/** What a user allowed us to do in their name, until they take it back. */
export interface Grant {
  refreshToken: Secret;
  accessToken: Secret;
  /** End of the access token. */
  expiresAt: Date;
  scopes: string[];
}

/** Keeps grants by a key of the caller's, e.g. a connection's id. Filled by compose. */
export interface GrantStore {
  /** May be a second old. */
  find(key: string): Promise<Grant | undefined>;
  /** Stores a grant in place of any other. */
  put(key: string, grant: Grant): Promise<void>;
  forget(key: string): Promise<void>;
  /**
   * Runs `exchange` on the newest grant for one caller at a time over all replicas, and stores what it gives before it
   * resolves. `exchange` gives the very grant that it got when another caller has renewed it meanwhile. Undefined when
   * there is no grant. Throws what `exchange` throws.
   */
  renew(key: string, exchange: (grant: Grant) => Promise<Grant>): Promise<Grant | undefined>;
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
