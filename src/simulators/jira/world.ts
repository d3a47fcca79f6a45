import type { DvcsCall } from './data-center/dvcs-routes.ts';
import { createRemoteLinks, type RemoteLinks } from './data-center/remote-links.ts';
import type { BuildData } from './devops/build-schema.ts';
import type { StoredDeployment } from './devops/deployment-routes.ts';
import { createDevinfoStore, type DevinfoStore } from './devops/devinfo-store.ts';
import { createEntityStore, type EntityStore } from './devops/entity-store.ts';
import { createGates, type Gates } from './devops/gates.ts';
import type { Edition } from './edition.ts';
import { createGrants, type Grants } from './oauth/grants.ts';
import { createTokens, type Tokens } from './oauth/tokens.ts';
import type { IssueLink } from './platform/activity.ts';
import { createFields } from './platform/fields/catalogue.ts';
import type { Field } from './platform/fields/element.ts';
import { createMetadata, type Metadata } from './platform/metadata.ts';
import { createPlatform, type Platform } from './platform/platform.ts';
import { setSeededFields } from './platform/seeded-fields.ts';
import type { Seed } from './seed.ts';
import { type Announcements, createAnnouncements } from './webhooks/announcements.ts';
import { createDeliveries, type Deliveries } from './webhooks/delivery.ts';
import { createWebhooks, type Webhooks } from './webhooks/webhook-store.ts';

/** One thing that a submitted entity did to the site; what an exactly-once test counts. */
export interface Effect {
  kind: 'build' | 'deployment' | 'commit' | 'branch' | 'pullRequest';
  /** e.g. `pipeline#12`, `pipeline/environment#3`, `repository/commit`. */
  key: string;
  sequence: number;
  outcome: 'stored' | 'stale' | 'rejected';
  at: Date;
}

/** Ways in which the whole site may misbehave until they are switched back. */
export interface Switches {
  /** Permissions that accounts have lost; without an e-mail, all accounts. */
  refusedPermissions: { permission: string; email?: string }[];
  /** Some sites treat a wrong API token as no token at all, instead of answering 401. */
  wrongCredentialsAreAnonymous: boolean;
  /** How long search does not see a new issue or a change, in milliseconds. */
  searchLagMs: number;
  /** How long a webhook that failed waits for its next try; as it was started, when absent. */
  webhookRetryDelayMs?: number;
  /** What comes of a request for consent: the page, or at once the one or the other. */
  consent: 'ask' | 'refuse' | { as: string };
}

/** The switches of a site that behaves. */
export function createSwitches(): Switches {
  return {
    refusedPermissions: [],
    wrongCredentialsAreAnonymous: false,
    searchLagMs: 0,
    webhookRetryDelayMs: undefined,
    consent: 'ask',
  };
}

/** Everything that one simulated site holds. */
export interface World {
  edition: Edition;
  seed: Seed;
  now: () => Date;
  /** With the context path, without a slash at its end. Known once the servers listen. */
  siteUrl: () => string;
  /** Cloud's gateway; empty elsewhere. */
  gatewayUrl: () => string;
  /** What stands before `/rest` in the links of an answer: the site, or the gateway for who asks there. */
  restBase: () => string;
  /** Answers a request with links that start elsewhere. */
  atBase<T>(base: string, answer: () => T): T;
  switches: Switches;
  metadata: Metadata;
  /** Every field that can be set somewhere. */
  fields: Field[];
  platform: Platform;
  tokens: Tokens;
  grants: Grants;
  builds: EntityStore<BuildData>;
  deployments: EntityStore<StoredDeployment>;
  devinfo: DevinfoStore;
  gates: Gates;
  remoteLinks: RemoteLinks;
  dvcsCalls: DvcsCall[];
  webhooks: Webhooks;
  deliveries: Deliveries;
  announce: Announcements;
  issueLinks: IssueLink[];
  /** An id for a comment, an attachment and whatever else happens to an issue. */
  nextId(): string;
  effects: Effect[];
}

/** A fresh site from a seed. */
export function createWorld(
  edition: Edition,
  seed: Seed,
  now: () => Date,
  urls: { site: () => string; gateway?: () => string },
  webhookRetryDelayMs?: number,
): World {
  const switches = createSwitches();
  const metadata = createMetadata(seed);
  let base: string | undefined;
  let lastId = 10_000;
  const world: World = {
    edition,
    seed,
    now,
    siteUrl: urls.site,
    gatewayUrl: urls.gateway ?? (() => ''),
    restBase: () => base ?? urls.site(),
    atBase(given, answer) {
      const before = base;
      base = given;
      try {
        return answer();
      } finally {
        base = before;
      }
    },
    switches,
    metadata,
    fields: createFields(seed, edition),
    platform: createPlatform(seed, now, switches, edition, metadata),
    tokens: createTokens(seed, now),
    grants: createGrants(now),
    builds: createEntityStore(),
    deployments: createEntityStore(),
    devinfo: createDevinfoStore(seed.devinfoEqualSequence),
    gates: createGates(now),
    remoteLinks: createRemoteLinks(),
    dvcsCalls: [],
    webhooks: createWebhooks(),
    deliveries: createDeliveries(() => world, webhookRetryDelayMs),
    announce: createAnnouncements(() => world),
    issueLinks: [],
    nextId: () => String(++lastId),
    effects: [],
  };
  setSeededFields(world);
  return world;
}
