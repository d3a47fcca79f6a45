import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Act, Host } from '../actions/host.ts';
import type { AllowedTargets } from '../webhooks/registry.ts';
import type { Principal, Repository, Space, World } from '../world.ts';
import { authenticate, check, type Permission } from './access.ts';
import { inPath, textIn } from './query.ts';

/** What every group of routes needs. */
export interface Rest {
  app: FastifyInstance;
  host: Host;
  world: World;
  allowedTargets: AllowedTargets;
  /** Who asks. @throws Refusal 401 */
  whoIs(request: FastifyRequest): Principal;
  /** The repository of the path, and who asks. @throws Refusal 401, 403, 404 */
  actOn(request: FastifyRequest, wanted: Permission): Act;
  /** The space of the path, and who asks. @throws Refusal 401, 403, 404 */
  spaceOf(request: FastifyRequest, wanted: Permission): { space: Space; by: Principal };
  /** The space that the query of the hosted product names. @throws Refusal 401, 403, 404 */
  spaceInQuery(request: FastifyRequest, wanted: Permission): { space: Space; by: Principal };
}

/** The hosted product may name account, organization and project in the query, and then only the rest in the path. */
function fullRef(world: World, request: FastifyRequest, ref: string): string {
  const account = textIn(request, 'accountIdentifier');
  if (world.identity !== 'Harness' || account === undefined) return ref;
  if (/^\d+$/.test(ref) || ref === account || ref.startsWith(`${account}/`)) return ref;
  const scope = [account, textIn(request, 'orgIdentifier'), textIn(request, 'projectIdentifier')];
  return [...scope.filter((part) => part !== undefined && part !== ''), ref].filter(Boolean).join('/');
}

/** See {@link Rest}. */
export function createRest(app: FastifyInstance, host: Host, allowedTargets: AllowedTargets): Rest {
  const { world } = host;
  const whoIs = (request: FastifyRequest) => authenticate(world, request);
  const enter = <T extends Space | Repository>(by: Principal, place: T, wanted: Permission): T => {
    check(world, by, place, wanted);
    return place;
  };
  return {
    app,
    host,
    world,
    allowedTargets,
    whoIs,
    actOn(request, wanted) {
      const by = whoIs(request);
      const place = world.getRepository(fullRef(world, request, inPath(request, 'repo_ref')));
      return { by, repository: enter(by, place, wanted) };
    },
    spaceOf(request, wanted) {
      const by = whoIs(request);
      const place = world.getSpace(fullRef(world, request, inPath(request, 'space_ref')));
      return { by, space: enter(by, place, wanted) };
    },
    spaceInQuery(request, wanted) {
      const by = whoIs(request);
      return { by, space: enter(by, world.getSpace(fullRef(world, request, '')), wanted) };
    },
  };
}
