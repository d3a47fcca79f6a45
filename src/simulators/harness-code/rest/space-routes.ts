import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createSpace } from '../actions/repositories.ts';
import { Refusal } from '../refusal.ts';
import type { Repository, Space, World } from '../world.ts';
import { check } from './access.ts';
import { pageFrom } from './paging.ts';
import { listPulls } from './pull-filter.ts';
import { bodyOf, isTrue, numberIn, oneOf, sorted, textIn } from './query.ts';
import type { Rest } from './rest.ts';
import { principalView, pullView, repositoryCore, repositoryView, spaceView } from './views.ts';

const includes = (text: string, part: string | undefined) =>
  text.toLowerCase().includes((part ?? '').toLowerCase());

/** The living repositories of a space; with `recursive` also of those below it. */
function repositoriesIn(world: World, space: Space, recursive: boolean): Repository[] {
  return world.repositories.filter(
    (one) =>
      one.deletedAt === undefined &&
      (recursive
        ? world.listLine(one.parentId).some((above) => above.id === space.id)
        : one.parentId === space.id),
  );
}

const newSpace = z.object({
  identifier: z.string().optional(),
  uid: z.string().optional(),
  parent_ref: z.string().optional(),
  description: z.string().optional(),
});

/** Accounts, organizations and projects, and what is in them. */
export function spaceRoutes(rest: Rest): void {
  const { app, world, whoIs, spaceOf } = rest;

  app.post('/spaces', (request, reply) => {
    const by = whoIs(request);
    const { identifier, uid, parent_ref: parentRef, description } = bodyOf(request, newSpace);
    const parent = parentRef === undefined || parentRef === '' ? undefined : world.getSpace(parentRef);
    if (parent !== undefined) check(world, by, parent, 'edit');
    else if (!by.admin) throw new Refusal(403, 'Forbidden');
    const space = createSpace(world, by, { parent, identifier: identifier ?? uid ?? '', description });
    reply.code(201);
    return spaceView(world, space);
  });

  app.get('/spaces/:space_ref', (request) => spaceView(world, spaceOf(request, 'view').space));

  app.get('/spaces/:space_ref/spaces', (request, reply) => {
    const { space } = spaceOf(request, 'view');
    const children = world.spaces.filter(
      (one) => one.parentId === space.id && includes(one.identifier, textIn(request, 'query')),
    );
    const order = oneOf(request, 'order', ['asc', 'desc'], 'asc');
    const inOrder = sorted(children, (one) => one.identifier, order);
    return pageFrom(request, reply, inOrder).map((one) => spaceView(world, one));
  });

  const repositoriesOf = (request: FastifyRequest, reply: FastifyReply, space: Space) => {
    const found = repositoriesIn(world, space, isTrue(request, 'recursive')).filter((one) =>
      includes(one.identifier, textIn(request, 'query')),
    );
    const sort = oneOf(request, 'sort', ['identifier', 'created', 'updated', 'last_git_push'], 'identifier');
    const by: Record<typeof sort, (one: Repository) => string | number> = {
      identifier: (one) => one.identifier,
      created: (one) => one.created,
      updated: (one) => one.updated,
      last_git_push: (one) => one.lastPush,
    };
    const usual = sort === 'identifier' ? 'asc' : 'desc';
    const inOrder = sorted(found, by[sort], oneOf(request, 'order', ['asc', 'desc'], usual));
    return pageFrom(request, reply, inOrder).map((one) => repositoryView(world, one));
  };
  app.get('/spaces/:space_ref/repos', (request, reply) =>
    repositoriesOf(request, reply, spaceOf(request, 'view').space),
  );
  if (world.identity === 'Harness') {
    app.get('/repos', (request, reply) =>
      repositoriesOf(request, reply, rest.spaceInQuery(request, 'view').space),
    );
  }

  app.get('/spaces/:space_ref/members', (request, reply) => {
    const { space } = spaceOf(request, 'view');
    const members = world.principals.flatMap((one) =>
      one.memberships
        .filter(({ spaceId }) => spaceId === space.id)
        .map(({ role, created }) => ({
          created,
          updated: created,
          role,
          principal: principalView(one),
          added_by: principalView(world.principals[0] ?? one),
        })),
    );
    return pageFrom(request, reply, members);
  });

  const pullsOf = (request: FastifyRequest) => {
    const { space } = spaceOf(request, 'view');
    return repositoriesIn(world, space, isTrue(request, 'include_subspaces')).flatMap((repository) =>
      listPulls(rest, request, repository).map((pull) => ({ repository, pull })),
    );
  };

  // No pages here: the newest change first, and `updated_lt` to go on.
  app.get('/spaces/:space_ref/pullreq', (request) => {
    const found = sorted(pullsOf(request), ({ pull }) => pull.updated, 'desc');
    const limit = Math.min(numberIn(request, 'limit') || 30, 100);
    const withDescription = !isTrue(request, 'exclude_description');
    return found.slice(0, limit).map(({ repository, pull }) => ({
      pull_request: pullView(repository, pull, { withDescription }),
      repository: repositoryCore(world, repository),
    }));
  });

  app.get('/spaces/:space_ref/pullreq/count', (request) => pullsOf(request).length);
}
