import { isObject, type RouteRequest, readJson } from '../route.ts';
import type { RefuseWith } from './api.ts';
import { createPropertySet, type PropertySet } from './property-set.ts';

/** The parts of a bulk body that concern the request as a whole. */
export interface Submission {
  items: Record<string, unknown>[];
  properties: PropertySet;
  body: Record<string, unknown>;
}

function complaintsOfProperties(properties: unknown): string[] {
  if (!isObject(properties)) return ["'properties' must be an object"];
  const pairs = Object.entries(properties);
  const found: string[] = [];
  if (pairs.length > 5) found.push(`'properties' must have at most 5 pairs, there are ${pairs.length}`);
  for (const [key, value] of pairs) {
    if (key.startsWith('_')) found.push(`Property key '${key}' must not start with '_'`);
    if (key.includes(':')) found.push(`Property key '${key}' must not contain ':'`);
    if (key.length > 255) found.push('Property keys must be at most 255 characters long');
    if (typeof value !== 'string') found.push(`Property '${key}' must be a string`);
    else if (value.length > 255) found.push(`Property '${key}' must be at most 255 characters long`);
  }
  return found;
}

/**
 * Reads a bulk body. What is wrong with the request as a whole refuses it (400; 413 for too many items);
 * what is wrong with one item is the item's own matter.
 */
export function readSubmission(
  request: RouteRequest,
  listName: string,
  maximum: number,
  refuse: RefuseWith,
): Submission {
  const body = readJson(request, refuse);
  if (!isObject(body)) throw refuse(400, 'The request body must be a JSON object');
  const items = body[listName];
  if (items === undefined) throw refuse(400, `'${listName}' is required`);
  if (!Array.isArray(items)) throw refuse(400, `'${listName}' must be an array`);
  if (items.length === 0) throw refuse(400, `'${listName}' must have at least one item`);
  if (items.length > maximum) {
    throw refuse(413, `Data is too large. Submit at most ${maximum} ${listName} in each payload`);
  }
  const metadata = body.providerMetadata;
  if (metadata !== undefined) {
    if (!isObject(metadata)) throw refuse(400, "'providerMetadata' must be an object");
    if (metadata.product !== undefined && typeof metadata.product !== 'string') {
      throw refuse(400, "'providerMetadata.product' must be a string");
    }
  }
  const properties = body.properties === undefined ? {} : body.properties;
  const wrong = complaintsOfProperties(properties);
  if (wrong.length > 0) throw refuse(400, ...wrong);
  return {
    body,
    properties: createPropertySet(properties as Record<string, string>),
    items: items.map((item, index) => {
      if (!isObject(item)) throw refuse(400, `'${listName}[${index}]' must be an object`);
      return item;
    }),
  };
}

/** The properties of a `…ByProperties` request; parameters with a leading underscore are the API's own. */
export function readPropertyQuery(request: RouteRequest, refuse: RefuseWith): [string, string][] {
  const pairs = [...request.query].filter(([key]) => !key.startsWith('_'));
  if (pairs.length === 0) throw refuse(400, 'At least one property must be given as a query parameter');
  const keys = pairs.map(([key]) => key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined) throw refuse(400, `Property '${repeated}' must be given only once`);
  return pairs;
}

/** A whole number among the query's parameters; absent is `undefined`, anything else refuses with 400. */
export function readNumberQuery(request: RouteRequest, name: string, refuse: RefuseWith): number | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  if (!/^-?\d{1,19}$/.test(text)) throw refuse(400, `'${name}' must be a number`);
  return Number(text);
}

/** A whole number in the path; anything else refuses with 400. */
export function readNumberInPath(request: RouteRequest, name: string, refuse: RefuseWith): number {
  const text = request.parameter(name);
  if (!/^-?\d{1,19}$/.test(text)) throw refuse(400, `'${name}' must be a number`);
  return Number(text);
}

/** Splits keys into those that exist on the site and those that do not; unique, in order. */
export function splitKeys(keys: string[], exists: (key: string) => boolean) {
  const unique = [...new Set(keys)];
  return { known: unique.filter(exists), unknown: unique.filter((key) => !exists(key)) };
}
