import { platformErrors } from './answer.ts';
import { createBurstHeaders } from './burst-headers.ts';
import { controlRoutes } from './control-routes.ts';
import {
  type DataCenterOptions,
  type DataCenterSimulator,
  startDataCenter,
} from './data-center/start-data-center.ts';
import { defaultSeed } from './default-seed.ts';
import { createBuildsApi } from './devops/build-routes.ts';
import { createDeploymentsApi } from './devops/deployment-routes.ts';
import { createDevinfoApi } from './devops/devinfo-routes.ts';
import { gatewayRoutes, siteRoutes } from './devops/mount.ts';
import { createFaults, type Faults } from './faults.ts';
import { allowRedirect, authorizeRoutes } from './oauth/authorize-routes.ts';
import { platformAtGateway, resourceRoutes } from './oauth/platform-routes.ts';
import { tokenRoutes } from './oauth/token-routes.ts';
import { livePageRoutes, pageRoutes } from './pages/page-routes.ts';
import { devopsExtras } from './pages/panels.ts';
import { cloudEdition } from './platform/cloud-edition.ts';
import { changelogRoutes } from './platform/histories.ts';
import { createMetaRoutes, oldCreateMetaRoutes } from './platform/issue-meta-routes.ts';
import { platformRoutes } from './platform/platform-routes.ts';
import { projectSearchRoutes } from './platform/project-routes.ts';
import { searchRoutes } from './platform/search-routes.ts';
import { siteInformationRoutes } from './platform/site-routes.ts';
import { cloudUserRoutes } from './platform/user-routes.ts';
import type { Seed } from './seed.ts';
import { startServer } from './server.ts';
import { createState, type LoggedRequest, type SimulatorState } from './state.ts';
import { adminWebhookRoutes } from './webhooks/admin-webhook-routes.ts';
import type { DeliveryFaults } from './webhooks/delivery-faults.ts';
import { dynamicWebhookRoutes } from './webhooks/dynamic-webhook-routes.ts';
import { createWorld } from './world.ts';

export type { DataCenterOptions, DataCenterSimulator } from './data-center/start-data-center.ts';
export { defaultSeed } from './default-seed.ts';
export {
  describeAsText,
  describeDataCenter,
  describeDataCenterAsText,
  describeSimulator,
} from './describe.ts';
export { startHttpsRedirect } from './not-jira/https-redirect.ts';
export { type NotJiraKind, startNotJira } from './not-jira/not-jira.ts';
export { parseSeed, parseSeedText } from './seed.ts';

/** How a simulated Jira Cloud starts. */
export interface JiraSimulatorOptions {
  edition: 'cloud';
  /** The site's port; 0 or absent takes a free one. */
  port?: number;
  /** The gateway's port; the one after the site's when that is given, else a free one. */
  gatewayPort?: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** See {@link parseSeed}; the default seed when absent. */
  seed?: Seed;
  /** The site's clock: tokens, times and the `Date` header follow it. */
  now?: () => Date;
  /** The site's name, instead of the seed's. */
  name?: string;
  /** Larger bodies are 413. No contract names a size; 10 MiB when absent. */
  maxBodyBytes?: number;
  /** What `serverInfo` calls the site, when that is not the address where it listens. */
  baseUrl?: string;
  /** PEM texts: the site then speaks HTTPS. */
  tls?: { key: string; cert: string };
  /** How long a webhook that failed waits for its next try; five to fifteen minutes when absent, as Jira waits. */
  webhookRetryDelayMs?: number;
}

/** A running simulated Jira Cloud. */
export interface JiraSimulator {
  edition: 'cloud';
  name: string;
  /** Where `https://<name>.atlassian.net` would be. */
  siteUrl: string;
  /** Where `https://api.atlassian.com` would be; it also serves `POST /oauth/token`. */
  gatewayUrl: string;
  cloudId: string;
  accounts: Seed['accounts'];
  clients: Seed['clients'];
  /** OAuth client credentials for the platform API at the gateway, each acting as one of the accounts. */
  serviceAccounts: Seed['serviceAccounts'];
  /** Apps for OAuth 2.0 (3LO): `authorize` and `oauth/token` at the gateway. */
  oauthApps: Seed['oauthApps'];
  /** Tokens that the site's own DevOps addresses accept, as from a Connect or Forge app. */
  apps: Seed['apps'];
  projects: Seed['projects'];
  state: SimulatorState;
  faults: Faults;
  deliveryFaults: DeliveryFaults;
  /** Resolves once no webhook, retry or held-back webhook is under way. */
  settled(): Promise<void>;
  /** What the owner of an app does in the developer console: adds an address that consent may lead back to. */
  allowRedirect(redirectUri: string, clientId?: string): void;
  close(): Promise<void>;
}

