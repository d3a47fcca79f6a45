import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { Log } from '../../kit/log.ts';
import { every, type TopicHandler, type Work } from '../../work/index.ts';
import type { Changes, SignedInPages } from '../access/index.ts';
import type { ConnectionStore, JiraClients, OpenConnections } from '../connections/index.ts';
import { backfillRoutes } from './backfill-routes.ts';
import { createBackfillRunner } from './backfill-runner.ts';
import { createBackfillStore } from './backfill-store.ts';
import { codeEventHandler } from './code-event.ts';
import { createCodeHosts } from './code-hosts.ts';
import { branchRoutes } from './create-branch/api-routes.ts';
import { createBranches } from './create-branch/branches.ts';
import { createBranchPageRoutes } from './create-branch/page-routes.ts';
import { createDisconnector } from './disconnect.ts';
import { facadeRoutes } from './facade/facade.ts';
import { createRuleFollower } from './follow-rules.ts';
import { hookRoutes, type IsSigned } from './hook-routes.ts';
import { linkRoutes } from './link-routes.ts';
import { createLinkStore } from './link-store.ts';
import { createLinkedRepositories } from './linked-repositories.ts';
import { lookRoutes } from './reconcile-routes.ts';
import { createLookRunner } from './reconcile-runner.ts';
import { createLookStore } from './reconcile-store.ts';
import { developmentHandler } from './send-development.ts';
import { smartCommitHandler } from './smart-commits/send-smart-commit.ts';
import { createTakeSmartCommits } from './smart-commits/take-smart-commits.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';

/** How often a link is compared with its host. */
const lookEveryMs = 15 * 60 * 1000;

/** The Development panel: code hosts linked to Jira. */
export interface DevPanel {
  handlers: TopicHandler[];
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
  const subscriptions = createSubscriptions({ links, codeHosts, publicUrl });
  const runner = createBackfillRunner({ database, links, backfills, codeHosts, log, now });
  const disconnector = createDisconnector({ database, links, subscriptions, jiraClients, log, now });
  const ruleFollower = createRuleFollower({ database, links, log, now });
  const looks = createLookStore(database);
  const takeSmartCommits = createTakeSmartCommits(now);
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
  return {
    handlers: [
      codeEventHandler({ database, links, codeHosts, takeSmartCommits, now }),
      developmentHandler(jiraClients),
      smartCommitHandler({ database, links, jiraClients }),
    ],
    subscriptions,
    routes: (work) => [
      hookRoutes({ links, codeHosts, work, isSigned, now }),
      linkRoutes(parts),
      backfillRoutes(parts),
      branchRoutes({ links, branches }),
      createBranchPageRoutes({ ...options, links, repositories, branches }),
      ...facadeRoutes({ ...parts, repositories }),
      lookRoutes(parts),
    ],
    start() {
      const stops = [
        every(options.tendEveryMs, () => runner.tend(), log),
        every(options.tendEveryMs, () => disconnector.tend(), log),
        every(options.tendEveryMs, () => ruleFollower.tend(), log),
        every(options.tendEveryMs, () => looker.tend(), log),
      ];
      return async () => {
        runner.stop();
        looker.stop();
        for (const stop of stops) await stop();
      };
    },
  };
}
