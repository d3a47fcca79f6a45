import type { FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import type { Principal, Repository, Role, Space, World } from '../world.ts';

/** What someone may do in a space or a repository. */
export type Permission = 'view' | 'push' | 'edit';

const grants: Record<Role, Permission[]> = {
  reader: ['view'],
  executor: ['view'],
  contributor: ['view', 'push'],
  space_owner: ['view', 'push', 'edit'],
};

function tokenIn(authorization: string): string {
  const [scheme = '', rest = ''] = authorization.split(/\s+(.*)/s);
  const isScheme = rest !== '';
  if (!isScheme) return authorization;
  if (scheme.toLowerCase() === 'basic') {
    const [, password = ''] = Buffer.from(rest, 'base64').toString('utf8').split(/:(.*)/s);
    return password;
  }
  return rest;
}

/** The token of a request: the hosted product knows one header, the open one a query parameter and three schemes. */
function tokenOf(world: World, request: FastifyRequest): string | undefined {
  if (world.identity === 'Harness') {
    const key = request.headers['x-api-key'];
    return typeof key === 'string' ? key : undefined;
  }
  const { access_token: inQuery } = request.query as { access_token?: string };
  if (inQuery !== undefined) return inQuery;
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : tokenIn(authorization.trim());
}

/** Who asks. @throws Refusal 401 for no token, a wrong one and one that is over */
export function authenticate(world: World, request: FastifyRequest): Principal {
  const token = tokenOf(world, request);
  if (token === undefined || token === '') throw new Refusal(401, 'Unauthorized');
  const principal = world.principals.find((one) => one.token === token);
  if (principal === undefined || principal.expired) throw new Refusal(401, 'Invalid or missing token');
  return principal;
}

/** Whether someone may do something here; what holds in a space holds below it. */
function may(world: World, who: Principal, place: Space | Repository, wanted: Permission): boolean {
  if (who.admin) return true;
  const line = 'pullRequests' in place ? world.listLine(place.parentId) : world.listLine(place.id);
  const above = new Set(line.map((space) => space.id));
  return who.memberships.some(({ spaceId, role }) => above.has(spaceId) && grants[role].includes(wanted));
}

/** @throws Refusal 403 */
export function check(world: World, who: Principal, place: Space | Repository, wanted: Permission): void {
  if (!may(world, who, place, wanted)) throw new Refusal(403, 'Forbidden');
}
