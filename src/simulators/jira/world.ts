import { createRemoteLinks, type RemoteLinks } from './data-center/remote-links.ts';
import type { BuildData } from './devops/build-schema.ts';
import type { StoredDeployment } from './devops/deployment-routes.ts';
import { createDevinfoStore, type DevinfoStore } from './devops/devinfo-store.ts';
import { createEntityStore, type EntityStore } from './devops/entity-store.ts';
import { createGates, type Gates } from './devops/gates.ts';
import type { Edition } from './edition.ts';
import { createPlatform, type Platform } from './platform/platform.ts';
import type { Seed } from './seed.ts';
import { createTokens, type Tokens } from './tokens.ts';

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
  /** How long search does not see a new issue, in milliseconds. */
  searchLagMs: number;
}

/** The switches of a site that behaves. */
export function createSwitches(): Switches {
  return { refusedPermissions: [], wrongCredentialsAreAnonymous: false, searchLagMs: 0 };
}

/** Everything that one simulated site holds. */
export interface World {
  edition: Edition;
  seed: Seed;
  now: () => Date;
  /** With the context path, without a slash at its end. Known once the servers listen. */
  siteUrl: () => string;
  switches: Switches;
  platform: Platform;
  tokens: Tokens;
  builds: EntityStore<BuildData>;
  deployments: EntityStore<StoredDeployment>;
  devinfo: DevinfoStore;
  gates: Gates;
  remoteLinks: RemoteLinks;
  effects: Effect[];
}

/** A fresh site from a seed. */
export function createWorld(edition: Edition, seed: Seed, now: () => Date, siteUrl: () => string): World {
  const switches = createSwitches();
  return {
    edition,
    seed,
    now,
    siteUrl,
    switches,
    platform: createPlatform(seed, now, switches, edition),
    tokens: createTokens(seed, now),
    builds: createEntityStore(),
    deployments: createEntityStore(),
    devinfo: createDevinfoStore(seed.devinfoEqualSequence),
    gates: createGates(now),
    remoteLinks: createRemoteLinks(),
    effects: [],
  };
}
