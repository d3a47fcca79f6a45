import type { z } from 'zod';
import type { Action } from './action.ts';
import type { CodeHost } from './code-host.ts';
import type { ErrorCode } from './error-catalogue.ts';
import type { Http, HttpTarget } from './http.ts';
import type { JiraClient } from './jira.ts';
import type { Log } from './log.ts';
import type { Secret } from './secret.ts';
import type { Opened, SecretReference } from './settings.ts';

/** What a capability's check said. */
export interface CapabilityReport {
  /** e.g. `account`, `permissions`, `builds`. */
  capability: string;
  /** `missing`: it works in part, something that it needs is lacking. `not-configured`: nobody asked for it. */
  state: 'ok' | 'refused' | 'missing' | 'not-configured' | 'failed';
  /** The error behind `refused` and `failed`; see `docs/errors.md`. */
  code?: ErrorCode;
  /** One sentence for the reader. */
  message: string;
  /** What to do, when something is to be done. */
  hint?: string;
  /** What this means for one project or permission. */
  details?: { name: string; project?: string; state: 'ok' | 'missing' }[];
}

/** What the other side said of its rate limit in its answers' headers, as far as it said anything. */
export interface RateLimitReport {
  /** Requests in its window. */
  limit?: number;
  remaining?: number;
  /** When the window begins anew, ISO 8601. */
  reset?: string;
  /** Less than a fifth is left, by its own word. */
  near: boolean;
}

/**
 * The answer of a connection's Test: `failed` when a capability failed or was refused, `limited` when something is
 * missing, else `passed`. `ok` unless it failed.
 */
export interface TestReport {
  ok: boolean;
  outcome: 'passed' | 'limited' | 'failed';
  /** e.g. `Jira Cloud 1001.0.0` */
  product?: string;
  /** The account found: display name and id. */
  account?: { name: string; id: string };
  capabilities: CapabilityReport[];
  /** Other side's clock minus ours, in milliseconds; absent when it sent no Date. */
  clockSkewMs?: number;
  rateLimit?: RateLimitReport;
  tookMs: number;
}

/** What a test should look at besides the credentials. */
export interface TestScope {
  /** Project keys for which permissions are checked. */
  projects?: string[];
}

/** An opened connection as connectors see it: settings parsed, secrets in place of their references. */
export interface Connection<S> {
  id: string;
  name: string;
  scope: string;
  settings: Opened<S>;
  /** A client for one part of the product (its site, its gateway), authorised as told; routed as the connection is. */
  aim(part: Pick<HttpTarget, 'baseUrl' | 'auth' | 'limits'>): Http;
  log: Log;
  now(): Date;
}

/** How a connection's requests leave: the same for every part of the product. Every connector's settings may hold these. */
export interface Egress {
  /** PEM of a private certificate authority, beside the public ones. */
  certificateAuthority?: string;
  /** CIDR ranges that the deny list refuses but this connection may reach, e.g. `127.0.0.1/32`. */
  allowAddresses?: string[];
  /** SHA-256 fingerprints of certificates, one of which the other side must show. */
  pinnedCertificates?: string[];
  /** Absent: directly. */
  proxy?: { url: string; username?: string; password?: SecretReference };
}

/** Settings as stored, when their connector is not known: its schema has checked them. */
export type Settings = Egress & Record<string, unknown>;

/**
 * What a user agrees to at the other side, so that a connection may act in their name: an authorization request of
 * OAuth 2.0 (RFC 6749 §4.1) and where its code is redeemed. The grant is kept under the connection's id.
 */
export interface Consent {
  authorizationUrl: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: Secret;
  scopes: string[];
  /** Further parameters of the authorization request, e.g. Atlassian's `audience`. */
  parameters: Record<string, string>;
}

/** Reads secrets that are kept outside. */
export interface SecretSource {
  /** @throws reference-not-found when there is no such path, or no such field in it */
  read(path: string, field: string): Promise<Secret>;
}

/**
 * Code for one outside product: a folder under `connectors/`, made by {@link defineConnector}.
 * `settings` is the schema of the stored settings, in which a secret is a reference.
 */
export interface Connector<S extends Egress> {
  id: string;
  label: string;
  /** Path of its page below `docs/`. */
  docs: string;
  settings: z.ZodType<S>;
  /** Says who we are there, and what works, each capability by itself. A refusal is reported, not thrown. */
  test(connection: Connection<S>, about?: TestScope): Promise<TestReport>;
  jira?(connection: Connection<S>): JiraClient;
  /** What a user must agree to, where the connection's way in is a user's consent; undefined where it is another. */
  consent?(settings: Opened<S>): Consent | undefined;
  codeHost?: CodeHost<S>;
  secretSource?(connection: Connection<S>): SecretSource;
  /** What can be done in the product, each input by its own schema. */
  // biome-ignore lint/suspicious/noExplicitAny: an action parses its own input; a list of them only passes it on.
  actions?: Action<S, any>[];
}

/** Declares a connector; the type of its settings follows from the schema. */
export function defineConnector<S extends Egress>(connector: Connector<S>): Connector<S> {
  return connector;
}

/** Any connector, whatever its settings: what a registry holds. */
// biome-ignore lint/suspicious/noExplicitAny: each connector parses its own settings; the registry only passes them on.
export type AnyConnector = Connector<any>;
