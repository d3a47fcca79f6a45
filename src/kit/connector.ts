import type { z } from 'zod';
import type { Http, HttpTarget } from './http.ts';
import type { JiraClient } from './jira.ts';
import type { Log } from './log.ts';
import type { Opened } from './settings.ts';

/** What a capability's check said. */
export interface CapabilityReport {
  /** e.g. `account`, `permissions`, `builds`. */
  capability: string;
  state: 'ok' | 'refused' | 'missing' | 'not-configured' | 'failed';
  /** One sentence for the reader. */
  message: string;
  /** What to do, when something is to be done. */
  hint?: string;
  /** What this means for one project or permission. */
  details?: { name: string; project?: string; state: 'ok' | 'missing' }[];
}

/** The answer of a connection's Test. `ok` when every configured capability is ok. */
export interface TestReport {
  ok: boolean;
  /** e.g. `Jira Cloud 1001.0.0` */
  product?: string;
  /** The account found: display name and id. */
  account?: { name: string; id: string };
  capabilities: CapabilityReport[];
  /** Other side's clock minus ours, in milliseconds; absent when it sent no Date. */
  clockSkewMs?: number;
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
}

/** Settings as stored, when their connector is not known: its schema has checked them. */
export type Settings = Egress & Record<string, unknown>;

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
}

/** Declares a connector; the type of its settings follows from the schema. */
export function defineConnector<S extends Egress>(connector: Connector<S>): Connector<S> {
  return connector;
}

/** Any connector, whatever its settings: what a registry holds. */
// biome-ignore lint/suspicious/noExplicitAny: each connector parses its own settings; the registry only passes them on.
export type AnyConnector = Connector<any>;
