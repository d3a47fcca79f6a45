import type { Connection } from './connector.ts';
import type { BranchInfo, DevInfo, RepositoryInfo } from './dev-info.ts';
import type { Secret } from './secret.ts';

/** A webhook as it came. Header names are lower-case. */
export interface Hook {
  headers: Record<string, string>;
  body: Uint8Array;
  /** The body as JSON. */
  json: unknown;
}

/**
 * How a host shows that a webhook is its own: data, checked in constant time on the raw body.
 * - hmac: hex HMAC-SHA256 of the body in a header, behind `prefix`. Several headers: any of them
 * - token: the secret itself in a header
 * - secretUrl: nothing; the address alone is the secret, so that what comes only says where to look
 */
export type HookSignature =
  | { type: 'hmac'; headers: { name: string; prefix: string }[] }
  | { type: 'token'; header: string }
  | { type: 'secretUrl' };

/** What an event touched, with what it says of it. Pure data; {@link CodeHost.load} completes it. */
export type Touched = {
  repository: RepositoryInfo;
  /** When it happened by the host's clock; undefined where the host tells none. */
  at?: Date;
} & (
  | {
      kind: 'branch';
      name: string;
      gone: boolean;
      /** Its head until then, where it went. */
      before?: string;
    }
  | {
      kind: 'push';
      branch: string;
      /** Undefined for a branch that was new. */
      before?: string;
      after: string;
      forced: boolean;
      hint?: unknown;
    }
  | { kind: 'pull-request'; number: number; gone: boolean; hint?: unknown }
  | {
      kind: 'repository';
      change: 'renamed' | 'transferred' | 'archived' | 'unarchived' | 'deleted';
    }
);

/** A part of a host that can be linked: an account, an organization, a project; or one repository's owner. */
export interface CodeScope {
  /** As the host writes it, e.g. `acme`, `acme/shop`. */
  path: string;
  name: string;
  level: 'account' | 'organization' | 'project';
}

/** A right that a link needs and the token does or does not have. */
export interface RightReport {
  /** By the host's own word, e.g. `Account Admin`. */
  right: string;
  state: 'ok' | 'missing' | 'unknown';
  /** What it is needed for. Without that for webhooks a link works when somebody registers them by hand. */
  neededFor: 'reading' | 'webhooks';
  message: string;
}

/** One page of a walk through what a repository holds. */
export interface HistoryPage {
  of: 'branches' | 'pull-requests' | 'commits';
  info: DevInfo;
  /** Where to go on after this page; undefined at the end. */
  cursor: string | undefined;
  /** How many there are of the kind, where the host tells. */
  total?: number;
}

/**
 * A host of git repositories. One mapper a host: {@link load} and {@link history} give the same {@link DevInfo} of the
 * same thing.
 */
export interface CodeHost<S> {
  signature: HookSignature;
  /** The header that names a delivery, by which it is known when it comes twice. */
  deliveryHeader?: string;
  /** The event by the host's own word, for lists. */
  eventOf(hook: Hook): string;
  /**
   * What the hook touched; nothing for events that are of no interest. Pure.
   * @throws hook-invalid for a body that is not of the host's form
   */
  parse(hook: Hook): Touched[];
  /**
   * Completes what the hook gave, by REST where it must: truncated commits, reviewers, times. With `trust` what the hook
   * says of a branch is its state now; without, hooks came in another order, and the host is asked. What is not there
   * any more is `gone`, not an error; but a repository that is not there is the host's 404.
   * @throws status-unexpected with the status 404 in its details for a repository
   */
  load(connection: Connection<S>, touched: Touched, how: { trust: boolean }): Promise<DevInfo>;
  /** What a link may be made of. */
  scopes(connection: Connection<S>): Promise<CodeScope[]>;
  repositories(connection: Connection<S>, scope: string): AsyncIterable<RepositoryInfo>;
  /** Each right that a link of the scope needs. */
  checkRights(connection: Connection<S>, scope: string): Promise<RightReport[]>;
  /**
   * Registers a webhook for a scope; one of the same address that is there already is taken over. The answer goes to
   * {@link unsubscribe}. @throws remote-forbidden
   */
  subscribe(connection: Connection<S>, scope: string, hook: { url: string; secret: Secret }): Promise<string>;
  /** Removes a webhook; one that is not there any more is no error. */
  unsubscribe(connection: Connection<S>, scope: string, subscription: string): Promise<void>;
  /** Walks one kind of what a repository holds, newest first, from a cursor on; `since` leaves out what is older. */
  history(
    connection: Connection<S>,
    repository: RepositoryInfo,
    of: HistoryPage['of'],
    from: { since?: Date; cursor?: string },
  ): AsyncIterable<HistoryPage>;
  /**
   * Makes a branch from the head of another. @throws name-taken, resource-not-found when the other is not there,
   * request-invalid for a name that the host does not take; see code-host-errors.ts
   */
  createBranch(
    connection: Connection<S>,
    repository: RepositoryInfo,
    wanted: { name: string; from: string },
  ): Promise<BranchInfo>;
}
