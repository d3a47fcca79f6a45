import { createHash } from 'node:crypto';
import { type Answer, platformErrors, Refusal, refuse } from '../answer.ts';
import { isObject, type Route, type RouteRequest, readJson } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { findAccount } from './account.ts';
import { listIn } from './issue-body.ts';
import { showFound } from './issue-view.ts';
import { JqlError } from './jql.ts';
import type { Issue } from './platform.ts';
import { searchIndex } from './search-index.ts';

interface Search {
  jql: string;
  nextPageToken: string | undefined;
  maxResults: number;
  fields: string[];
  expand: string[];
  properties: string[];
  reconcileIssues: string[];
}

const bodyKeys = new Set([
  'jql',
  'nextPageToken',
  'maxResults',
  'fields',
  'expand',
  'properties',
  'fieldsByKeys',
  'reconcileIssues',
]);

const invalidPayload = () =>
  refuse(400, 'Invalid request payload. Refer to the REST API documentation and try again.');

function readQuery(request: RouteRequest): Search {
  const maximum = request.query.get('maxResults') ?? '50';
  if (!/^\d{1,6}$/.test(maximum)) throw refuse(400, `'maxResults' must be a number, not '${maximum}'.`);
  return {
    jql: request.query.get('jql') ?? '',
    nextPageToken: request.query.get('nextPageToken') ?? undefined,
    maxResults: Number(maximum),
    fields: listIn(request, 'fields'),
    expand: listIn(request, 'expand'),
    properties: listIn(request, 'properties'),
    reconcileIssues: listIn(request, 'reconcileIssues'),
  };
}

function readBody(request: RouteRequest): Search {
  const body = readJson(request, (status, message) => refuse(status, message));
  if (!isObject(body) || Object.keys(body).some((key) => !bodyKeys.has(key))) throw invalidPayload();
  const strings = (name: string): string[] => {
    const value = body[name] ?? [];
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) throw invalidPayload();
    return value;
  };
  const { jql = '', nextPageToken, maxResults = 50, reconcileIssues = [], expand = '' } = body;
  // A list, which the old search took, is none of this one's.
  if (typeof expand !== 'string') throw invalidPayload();
  if (typeof jql !== 'string' || typeof maxResults !== 'number' || !Number.isInteger(maxResults)) {
    throw invalidPayload();
  }
  if (nextPageToken !== undefined && nextPageToken !== null && typeof nextPageToken !== 'string') {
    throw invalidPayload();
  }
  if (!Array.isArray(reconcileIssues) || !reconcileIssues.every(Number.isInteger)) throw invalidPayload();
  return {
    jql,
    nextPageToken: nextPageToken ?? undefined,
    maxResults,
    fields: strings('fields'),
    expand: expand.split(',').map((one) => one.trim()),
    properties: strings('properties'),
    reconcileIssues: reconcileIssues.map(String),
  };
}

const fingerprint = (jql: string) => createHash('sha256').update(jql).digest('base64url').slice(0, 12);
const tokenAt = (jql: string, offset: number) =>
  Buffer.from(`${fingerprint(jql)}:${offset}`).toString('base64url');

function offsetOf(token: string | undefined, jql: string): number {
  if (token === undefined) return 0;
  const [of, offset] = Buffer.from(token, 'base64url').toString('utf8').split(':');
  if (of === fingerprint(jql) && offset !== undefined && /^\d+$/.test(offset)) return Number(offset);
  throw refuse(400, 'The provided next page token is invalid or expired.');
}

/** Search answers with ids alone unless fields are asked for. */
function show(world: World, api: string, issues: Issue[], search: Search, account: SeedAccount | undefined) {
  const { fields, properties, expand } = search;
  if ((fields.length === 0 || fields.every((name) => name === 'id')) && properties.length === 0) {
    return { issues: issues.map(({ id }) => ({ id })) };
  }
  const found = showFound(world, api, issues, { fields, properties, expand, account });
  if (fields.some((name) => name !== 'id' && name !== 'key')) return found;
  return { ...found, issues: found.issues.map(({ fields: _unasked, ...rest }) => rest) };
}

function run(world: World, api: string, request: RouteRequest, search: Search): Answer {
  const account = findAccount(world, request);
  if (search.reconcileIssues.length > 50) throw refuse(400, "'reconcileIssues' accepts at most 50 ids.");
  if (search.properties.length > 5) throw refuse(400, "'properties' accepts at most 5 keys.");
  if (search.maxResults < 1 || search.maxResults > 5000) {
    throw refuse(400, "'maxResults' must be from 1 to 5000.");
  }
  const { jql, reconcileIssues: reconciled } = search;
  const isLenient = world.seed.unknownIssuesInJql === 'ignored';
  let found: Issue[];
  try {
    found = searchIndex(world, { account, jql, reconciled, needsBounds: true, isLenient }).found;
  } catch (error) {
    if (error instanceof JqlError) throw new Refusal({ status: 400, body: platformErrors(error.messages) });
    throw error;
  }
  const start = offsetOf(search.nextPageToken, search.jql);
  // Large pages are for ids and keys; with other fields Jira gives fewer.
  const light = search.fields.every((name) => name === 'id' || name === 'key');
  const size = light ? search.maxResults : Math.min(search.maxResults, 100);
  const isLast = start + size >= found.length;
  return {
    status: 200,
    body: {
      ...show(world, api, found.slice(start, start + size), search, account),
      ...(isLast ? {} : { nextPageToken: tokenAt(search.jql, start + size) }),
      isLast,
    },
  };
}

const removed = () =>
  refuse(
    410,
    'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. ' +
      'A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046',
  );

/** The enhanced search with page tokens, and the old search, which is gone. */
export function searchRoutes(world: World): Route[] {
  return world.edition.apiVersions.flatMap((api): Route[] => {
    const gone = (method: string): Route => ({
      method,
      path: `/rest/api/${api}/search`,
      handle() {
        throw removed();
      },
    });
    return [
      {
        method: 'GET',
        path: `/rest/api/${api}/search/jql`,
        handle: (request) => run(world, api, request, readQuery(request)),
      },
      {
        method: 'POST',
        path: `/rest/api/${api}/search/jql`,
        handle: (request) => run(world, api, request, readBody(request)),
      },
      gone('GET'),
      gone('POST'),
    ];
  });
}
