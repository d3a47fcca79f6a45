import { endpointOf } from './burst-headers.ts';
import type { DvcsCall } from './data-center/dvcs-routes.ts';
import type { RemoteLink } from './data-center/remote-links.ts';
import type { BuildData } from './devops/build-schema.ts';
import { deploymentId } from './devops/deployment-routes.ts';
import type { DeploymentData, DeploymentKey } from './devops/deployment-schema.ts';
import type { Branch, Commit, PullRequest, RepositoryData } from './devops/devinfo-schema.ts';
import type { GatingStatus } from './devops/gates.ts';
import type { Issue } from './platform/platform.ts';
import type { Listener } from './route.ts';
import type { WebhookDelivery } from './webhooks/delivery.ts';
import type { AdminWebhook, DynamicWebhook } from './webhooks/webhook-store.ts';
import type { Effect, World } from './world.ts';

/** One request as it was answered; `status` 0 is a connection that was dropped. */
export interface LoggedRequest {
  listener: Listener;
  method: string;
  /** With the query. */
  path: string;
  status: number;
  at: Date;
  /** How many entities a bulk body held. */
  entities?: number;
}

/** What a repository holds for an issue. */
export interface Development {
  repository: RepositoryData;
  commits: Commit[];
  branches: Branch[];
  pullRequests: PullRequest[];
}

/** A look inside the simulator. */
export interface SimulatorState {
  /** All builds, or those of one issue. */
  builds(issueKey?: string): BuildData[];
  deployments(issueKey?: string): DeploymentData[];
  /** Repositories with what belongs to one issue, or with all. */
  development(issueKey?: string): Development[];
  /** The links of an issue to things outside; Data Center's. */
  remoteLinks(issueKey: string): RemoteLink[];
  /** What webhooks told the DVCS connector, the oldest first; Data Center's. */
  dvcsCalls: readonly DvcsCall[];
  findIssue(idOrKey: string): Issue | undefined;
  /** The webhooks that are registered, of administrators and of apps, with their secrets. */
  webhooks(): { admin: AdminWebhook[]; dynamic: DynamicWebhook[] };
  /** Every try to deliver a webhook, the oldest first. */
  webhookDeliveries(): readonly WebhookDelivery[];
  /** What every submitted entity did, in order; stale and rejected ones too. */
  effects: readonly Effect[];
  /** Every request so far, the simulator's own addresses left out. */
  requests: readonly LoggedRequest[];
  /** How many there were by method and path, e.g. `GET /rest/api/3/issue/{id}`; keys and numbers are `{id}`. */
  requestsByEndpoint(): Record<string, number>;
  counts(): Record<
    'requests' | 'issues' | 'builds' | 'deployments' | 'commits' | 'branches' | 'pullRequests',
    number
  >;
  /** Decides a deployment's gate; false when no client has such a deployment. */
  decideGate(key: DeploymentKey, status: GatingStatus): boolean;
  /** Decides every gate that awaits, and those to come. */
  decideGates(status: GatingStatus): void;
  /** All of it as JSON. */
  snapshot(): object;
}

const of = (issueKey: string | undefined) => (entity: { issueKeys: string[] }) =>
  issueKey === undefined || entity.issueKeys.includes(issueKey);

/** Watches a world and the log of its requests. */
export function createState(world: World, requests: LoggedRequest[]): SimulatorState {
  function development(issueKey?: string): Development[] {
    const wanted = of(issueKey);
    return world.devinfo
      .list()
      .map((repository) => ({
        repository: repository.data,
        commits: [...repository.entities.commits.values()].filter(wanted).map((one) => one.data),
        branches: [...repository.entities.branches.values()].filter(wanted).map((one) => one.data),
        pullRequests: [...repository.entities.pullRequests.values()].filter(wanted).map((one) => one.data),
      }))
      .filter(
        (one) =>
          issueKey === undefined || one.commits.length + one.branches.length + one.pullRequests.length > 0,
      );
  }
  const builds = (issueKey?: string) =>
    world.builds
      .list()
      .filter(of(issueKey))
      .map((one) => one.data);
  const deployments = (issueKey?: string) =>
    world.deployments
      .list()
      .filter(of(issueKey))
      .map((one) => one.data);
  const remoteLinks = (issueKey: string) => {
    const issue = world.platform.findIssue(issueKey);
    return issue === undefined ? [] : world.remoteLinks.of(issue.id);
  };
  function counts() {
    const repositories = development();
    const sum = (size: (one: Development) => number) =>
      repositories.reduce((total, one) => total + size(one), 0);
    return {
      requests: requests.length,
      issues: world.platform.listIssues().length,
      builds: world.builds.list().length,
      deployments: world.deployments.list().length,
      commits: sum((one) => one.commits.length),
      branches: sum((one) => one.branches.length),
      pullRequests: sum((one) => one.pullRequests.length),
    };
  }
  return {
    builds,
    deployments,
    development,
    remoteLinks,
    dvcsCalls: world.dvcsCalls,
    findIssue: (idOrKey) => world.platform.findIssue(idOrKey),
    webhooks: () => ({
      admin: [...world.webhooks.admin.values()],
      dynamic: [...world.webhooks.dynamic.values()],
    }),
    webhookDeliveries: () => world.deliveries.list(),
    effects: world.effects,
    requests,
    requestsByEndpoint() {
      const found: Record<string, number> = {};
      for (const { method, path } of requests) {
        const endpoint = `${method} ${endpointOf(path.split('?', 1)[0] ?? '')}`;
        found[endpoint] = (found[endpoint] ?? 0) + 1;
      }
      return found;
    },
    counts,
    decideGate(key, status) {
      const id = deploymentId(key);
      const found = world.deployments.list().filter((one) => one.id === id);
      for (const one of found) world.gates.decide(JSON.stringify([one.provider, id]), status);
      return found.length > 0;
    },
    decideGates: (status) => world.gates.decideAll(status),
    snapshot: () => ({
      counts: counts(),
      issues: world.platform.listIssues().map(({ key, summary, status, labels, properties }) => ({
        key,
        summary,
        status,
        labels,
        properties: Object.fromEntries(properties),
        remoteLinks: remoteLinks(key),
      })),
      builds: builds(),
      deployments: deployments(),
      development: development(),
      dvcsCalls: world.dvcsCalls,
      effects: world.effects,
      webhookDeliveries: world.deliveries.list().map(({ body: _, ...one }) => one),
      requests,
    }),
  };
}
