import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database } from '../../database/index.ts';
import type { TopicHandler, Work } from '../../work/index.ts';
import type { Changes, Credentials } from '../access/index.ts';
import type { ConnectionStore, JiraClients } from '../connections/index.ts';
import { connectKeyRoutes } from './connect-key-routes.ts';
import { gatingRoutes } from './gating-routes.ts';
import { createOwnReports, type OwnReports } from './own-reports.ts';
import { reportRoutes } from './routes.ts';
import { reportHandlers } from './send-reports.ts';
import { createSites } from './sites.ts';

/** Builds and deployments that pipelines report, and the connect keys with which they do. */
export interface CiReports {
  handlers: TopicHandler[];
  /** What the hub reports of its own runs. */
  own: OwnReports;
  routes(work: Work): FastifyPluginAsyncZod[];
}

/** Joins the parts of the feature. */
export function createCiReports(options: {
  database: Database;
  changes: Changes;
  credentials: Credentials;
  connections: ConnectionStore;
  jiraClients: JiraClients;
  now(): Date;
}): CiReports {
  const { connections, jiraClients, now } = options;
  const sites = createSites(connections, now);
  return {
    handlers: reportHandlers(jiraClients),
    own: createOwnReports(sites, now),
    routes: (work) => [
      connectKeyRoutes(options),
      reportRoutes({ work, sites }),
      gatingRoutes({ work, connections, jiraClients }),
    ],
  };
}
