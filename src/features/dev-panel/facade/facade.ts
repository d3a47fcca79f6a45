import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../../database/index.ts';
import type { Log } from '../../../kit/log.ts';
import type { SignHook } from '../../../kit/raw-hook.ts';
import type { TopicHandler } from '../../../work/index.ts';
import type { Changes, SignedInPages } from '../../access/index.ts';
import type { ConnectionStore, OpenConnections } from '../../connections/index.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { LinkStore } from '../links/link-store.ts';
import type { LinkedRepositories } from '../links/linked-repositories.ts';
import { applicationRoutes } from './application-routes.ts';
import { createApplicationStore } from './application-store.ts';
import { githubRoutes } from './github-routes.ts';
import { createHookCaller } from './hook-caller.ts';
import { createHookStore } from './hook-store.ts';
import { notingChanges } from './note-changes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { createPanelSource } from './panel-source.ts';
import { createReader } from './reader.ts';
import { webRoutes } from './web-routes.ts';
import { createWire } from './wire.ts';

/** What lets a self-hosted Jira read links as it reads GitHub Enterprise Server. */
export interface Facade {
  routes: FastifyPluginAsyncZod[];
  /** The handler of what Jira is told, which also has the webhooks called that Jira registered here. */
  noting(handler: TopicHandler): TopicHandler;
  /** Calls the webhooks that are due. */
  tend(): Promise<void>;
}

/**
 * The Development panel of a self-hosted Jira: its own DVCS connector reads links here as it reads GitHub Enterprise
 * Server. Without a public URL there is only the API that says so.
 */
export function createFacade(parts: {
  database: Database;
  vault: Vault;
  links: LinkStore;
  connections: ConnectionStore;
  open: OpenConnections;
  repositories: LinkedRepositories;
  codeHosts: CodeHosts;
  changes: Changes;
  signedInPages: SignedInPages;
  signHook: SignHook;
  publicUrl: string | undefined;
  log: Log;
  now(): Date;
}): Facade {
  const { database, vault, publicUrl } = parts;
  const joined = {
    ...parts,
    applications: createApplicationStore(database),
    source: createPanelSource(parts),
    hooks: createHookStore(database, vault),
  };
  if (publicUrl === undefined) {
    return { routes: [applicationRoutes(joined)], noting: (handler) => handler, tend: async () => undefined };
  }
  const wire = createWire(publicUrl);
  const caller = createHookCaller({ ...joined, wire });
  return {
    routes: [
      applicationRoutes(joined),
      oauthRoutes(joined),
      githubRoutes({ ...joined, publicUrl, wire, read: createReader(joined) }),
      webRoutes(joined),
    ],
    noting: (handler) => notingChanges(handler, joined),
    tend: () => caller.tend(),
  };
}
