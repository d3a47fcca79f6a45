import { type Answer, refuse } from '../answer.ts';
import { isObject, type Route, type RouteRequest, readJson } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import type { Issue } from './platform.ts';
import { getVisibleIssue } from './visibility.ts';

/** Jira's limit of a property's JSON text. */
const maxPropertyCharacters = 32_768;

/** Reads the `properties` list of a create or edit body; throws 400 for what Jira would not take. */
export function readProperties(given: unknown): [key: string, value: unknown][] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw refuse(400, "'properties' must be an array.");
  return given.map((one: unknown) => {
    if (!isObject(one) || typeof one.key !== 'string' || !('value' in one)) {
      throw refuse(400, "Every property must have a 'key' and a 'value'.");
    }
    checkProperty(one.key, JSON.stringify(one.value));
    return [one.key, one.value];
  });
}

function checkProperty(key: string, json: string) {
  if (key.length === 0 || key.length > 255)
    throw refuse(400, 'The property key must have 1 to 255 characters.');
  if (json.length > maxPropertyCharacters) {
    throw refuse(400, `The property value must have at most ${maxPropertyCharacters} characters.`);
  }
}

/** The properties of an issue: list, get, put, delete. */
export function issuePropertyRoutes(world: World): Route[] {
  const readable = (request: RouteRequest) =>
    getVisibleIssue(world, findAccount(world, request), request.parameter('idOrKey'));
  const editable = (request: RouteRequest): Issue => {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    if (!world.platform.may(account, 'EDIT_ISSUES', issue.project)) {
      throw refuse(403, 'You do not have permission to edit issues in this project.');
    }
    return issue;
  };
  const missing = (key: string) => refuse(404, `The property with key '${key}' does not exist.`);

  function put(request: RouteRequest): Answer {
    const issue = editable(request);
    const key = request.parameter('key');
    const value = readJson(request, (status, message) => refuse(status, message));
    checkProperty(key, request.body.toString('utf8'));
    const isNew = !issue.properties.has(key);
    world.platform.noteWrite(issue);
    issue.properties.set(key, value);
    return { status: isNew ? 201 : 200, body: {} };
  }

  return world.edition.apiVersions.flatMap((api): Route[] => {
    const path = `/rest/api/${api}/issue/:idOrKey/properties`;
    return [
      {
        method: 'GET',
        path,
        handle(request) {
          const issue = readable(request);
          const self = `${world.restBase()}/rest/api/${api}/issue/${issue.key}/properties`;
          const keys = [...issue.properties.keys()].map((key) => ({
            self: `${self}/${encodeURIComponent(key)}`,
            key,
          }));
          return { status: 200, body: { keys } };
        },
      },
      {
        method: 'GET',
        path: `${path}/:key`,
        handle(request) {
          const issue = readable(request);
          const key = request.parameter('key');
          if (!issue.properties.has(key)) throw missing(key);
          return { status: 200, body: { key, value: issue.properties.get(key) } };
        },
      },
      { method: 'PUT', path: `${path}/:key`, handle: put },
      {
        method: 'DELETE',
        path: `${path}/:key`,
        handle(request) {
          const issue = editable(request);
          const key = request.parameter('key');
          if (!issue.properties.has(key)) throw missing(key);
          world.platform.noteWrite(issue);
          issue.properties.delete(key);
          return { status: 204 };
        },
      },
    ];
  });
}
