import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from './actions/host.ts';
import { type Bulk, fill } from './bulk.ts';
import { controlRoutes } from './control-routes.ts';
import { defaultSeed } from './default-seed.ts';
import { createFaults, type Faults } from './faults.ts';
import { checkGit } from './git/run-git.ts';
import { pageRoutes } from './pages/page-routes.ts';
import { createPeople, type People } from './people.ts';
import { plant } from './plant.ts';
import { commitRoutes } from './rest/commit-routes.ts';
import { pullRoutes } from './rest/pull-routes.ts';
import { refRoutes } from './rest/ref-routes.ts';
import { repositoryRoutes } from './rest/repository-routes.ts';
import { createRest } from './rest/rest.ts';
import { reviewRoutes } from './rest/review-routes.ts';
import { spaceRoutes } from './rest/space-routes.ts';
import { platformUserRoutes, userRoutes } from './rest/user-routes.ts';
import { webhookRoutes } from './rest/webhook-routes.ts';
import { parseSeed, type SeedInput } from './seed.ts';
import { addFaults, apiPrefix, createServer, type LoggedRequest } from './server.ts';
import { createDeliveries } from './webhooks/delivery.ts';
import { createDeliveryFaults, type DeliveryFaults } from './webhooks/delivery-faults.ts';
import type { Webhook } from './webhooks/webhook.ts';
import { createWorld, type Identity, type Role } from './world.ts';

export type { Bulk } from './bulk.ts';
export { describeAsText, describeHarnessCode } from './describe.ts';
export { GitMissing } from './git/run-git.ts';
export type { People } from './people.ts';
export { parseSeedText, type SeedInput } from './seed.ts';
export type { Identity } from './world.ts';

/** How a simulated Harness Code starts. */
export interface HarnessCodeOptions {
  /** `Gitness`, the open one, when absent; `Harness` is the hosted one. */
  identity?: Identity;
  /** A free port when 0 or absent. */
  port?: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** The default seed when absent. */
  seed?: SeedInput;
  /** An empty folder for the repositories, or one to be made; a temporary one, removed at the end, when absent. */
  home?: string;
  /** The host's clock: commits, pull requests and executions follow it. */
  now?: () => Date;
  /** How long after a retriable answer a webhook is sent again. A minute when absent, as the real one waits. */
  retryDelayMs?: number;
  /** Whether webhooks may lead to the own machine or network; true when absent, though a real one must be told. */
  allowedTargets?: { loopback?: boolean; privateNetwork?: boolean };
}

/** An account, as a client needs it. */
export interface HarnessCodeAccount {
  id: number;
  uid: string;
  displayName: string;
  email: string;
  token: string;
  admin: boolean;
}

/** A running simulated Harness Code. */
export interface HarnessCodeSimulator {
  identity: Identity;
  /** Where it listens; the pages are here. */
  url: string;
  /** Where its REST API is. */
  apiUrl: string;
  accounts: HarnessCodeAccount[];
  /** What people do. */
  people: People;
  /** The paths of the repositories that are there. */
  listRepositories(): string[];
  /** The bare repository on the disk, for git itself. */
  folderOf(repository: string): string;
  /** The webhooks with their executions. */
  listWebhooks(): Webhook[];
  /** Every request to the API so far. */
  requests: LoggedRequest[];
  faults: Faults;
  deliveryFaults: DeliveryFaults;
  /** The token of an account is over. */
  expireToken(uid: string): void;
  /** Gives an account a role in a space, or with none takes it away; `admin` by itself makes or unmakes one. */
  setRights(uid: string, rights: { space: string; role?: Role } | { admin: boolean }): void;
  /** Fills a repository with a long history at once. */
  fill(bulk: Bulk): Promise<void>;
  /** Resolves once no delivery, retry or held-back delivery is under way. */
  delivered(): Promise<void>;
  close(): Promise<void>;
}

const reachable = (address: string, host: string) =>
  host === '0.0.0.0' || host === '::' ? address.replace(/\/\/(\[::\]|0\.0\.0\.0)/, '//localhost') : address;

/**
 * Starts a simulated Harness Code that keeps real git repositories.
 * @throws GitMissing without a git command; Node's own error when the port is taken; Error for a wrong seed
 */
export async function startHarnessCodeSimulator(
  options: HarnessCodeOptions = {},
): Promise<HarnessCodeSimulator> {
  const { identity = 'Gitness', host: listenAt = '127.0.0.1', port = 0, now = () => new Date() } = options;
  const seed = options.seed === undefined ? defaultSeed() : parseSeed(options.seed);
  await checkGit();
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'tieline-harness-code-')));
  await mkdir(home, { recursive: true });
  let url = '';
  const world = createWorld({ identity, now, home, url: () => url });
  const deliveryFaults = createDeliveryFaults();
  const deliveries = createDeliveries(world, deliveryFaults, options.retryDelayMs ?? 60_000);
  const host: Host = { world, deliveries };
  const faults = createFaults();
  const requests: LoggedRequest[] = [];
  const closing = new AbortController();
  const { loopback = true, privateNetwork = true } = options.allowedTargets ?? {};

  const personOf = (uid: string) => {
    const found = world.principals.find((one) => one.uid === uid);
    if (found === undefined) throw new RangeError(`there is no account ${uid}`);
    return found;
  };
  const expireToken = (uid: string) => {
    personOf(uid).expired = true;
  };

  const server = createServer();
  const rest = createRest(server, host, { loopback, privateNetwork });
  await server.register(
    async (app) => {
      addFaults(app, faults, requests, now, closing.signal);
      const inside = { ...rest, app };
      userRoutes(inside);
      spaceRoutes(inside);
      repositoryRoutes(inside);
      refRoutes(inside);
      commitRoutes(inside);
      pullRoutes(inside);
      reviewRoutes(inside);
      webhookRoutes(inside);
    },
    { prefix: apiPrefix[identity] },
  );
  if (identity === 'Harness') {
    await server.register(async (app) => {
      addFaults(app, faults, requests, now, closing.signal);
      platformUserRoutes({ ...rest, app });
    });
  }
  controlRoutes(server, { world, faults, deliveryFaults, requests, expireToken });
  pageRoutes(server, world);

  async function close() {
    closing.abort();
    await deliveries.close();
    await server.close();
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  }
  try {
    await plant(host, seed);
    url = reachable(await server.listen({ port, host: listenAt }), listenAt);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    identity,
    url,
    apiUrl: url + apiPrefix[identity],
    accounts: world.principals.map(({ id, uid, displayName, email, token, admin }) => ({
      id,
      uid,
      displayName,
      email,
      token,
      admin,
    })),
    people: createPeople(host),
    listRepositories: () =>
      world.repositories.filter((one) => one.deletedAt === undefined).map((one) => world.pathOf(one)),
    folderOf: (repository) => world.getRepository(repository).git.folder,
    listWebhooks: () => [...world.webhooks],
    requests,
    faults,
    deliveryFaults,
    expireToken,
    setRights(uid, rights) {
      const person = personOf(uid);
      if ('admin' in rights) {
        person.admin = rights.admin;
        return;
      }
      const spaceId = world.getSpace(rights.space).id;
      const others = person.memberships.filter((one) => one.spaceId !== spaceId);
      const { role } = rights;
      person.memberships =
        role === undefined ? others : [...others, { spaceId, role, created: now().getTime() }];
    },
    async fill(bulk) {
      await fill(host, bulk);
    },
    delivered: () => deliveries.idle(),
    close,
  };
}
