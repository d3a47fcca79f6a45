import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { asCodeRoutes } from './routes.ts';
import type { AsCodeParts } from './stores.ts';

/** Resources as files. */
export interface AsCode {
  routes(): FastifyPluginAsyncZod[];
}

/** Joins the parts of the feature. */
export function createAsCode(parts: AsCodeParts): AsCode {
  return { routes: () => [asCodeRoutes(parts)] };
}
