import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, Refusal } from './answer.ts';

/** The two addresses of Jira Cloud: the site (`x.atlassian.net`) and the gateway (`api.atlassian.com`). */
export type Listener = 'site' | 'gateway';

/** A request as it came in, read to its end. `path` is raw: still percent-encoded, without the query. */
export interface Incoming {
  listener: Listener;
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request that found its route. */
export interface RouteRequest extends Incoming {
  /** The decoded value of a `:name` in the route's path. */
  parameter(name: string): string;
}

/** One address. `path` may hold `:name` segments; each matches one percent-encoded segment. */
export interface Route {
  method: string;
  path: string;
  handle(request: RouteRequest): Answer;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new Refusal({ status: 400, body: { message: `Malformed path segment: ${String(cause)}` } });
  }
}

function matchPath(wanted: string[], given: string[]): Map<string, string> | undefined {
  if (wanted.length !== given.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!segment.startsWith(':')) {
      if (segment !== value) return undefined;
    } else if (value === '') {
      return undefined;
    } else {
      parameters.set(segment.slice(1), decode(value));
    }
  }
  return parameters;
}

/**
 * Makes what answers by the first route that fits: `undefined` when no route has this path, 405 when another method has.
 */
export function createRouter(routes: Route[]): (incoming: Incoming) => Answer | undefined {
  const known = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (incoming) => {
    const allowed = new Set<string>();
    const given = incoming.path.split('/');
    for (const { route, segments } of known) {
      const parameters = matchPath(segments, given);
      if (parameters === undefined) continue;
      if (route.method !== incoming.method) {
        allowed.add(route.method);
        continue;
      }
      return route.handle({
        ...incoming,
        parameter(name) {
          const value = parameters.get(name);
          if (value === undefined) throw new Error(`route ${route.path} has no parameter ${name}`);
          return value;
        },
      });
    }
    if (allowed.size === 0) return undefined;
    return { status: 405, headers: { allow: [...allowed].join(', ') } };
  };
}

/** The body as JSON. `refuseWith` makes the refusal in the error shape of the API that was called. */
export function readJson(
  request: Incoming,
  refuseWith: (status: number, message: string) => Refusal,
): unknown {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw refuseWith(415, `Content type '${type}' is not supported; send application/json`);
  }
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuseWith(
      400,
      `There was an error parsing JSON. Check that your request body is valid. ${reason}`,
    );
  }
}

/** True for a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
