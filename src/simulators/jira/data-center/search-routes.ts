import { z } from 'zod';
import { type Answer, refuse } from '../answer.ts';
import { findAccount } from '../platform/account.ts';
import { listIn } from '../platform/issue-body.ts';
import { showIssue } from '../platform/issue-view.ts';
import { JqlError, parseJql } from '../platform/jql.ts';
import { findByQuery } from '../platform/jql-match.ts';
import type { Issue } from '../platform/platform.ts';
import { listIndexed, nowOf } from '../platform/search-index.ts';
import { maySee } from '../platform/visibility.ts';
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
  const visible = world.platform.listIssues().filter((issue) => maySee(world, account, issue.project));
  const indexed = listIndexed(world, visible);
  let found: Issue[];
  try {
    const query = parseJql(search.jql);
    found = findByQuery({ world, account, visible, indexed }, query).map(nowOf(visible));
  } catch (error) {
    if (error instanceof JqlError) throw refuse(400, error.message);
    throw error;
  }
  const startAt = Math.max(0, search.startAt);
  const maxResults = search.maxResults < 0 ? mostIssues : Math.min(search.maxResults, mostIssues);
  const wanted = { fields: search.fields.length === 0 ? ['*navigable'] : search.fields, properties: [] };
  return {
    status: 200,
    body: {
      expand: 'schema,names',
      startAt,
      maxResults,
      total: found.length,
      ...(version.tellsResultWindow && { maxResultWindow: resultWindow }),
      issues: found.slice(startAt, startAt + maxResults).map((issue) => showIssue(world, '2', issue, wanted)),
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
