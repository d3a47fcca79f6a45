import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database } from '../../database/index.ts';
import type { Work } from '../../work/index.ts';
import type { ConnectionStore, JiraClients } from '../connections/index.ts';
import type { LinkStore } from '../dev-panel/index.ts';
import type { RunStore } from '../steps/index.ts';
import { explanationRoutes } from './routes.ts';

/** Why an issue shows what it shows. */
export interface Explanations {
  routes(work: Work): FastifyPluginAsyncZod[];
}

/** Joins the parts of the feature. */
export function createExplanations(options: {
  database: Database;
  connections: ConnectionStore;
  jiraClients: JiraClients;
  links: Pick<LinkStore, 'list'>;
  runs: Pick<RunStore, 'list'>;
  now(): Date;
}): Explanations {
  return { routes: (work) => [explanationRoutes({ ...options, work })] };
}
