import { type Incoming, isObject } from './route.ts';

const kindsInRepositories = ['commits', 'branches', 'pullRequests'];

function listIn(value: unknown, name: string): unknown[] {
  const list = isObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? list : [];
}

/**
 * How many entities a bulk body holds; in development information those inside the repositories count.
 * `undefined` for any other request, and for a body that is not JSON.
 */
export function countEntities(request: Incoming): number | undefined {
  if (request.method !== 'POST' || !request.path.endsWith('/bulk')) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString('utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
  const inside = listIn(body, 'repositories').flatMap((repository) =>
    kindsInRepositories.flatMap((kind) => listIn(repository, kind)),
  );
  return listIn(body, 'builds').length + listIn(body, 'deployments').length + inside.length;
}
