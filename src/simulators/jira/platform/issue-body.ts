import { refuse } from '../answer.ts';
import { isObject, type RouteRequest, readJson } from '../route.ts';

/** The body that creates, edits or moves an issue, with its parts there. */
export interface IssueBody {
  fields: Record<string, unknown>;
  update: Record<string, unknown>;
  properties: unknown;
  transition: unknown;
}

const bodyKeys = new Set(['fields', 'update', 'properties', 'transition', 'historyMetadata']);
const invalidPayload = () =>
  refuse(400, 'Invalid request payload. Refer to the REST API documentation and try again.');

/** Reads such a body. @throws the 400 of Jira for what has another shape */
export function readIssueBody(request: RouteRequest): IssueBody {
  const body = readJson(request, (status, message) => refuse(status, message));
  if (!isObject(body) || Object.keys(body).some((key) => !bodyKeys.has(key))) throw invalidPayload();
  const { fields, update, properties, transition } = body;
  const part = (name: string, value: unknown) => {
    // Java's reader takes null for what is not there.
    if (value === undefined || value === null) return {};
    if (isObject(value)) return value;
    throw refuse(400, `'${name}' must be an object.`);
  };
  return { fields: part('fields', fields), update: part('update', update), properties, transition };
}

/** A comma-separated list of the query, which may also be repeated. */
export const listIn = (request: RouteRequest, name: string) =>
  request.query
    .getAll(name)
    .flatMap((text) => text.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
