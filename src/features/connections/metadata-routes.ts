import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isIssueKey } from '../../kit/issue-keys.ts';
import type { JiraMetadata } from '../../kit/jira-metadata.ts';
import { text } from '../../kit/paging.ts';
import type { Actor } from '../access/index.ts';
import type { ConnectionStore } from './connection-store.ts';
import { connectionReference } from './connection-view.ts';
import type { JiraClients } from './jira-clients.ts';
import { type KeptQuestion, keptQuestions } from './kept-metadata.ts';
import type { MetadataCache } from './metadata-cache.ts';
import {
  choicesOf,
  fieldChoice,
  issueTypeChoice,
  projectChoice,
  statusChoice,
  transitionChoice,
  userChoice,
} from './metadata-view.ts';
import { getVisibleConnection } from './visible-connection.ts';

const named = z.string().min(1).max(255);
const projectPath = connectionReference.extend({ key: named.meta({ description: 'Project key or id.' }) });
const typePath = projectPath.extend({ type: named.meta({ description: 'Issue type id.' }) });
const issuePath = connectionReference.extend({
  key: named.refine(isIssueKey, { message: 'expected an issue key such as MYT-1' }),
});
const refresh = z.strictObject({
  refresh: z.stringbool().default(false).meta({ description: 'Ask Jira whatever is known.' }),
});
/** Whoever runs steps fills in forms. */
const config = { access: { role: 'operator' } } as const;
const tags = ['metadata'];

/** What forms offer to choose from, as the connection's account sees it in Jira. */
export function metadataRoutes(options: {
  connections: ConnectionStore;
  jiraClients: JiraClients;
  cache: MetadataCache;
  now(): Date;
}): FastifyPluginAsyncZod {
  const { connections, jiraClients, cache, now } = options;

  const answer = async <T>(
    actor: Actor | undefined,
    idOrReference: string,
    question: {
      ask(metadata: JiraMetadata): Promise<T[]>;
      /** Absent: what hangs on an issue may have changed a moment ago, and is asked for each time. */
      cached?: KeptQuestion & { refresh: boolean };
    },
  ) => {
    const connection = await getVisibleConnection(connections, actor, idOrReference);
    const ask = async () => question.ask((await jiraClients.get(connection.id)).metadata);
    const { cached } = question;
    const { items, fetchedAt } =
      cached === undefined
        ? { items: await ask(), fetchedAt: now() }
        : await cache.get({ ...cached, connection, ask });
    const ageSeconds = Math.max(0, Math.floor((now().getTime() - fetchedAt.getTime()) / 1000));
    return { items, fetchedAt: text(fetchedAt), ageSeconds };
  };
  const base = '/api/v1/connections/:connection/metadata';

  return async (app) => {
    app.get(
      `${base}/projects`,
      {
        config,
        schema: {
          summary: 'List the projects that the connection can see',
          tags,
          params: connectionReference,
          querystring: refresh,
          response: { 200: choicesOf(projectChoice) },
        },
      },
      async ({ actor, params, query }) =>
        answer(actor, params.connection, {
          ask: (metadata) => metadata.projects(),
          cached: { ...keptQuestions.projects(), refresh: query.refresh },
        }),
    );

    app.get(
      `${base}/projects/:key/issue-types`,
      {
        config,
        schema: {
          summary: 'List the issue types of a project',
          tags,
          params: projectPath,
          querystring: refresh,
          response: { 200: choicesOf(issueTypeChoice) },
        },
      },
      async ({ actor, params, query }) =>
        answer(actor, params.connection, {
          ask: (metadata) => metadata.issueTypes(params.key),
          cached: { ...keptQuestions.issueTypes(params.key), refresh: query.refresh },
        }),
    );

    app.get(
      `${base}/projects/:key/statuses`,
      {
        config,
        schema: {
          summary: 'List the statuses that issues of a project may have',
          tags,
          params: projectPath,
          querystring: refresh,
          response: { 200: choicesOf(statusChoice) },
        },
      },
      async ({ actor, params, query }) =>
        answer(actor, params.connection, {
          ask: (metadata) => metadata.statuses(params.key),
          cached: { ...keptQuestions.statuses(params.key), refresh: query.refresh },
        }),
    );

    app.get(
      `${base}/projects/:key/issue-types/:type/fields`,
      {
        config,
        schema: {
          summary: 'List the fields with which an issue is made, with their allowed values',
          tags,
          params: typePath,
          querystring: refresh,
          response: { 200: choicesOf(fieldChoice) },
        },
      },
      async ({ actor, params, query }) =>
        answer(actor, params.connection, {
          ask: (metadata) => metadata.createFields(params.key, params.type),
          cached: { ...keptQuestions.createFields(params.key, params.type), refresh: query.refresh },
        }),
    );

    app.get(
      `${base}/issues/:key/transitions`,
      {
        config,
        schema: {
          summary: 'List the transitions that are open to an issue now',
          tags,
          params: issuePath,
          response: { 200: choicesOf(transitionChoice) },
        },
      },
      async ({ actor, params }) =>
        answer(actor, params.connection, { ask: (metadata) => metadata.transitions(params.key) }),
    );

    app.get(
      `${base}/issues/:key/fields`,
      {
        config,
        schema: {
          summary: 'List the fields that may be edited on an issue now',
          tags,
          params: issuePath,
          response: { 200: choicesOf(fieldChoice) },
        },
      },
      async ({ actor, params }) =>
        answer(actor, params.connection, { ask: (metadata) => metadata.editFields(params.key) }),
    );

    app.get(
      `${base}/users`,
      {
        config,
        schema: {
          summary: 'Find users by name or e-mail address',
          tags,
          params: connectionReference,
          querystring: refresh.extend({ query: z.string().trim().min(1).max(255) }),
          response: { 200: choicesOf(userChoice) },
        },
      },
      async ({ actor, params, query: { query, refresh: anew } }) =>
        answer(actor, params.connection, {
          ask: (metadata) => metadata.users(query),
          cached: { ...keptQuestions.users(query), refresh: anew },
        }),
    );
  };
}