/**
 * Starts a simulated Jira in memory: Cloud on two listeners, Data Center on one. Throws Node's own error when a port
 * is taken.
 */
export function startJiraSimulator(options: JiraSimulatorOptions): Promise<JiraSimulator>;
export function startJiraSimulator(options: DataCenterOptions): Promise<DataCenterSimulator>;
export function startJiraSimulator(
  options: JiraSimulatorOptions | DataCenterOptions,
): Promise<JiraSimulator | DataCenterSimulator> {
  return options.edition === 'cloud' ? startCloud(options) : startDataCenter(options);
}

async function startCloud(options: JiraSimulatorOptions): Promise<JiraSimulator> {
  const given = options.seed ?? defaultSeed();
  const seed: Seed = {
    ...given,
    name: options.name ?? given.name,
    // The addresses that consent leads back to change while the site runs.
    oauthApps: given.oauthApps.map((app) => ({ ...app })),
  };
  const now = options.now ?? (() => new Date());
  let siteUrl = '';
  let gatewayUrl = '';
  const urls = { site: () => options.baseUrl ?? siteUrl, gateway: () => gatewayUrl };
  const world = createWorld(cloudEdition, seed, now, urls, options.webhookRetryDelayMs);
  const requests: LoggedRequest[] = [];
  const faults = createFaults(world);
  const state = createState(world, requests);
  const apis = [createBuildsApi(world), createDeploymentsApi(world), createDevinfoApi(world)];
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? 0;
  const common = { faults, requests, now, maxBodyBytes: options.maxBodyBytes ?? 10 * 1024 * 1024 };

  const platform = [
    ...siteInformationRoutes(world),
    ...projectSearchRoutes(world),
    ...oldCreateMetaRoutes(world),
    ...createMetaRoutes(world),
    ...cloudUserRoutes(world),
    ...changelogRoutes(world),
    ...searchRoutes(world),
    ...platformRoutes(world),
    ...adminWebhookRoutes(world),
    ...dynamicWebhookRoutes(world),
  ];

  const site = await startServer(
    {
      ...common,
      listener: 'site',
      tls: options.tls,
      decorate: createBurstHeaders(now),
      routes: [
        ...platform,
        ...apis.flatMap((api) => siteRoutes(world, api)),
        ...pageRoutes(world, devopsExtras(state)),
        ...livePageRoutes(world, devopsExtras(state)),
        ...controlRoutes(world, faults, state),
      ],
      notFound: { status: 404, body: platformErrors(['null for uri']) },
      tooLarge: { status: 413, body: platformErrors(['The request body is too large.']) },
    },
    host,
    port,
  );
  siteUrl = site.url;
  const gateway = await startServer(
    {
      ...common,
      listener: 'gateway',
      decorate: createBurstHeaders(now),
      routes: [
        ...tokenRoutes(world),
        ...authorizeRoutes(world),
        ...resourceRoutes(world),
        ...platformAtGateway(world, platform),
        ...apis.flatMap((api) => gatewayRoutes(world, api)),
      ],
      notFound: { status: 404, body: { code: 404, message: 'Not Found' } },
      tooLarge: { status: 413, body: { code: 413, message: 'Request Entity Too Large' } },
    },
    host,
    options.gatewayPort ?? (port === 0 ? 0 : port + 1),
  ).catch(async (error: unknown) => {
    await site.close();
    throw error;
  });
  gatewayUrl = gateway.url;

  return {
    edition: options.edition,
    name: seed.name,
    siteUrl: site.url,
    gatewayUrl: gateway.url,
    cloudId: seed.cloudId,
    accounts: seed.accounts,
    clients: seed.clients,
    serviceAccounts: seed.serviceAccounts,
    oauthApps: seed.oauthApps,
    apps: seed.apps,
    projects: seed.projects,
    state,
    faults,
    deliveryFaults: world.deliveries.faults,
    settled: () => world.deliveries.settled(),
    allowRedirect: (redirectUri, clientId) => allowRedirect(seed, redirectUri, clientId),
    async close() {
      await Promise.all([world.deliveries.close(), site.close(), gateway.close()]);
    },
  };
}
