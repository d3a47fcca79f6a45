import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { Log } from '../../kit/log.ts';
import type { IsSigned, SignHook } from '../../kit/raw-hook.ts';
import { every, type TopicHandler, type Work } from '../../work/index.ts';
import type { Changes, SignedInPages } from '../access/index.ts';
import type { ConnectionStore, JiraClients, OpenConnections } from '../connections/index.ts';
import { backfillRoutes } from './backfill/backfill-routes.ts';
import { createBackfillRunner } from './backfill/backfill-runner.ts';
import { createBackfillStore } from './backfill/backfill-store.ts';
import { createCodeHosts } from './code-hosts.ts';
import { branchRoutes } from './create-branch/api-routes.ts';
import { createBranches } from './create-branch/branches.ts';
import { createBranchPageRoutes } from './create-branch/page-routes.ts';
import { codeEventHandler } from './events/code-event.ts';
import { hookRoutes } from './events/hook-routes.ts';
import { createTakeEvents } from './events/take-events.ts';
import { createFacade } from './facade/facade.ts';
import { createDisconnector } from './links/disconnect.ts';
import { createRuleFollower } from './links/follow-rules.ts';
import { linkRoutes } from './links/link-routes.ts';
import { createLinkStore, type LinkStore } from './links/link-store.ts';
import { createLinkedRepositories } from './links/linked-repositories.ts';
import { webhookRemovalHandler } from './links/remove-webhook.ts';
import { createSubscriptions, type Subscriptions } from './links/subscriptions.ts';
import { lookRoutes } from './looks/look-routes.ts';
import { createLookRunner } from './looks/look-runner.ts';
import { createLookStore } from './looks/look-store.ts';
import { developmentHandler } from './memory/send-development.ts';
import { smartCommitHandler } from './smart-commits/send-smart-commit.ts';
import { createTakeSmartCommits } from './smart-commits/take-smart-commits.ts';

/** How often a link is compared with its host. */
const lookEveryMs = 15 * 60 * 1000;

/** The Development panel: code hosts linked to Jira. */
export interface DevPanel {
  handlers: TopicHandler[];
  links: Pick<LinkStore, 'list'>;
  /** Registers and removes webhooks of links. */
  subscriptions: Subscriptions;
  routes(work: Work): FastifyPluginAsyncZod[];
  /** Starts what goes on in the background on this replica; the answer ends it. */
  start(): () => Promise<void>;
}

/** Joins the parts of the feature. `tendEveryMs` is how often unfinished things are looked for. */
export function createDevPanel(options: {
  database: Database;
  vault: Vault;
  changes: Changes;
  connections: ConnectionStore;
  open: OpenConnections;
  jiraClients: JiraClients;
  isSigned: IsSigned;
  signHook: SignHook;
  signedInPages: SignedInPages;
  publicUrl: string | undefined;
  tendEveryMs: number;
  log: Log;
  now(): Date;
}): DevPanel {
  const { database, vault, jiraClients, isSigned, publicUrl, log, now } = options;
  const links = createLinkStore(database, vault);
  const backfills = createBackfillStore(database);
  const codeHosts = createCodeHosts(options.open);
  const subscriptions = createSubscriptions({ database, links, codeHosts, publicUrl, now });
  const runner = createBackfillRunner({ database, links, backfills, codeHosts, log, now });
  const disconnector = createDisconnector({ database, links, subscriptions, jiraClients, log, now });
  const ruleFollower = createRuleFollower({ database, links, log, now });
  const looks = createLookStore(database);
  const takeSmartCommits = createTakeSmartCommits(now);
  const takeEvents = createTakeEvents({ database, links, takeSmartCommits, now });
  const looker = createLookRunner({
    database,
    links,
    looks,
    codeHosts,
    takeSmartCommits,
    everyMs: lookEveryMs,
    log,
    now,
  });
  const repositories = createLinkedRepositories({ codeHosts, now });
  const branches = createBranches({ ...options, codeHosts, repositories });
  const parts = { ...options, links, backfills, looks, codeHosts, subscriptions };
  const facade = createFacade({ ...parts, repositories });
  return {
    handlers: [
      codeEventHandler({ links, codeHosts, takeEvents }),
      facade.noting(developmentHandler(jiraClients)),
      smartCommitHandler({ database, links, jiraClients }),
      webhookRemovalHandler(subscriptions),
    ],
    links,
    subscriptions,
    routes: (work) => [
      hookRoutes({ links, codeHosts, work, isSigned, now }),
      linkRoutes(parts),
      backfillRoutes(parts),
      branchRoutes({ links, branches }),
      createBranchPageRoutes({ ...options, links, repositories, branches }),
      ...facade.routes,
      lookRoutes(parts),
    ],
    start() {
      const stops = [
        every(options.tendEveryMs, () => runner.tend(), log),
        every(options.tendEveryMs, () => disconnector.tend(), log),
        every(options.tendEveryMs, () => ruleFollower.tend(), log),
        every(options.tendEveryMs, () => subscriptions.tend(), log),
        every(options.tendEveryMs, () => looker.tend(), log),
        every(options.tendEveryMs, () => facade.tend(), log),
      ];
      return async () => {
        runner.stop();
        looker.stop();
        for (const stop of stops) await stop();
      };
    },
  };
}
