import { platformErrors } from '../answer.ts';
import { controlRoutes } from '../control-routes.ts';
import { defaultDataCenterSeed } from '../default-seed.ts';
import { createFaults, type Faults } from '../faults.ts';
import { iconRoutes } from '../pages/icon-routes.ts';
import { type IssueExtras, livePageRoutes, pageRoutes } from '../pages/page-routes.ts';
import { remoteLinksPanel } from '../pages/remote-links-panel.ts';
import { platformRoutes } from '../platform/platform-routes.ts';
import type { Route } from '../route.ts';
import { type Seed, userName } from '../seed.ts';
import { startServer } from '../server.ts';
import { createState, type LoggedRequest, type SimulatorState } from '../state.ts';
import { adminWebhookRoutes } from '../webhooks/admin-webhook-routes.ts';
import type { DeliveryFaults } from '../webhooks/delivery-faults.ts';
import { createWorld, type World } from '../world.ts';
import { dataCenterCreateMetaRoutes } from './create-meta-routes.ts';
import { createDataCenterEdition, signedInHeaders, userKey } from './data-center-edition.ts';
import { dvcsRoutes } from './dvcs-routes.ts';
import { remoteLinkRoutes } from './remote-link-routes.ts';
import { offsetSearchRoutes } from './search-routes.ts';
import { dataCenterSiteRoutes } from './site-routes.ts';
import { readVersion, type Version } from './version.ts';

/** How a simulated self-hosted Jira starts. */
export interface DataCenterOptions {
  edition: 'data-center';
  /** Where Jira lives below its host; `/jira` when absent, empty for the root. Elsewhere nothing is found. */
  contextPath?: string;
  /** What it calls itself, and does; 10.3.24 when absent. */
  version?: string;
  /** 0 or absent takes a free one. */
  port?: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** The default seed when absent. */
  seed?: Seed;
  /** Jira's clock. */
  now?: () => Date;
  name?: string;
  /** Larger bodies are 413. 10 MiB when absent. */
  maxBodyBytes?: number;
  /** What `serverInfo` calls it, with the context path, when that is not the address where it listens. */
  baseUrl?: string;
  /** PEM texts: it then speaks HTTPS. */
  tls?: { key: string; cert: string };
}

/** An account with what it signs in with. */
type DataCenterAccount = Pick<Seed['accounts'][number], 'email' | 'displayName' | 'permissions'> & {
  name: string;
  key: string;
  personalAccessToken: string;
  password: string | undefined;
};

/** A running simulated Jira Data Center. */
export interface DataCenterSimulator {
  edition: 'data-center';
  version: string;
  name: string;
  /** With the context path. */
  siteUrl: string;
  /** Of the host, where the simulator's own addresses are. */
  originUrl: string;
  accounts: DataCenterAccount[];
  projects: Seed['projects'];
  state: SimulatorState;
  faults: Faults;
  deliveryFaults: DeliveryFaults;
  /** Resolves once no webhook is under way or held back. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const linkExtras = (world: World, state: SimulatorState): IssueExtras => ({
  panels: (issue) => [remoteLinksPanel(world.remoteLinks.of(issue.id))],
  counts: (issue) => `${state.remoteLinks(issue.key).length} links`,
});

function jiraRoutes(world: World, state: SimulatorState, version: Version): Route[] {
  return [
    ...dataCenterSiteRoutes(world, version),
    ...dataCenterCreateMetaRoutes(world, version),
    ...platformRoutes(world),
    ...remoteLinkRoutes(world),
    ...dvcsRoutes(world),
    ...offsetSearchRoutes(world, version),
    ...adminWebhookRoutes(world, version.hasNewWebhooks),
    ...pageRoutes(world, linkExtras(world, state)),
    ...iconRoutes(),
  ];
}

/**
 * Starts a simulated Jira Data Center in memory. Throws Node's own error when the port is taken, a RangeError
 * for a version or context path that is none.
 */
export async function startDataCenter(options: DataCenterOptions): Promise<DataCenterSimulator> {
  const version = readVersion(options.version ?? '10.3.24');
  const contextPath = options.contextPath ?? '/jira';
  if (!/^(?:\/[\w.-]+)*$/.test(contextPath)) {
    throw new RangeError(`'${contextPath}' is no context path: give one such as /jira`);
  }
  const given = options.seed ?? defaultDataCenterSeed();
  const seed: Seed = { ...given, name: options.name ?? given.name };
  const now = options.now ?? (() => new Date());
  let siteUrl = '';
  const world = createWorld(createDataCenterEdition(version), seed, now, {
    site: () => options.baseUrl ?? siteUrl,
  });
  const requests: LoggedRequest[] = [];
  const faults = createFaults(world);
  const state = createState(world, requests);
  const below = (route: Route): Route => ({ ...route, path: contextPath + route.path });
  const server = await startServer(
    {
      listener: 'site',
      faults,
      requests,
      now,
      maxBodyBytes: options.maxBodyBytes ?? 10 * 1024 * 1024,
      tls: options.tls,
      decorate: (request, answer) => signedInHeaders(world, request, answer),
      routes: [
        ...jiraRoutes(world, state, version).map(below),
        ...livePageRoutes(world, linkExtras(world, state)),
        ...controlRoutes(world, faults, state),
      ],
      notFound: { status: 404, body: platformErrors(['null for uri']) },
      tooLarge: { status: 413, body: platformErrors(['The request body is too large.']) },
    },
    options.host ?? '127.0.0.1',
    options.port ?? 0,
  );
  siteUrl = server.url + contextPath;
  return {
    edition: 'data-center',
    version: version.text,
    name: seed.name,
    siteUrl,
    originUrl: server.url,
    accounts: seed.accounts.map((account) => ({
      email: account.email,
      displayName: account.displayName,
      permissions: account.permissions,
      name: userName(account),
      key: userKey(world, account),
      personalAccessToken: account.apiToken,
      password: account.password,
    })),
    projects: seed.projects,
    state,
    faults,
    deliveryFaults: world.deliveries.faults,
    settled: () => world.deliveries.settled(),
    async close() {
      await Promise.all([world.deliveries.close(), server.close()]);
    },
  };
}
