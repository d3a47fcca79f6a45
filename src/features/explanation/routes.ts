import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { isIssueKey } from '../../kit/issue-keys.ts';
import { cursorOf, pageQuery } from '../../kit/paging.ts';
import { listHolds, type Work } from '../../work/index.ts';
import { type Actor, scopesOf } from '../access/index.ts';
import { findConnectKeyNames, listConnectKeys } from '../ci-reports/index.ts';
import type { ConnectionStore, JiraClients } from '../connections/index.ts';
import { viewDelivery, visibleConnections } from '../deliveries/index.ts';
import { type LinkStore, smartCommitTopic } from '../dev-panel/index.ts';
import { type RunStore, summarizeRun } from '../steps/index.ts';
import { explanationView, nameOf, viewEntity } from './explanation.ts';
import { askJira, notAsked } from './held-by-jira.ts';
import { notesOfDeliveries, notesOfHolds, notesOfLinks, notesOfNothing } from './notes.ts';

/** So many runs of steps that touched an issue are shown. */
const mostRuns = 20;
/** An issue with more builds and deployments than this shows its newest ones. */
const mostEntities = 200;

const issueParameter = z.strictObject({
  key: z
    .string()
    .max(300)
    .transform((key) => key.toUpperCase())
    .refine(isIssueKey, 'is not an issue key such as MYT-1'),
});

const explanationQuery = pageQuery.extend({
  live: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Whether to ask Jira what it holds now of the 20 newest builds and deployments.' }),
});

/** `/api/v1/issues/{key}/explanation`: everything that was sent for an issue, and why something is not there. */
export function explanationRoutes(options: {
  database: Database;
  work: Pick<Work, 'list' | 'listNewestStates'>;
  connections: ConnectionStore;
  jiraClients: JiraClients;
  links: Pick<LinkStore, 'list'>;
  runs: Pick<RunStore, 'list'>;
  now(): Date;
}): FastifyPluginAsyncZod {
  const { database, work, connections, jiraClients, links, runs, now } = options;

  const whyNothing = async (actor: Actor | undefined, issue: string): Promise<string[]> => {
    const limit = 200;
    const all = await connections.list({ within: scopesOf(actor), limit });
    const ofJira = all.filter(({ connector }) => connector === 'jira');
    const ids = ofJira.map(({ id }) => id);
    const keys = await listConnectKeys(database, { connectionIds: ids, managedIds: ids, limit });
    const valid = keys.filter(
      ({ revokedAt, expiresAt }) => revokedAt === null && (expiresAt === null || expiresAt > now()),
    );
    const linked = await links.list({ within: scopesOf(actor), limit });
    return [...notesOfNothing(issue, ofJira, valid), ...notesOfLinks(issue, linked)];
  };

  return async (app) => {
    app.get(
      '/api/v1/issues/:key/explanation',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Everything that was sent for an issue, and why something is not there',
          tags: ['issues'],
          params: issueParameter,
          querystring: explanationQuery,
          response: { 200: explanationView },
        },
      },
      async (request) => {
        const { key: issue } = request.params;
        const { cursor, limit, live } = request.query;
        const connectionIds = await visibleConnections(connections, request.actor);
        const page = await work.list({ issueKey: issue, connectionIds, before: cursor, limit });
        const newestStates = await work.listNewestStates({
          issueKey: issue,
          connectionIds,
          limit: mostEntities,
        });
        // What came in is no entity of Jira's, nor is what a commit message asks for; what it led to is.
        const states = newestStates.filter(
          ({ delivery }) => delivery.direction === 'out' && delivery.topic !== smartCommitTopic,
        );
        const newest = states.map(({ delivery }) => delivery);
        const everyone = [...page, ...newest];
        const idsOf = (ids: (string | null)[]) => [...new Set(ids)].filter((id) => id !== null);
        const connectionNames = await connections.findNames(
          idsOf(everyone.map(({ connectionId }) => connectionId)),
        );
        const keyNames = await findConnectKeyNames(
          database,
          idsOf(page.map(({ connectKeyId }) => connectKeyId)),
        );
        const deliveries = page.map((delivery) => ({
          ...viewDelivery(delivery),
          connection: nameOf(delivery.connectionId, connectionNames),
          connectKey: nameOf(delivery.connectKeyId, keyNames),
        }));
        const answers = live === 'true' ? await askJira(jiraClients, newest) : undefined;
        const entities = states.map((state) =>
          viewEntity(state, issue, connectionNames, answers?.get(state.delivery.id) ?? notAsked),
        );
        const queued = page.filter(({ state }) => state === 'queued');
        const holds = await listHolds(database, idsOf(queued.map(({ connectionId }) => connectionId)));
        const touching = await runs.list({
          within: scopesOf(request.actor),
          issueKey: issue,
          limit: mostRuns,
        });
        const nothing = deliveries.length === 0 && cursor === undefined;
        return {
          issue,
          notes: nothing
            ? await whyNothing(request.actor, issue)
            : [...notesOfHolds(holds, connectionNames), ...notesOfDeliveries(issue, deliveries, entities)],
          entities,
          deliveries,
          runs: touching.map(summarizeRun),
          next: cursorOf(page, limit),
        };
      },
    );
  };
}
