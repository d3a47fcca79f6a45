import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { Log } from '../../kit/log.ts';
import { every, type TopicHandler, type Work } from '../../work/index.ts';
import type { Changes } from '../access/index.ts';
import type { ConnectionParts, ConnectionStore, JiraClients } from '../connections/index.ts';
import { backfillRoutes } from './backfill-routes.ts';
import { createBackfillRunner } from './backfill-runner.ts';
import { createBackfillStore } from './backfill-store.ts';
import { codeEventHandler } from './code-event.ts';
import { createCodeHosts } from './code-hosts.ts';
import { createDisconnector } from './disconnect.ts';
import { hookRoutes, type IsSigned } from './hook-routes.ts';
import { linkRoutes } from './link-routes.ts';
import { createLinkStore } from './link-store.ts';
import { developmentHandler } from './send-development.ts';
import { createSubscriptions } from './subscriptions.ts';

/** The Development panel: code hosts linked to Jira. */
export interface DevPanel {
  handlers: TopicHandler[];
  routes(work: Work): FastifyPluginAsyncZod[];
  /** Starts what goes on in the background on this replica; the answer ends it. */
  start(): () => Promise<void>;
}

/** Joins the parts of the feature. `tendEveryMs` is how often unfinished things are looked for. */
export function createDevPanel(
  options: ConnectionParts & {
    database: Database;
    vault: Vault;
    changes: Changes;
    connections: ConnectionStore;
    jiraClients: JiraClients;
    isSigned: IsSigned;
    publicUrl: string | undefined;
    tendEveryMs: number;
    log: Log;
  },
): DevPanel {
  const { database, vault, jiraClients, isSigned, publicUrl, log, now } = options;
  const links = createLinkStore(database, vault);
  const backfills = createBackfillStore(database);
  const codeHosts = createCodeHosts(options);
  const subscriptions = createSubscriptions({ links, codeHosts, publicUrl });
  const runner = createBackfillRunner({ database, links, backfills, codeHosts, log, now });
  const disconnector = createDisconnector({ database, links, subscriptions, jiraClients, log, now });
  const parts = { ...options, links, backfills, codeHosts, subscriptions };
  return {
    handlers: [codeEventHandler({ database, links, codeHosts, now }), developmentHandler(jiraClients)],
    routes: (work) => [
      hookRoutes({ links, codeHosts, work, isSigned, now }),
      linkRoutes(parts),
      backfillRoutes(parts),
    ],
    start() {
      const stops = [
        every(options.tendEveryMs, () => runner.tend(), log),
        every(options.tendEveryMs, () => disconnector.tend(), log),
      ];
      return async () => {
        runner.stop();
        for (const stop of stops) await stop();
      };
    },
  };
}
