import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Work } from '../../work/index.ts';
import type { Changes } from '../access/index.ts';
import type { ConnectionStore } from '../connections/index.ts';
import { deliveryRoutes } from './routes.ts';

/** The delivery ledger, shown. */
export interface Deliveries {
  routes(work: Work): FastifyPluginAsyncZod[];
}

/** Joins the parts of the feature. */
export function createDeliveries(options: { connections: ConnectionStore; changes: Changes }): Deliveries {
  return { routes: (work) => [deliveryRoutes({ ...options, work })] };
}
