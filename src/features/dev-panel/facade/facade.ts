import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database } from '../../../database/index.ts';
import type { Changes, SignedInPages } from '../../access/index.ts';
import type { ConnectionStore } from '../../connections/index.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { LinkStore } from '../links/link-store.ts';
import type { LinkedRepositories } from '../links/linked-repositories.ts';
import { applicationRoutes } from './application-routes.ts';
import { createApplicationStore } from './application-store.ts';
import { githubRoutes } from './github-routes.ts';
import { createHookStore } from './hook-store.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { createPanelSource } from './panel-source.ts';
import { createReader } from './reader.ts';
import { webRoutes } from './web-routes.ts';
import { createWire } from './wire.ts';

/**
 * The Development panel of a self-hosted Jira: its own DVCS connector reads links here as it reads GitHub Enterprise
 * Server. Without a public URL there is only the API that says so.
 */
export function facadeRoutes(parts: {
  database: Database;
  links: LinkStore;
  connections: ConnectionStore;
  repositories: LinkedRepositories;
  codeHosts: CodeHosts;
  changes: Changes;
  signedInPages: SignedInPages;
  publicUrl: string | undefined;
  now(): Date;
}): FastifyPluginAsyncZod[] {
  const { database, publicUrl } = parts;
  const joined = {
    ...parts,
    applications: createApplicationStore(database),
    source: createPanelSource(parts),
    hooks: createHookStore(database.kysely),
  };
  if (publicUrl === undefined) return [applicationRoutes(joined)];
  return [
    applicationRoutes(joined),
    oauthRoutes(joined),
    githubRoutes({ ...joined, publicUrl, wire: createWire(publicUrl), read: createReader(joined) }),
    webRoutes(joined),
  ];
}
