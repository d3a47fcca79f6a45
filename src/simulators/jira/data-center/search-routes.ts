import { z } from 'zod';
import { type Answer, platformErrors, Refusal, refuse } from '../answer.ts';
import { findAccount } from '../platform/account.ts';
import { listIn } from '../platform/issue-body.ts';
import { showFound } from '../platform/issue-view.ts';
import { JqlError } from '../platform/jql.ts';
import { searchIndex } from '../platform/search-index.ts';
import { type Route, type RouteRequest, readJson } from '../route.ts';
import type { World } from '../world.ts';
import { readPaging } from './paging.ts';
import type { Version } from './version.ts';

/** Jira gives at most so many issues a page (`jira.search.views.default.max`), whatever is asked. */
const mostIssues = 1_000;
/** How far results can be paged since 11. */
const resultWindow = 10_000;

const bodySchema = z.strictObject({
  jql: z.string().default(''),
  startAt: z.int().default(0),
  maxResults: z.int().default(50),
  fields: z.array(z.string()).default([]),
  expand: z.array(z.string()).default([]),
  validateQuery: z.boolean().default(true),
});
type Search = z.output<typeof bodySchema>;

function readBody(request: RouteRequest): Search {
  const parsed = bodySchema.safeParse(readJson(request, (status, message) => refuse(status, message)));
  if (parsed.success) return parsed.data;
  throw refuse(400, z.prettifyError(parsed.error));
}

const readQuery = (request: RouteRequest): Search => ({
  ...readPaging(request),
  jql: request.query.get('jql') ?? '',
  fields: listIn(request, 'fields'),
  expand: listIn(request, 'expand'),
  validateQuery: request.query.get('validateQuery') !== 'false',
});

function run(world: World, version: Version, request: RouteRequest, search: Search): Answer {
  const account = findAccount(world, request);
  const { jql, validateQuery, expand } = search;
  let result: ReturnType<typeof searchIndex>;
  try {
    result = searchIndex(world, { account, jql, isLenient: !validateQuery });
  } catch (error) {
    if (error instanceof JqlError) throw new Refusal({ status: 400, body: platformErrors(error.messages) });
    throw error;
  }
  const { found, warnings } = result;
  const startAt = Math.max(0, search.startAt);
  const maxResults = search.maxResults < 0 ? mostIssues : Math.min(search.maxResults, mostIssues);
  const fields = search.fields.length === 0 ? ['*navigable'] : search.fields;
  const page = found.slice(startAt, startAt + maxResults);
  return {
    status: 200,
    body: {
      expand: 'schema,names',
      startAt,
      maxResults,
      total: found.length,
      ...(version.tellsResultWindow && { maxResultWindow: resultWindow }),
      ...showFound(world, '2', page, { fields, properties: [], expand, account }),
      ...(warnings.length > 0 && { warningMessages: warnings }),
    },
  };
}

/** The search with offsets and a total. */
export function offsetSearchRoutes(world: World, version: Version): Route[] {
  const path = '/rest/api/2/search';
  return [
    { method: 'GET', path, handle: (request) => run(world, version, request, readQuery(request)) },
    { method: 'POST', path, handle: (request) => run(world, version, request, readBody(request)) },
  ];
}
