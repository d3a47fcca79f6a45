import { z } from 'zod';
import { push } from '../actions/refs.ts';
import {
  createRepository,
  deleteRepository,
  moveRepository,
  setDefaultBranch,
  updateRepository,
} from '../actions/repositories.ts';
import { badRequest } from '../refusal.ts';
import { check } from './access.ts';
import { bodyOf } from './query.ts';
import type { Rest } from './rest.ts';
import { repositoryView } from './views.ts';

const newRepository = z.object({
  identifier: z.string().optional(),
  uid: z.string().optional(),
  parent_ref: z.string().optional(),
  description: z.string().optional(),
  default_branch: z.string().optional(),
  readme: z.boolean().optional(),
});
const changes = z.object({ description: z.string().nullish(), state: z.number().int().nullish() });
const move = z.object({
  identifier: z.string().nullish(),
  uid: z.string().nullish(),
  parent_ref: z.string().nullish(),
});

/** The states that may be set: 0 active, 4 archived. */
const archivedByState: Record<number, boolean> = { 0: false, 4: true };

/** Repositories by themselves. */
export function repositoryRoutes({ app, host, world, whoIs, actOn, spaceInQuery }: Rest): void {
  app.post('/repos', async (request, reply) => {
    const by = whoIs(request);
    const given = bodyOf(request, newRepository);
    const inBody = given.parent_ref ?? '';
    const parent = inBody === '' ? spaceInQuery(request, 'edit').space : world.getSpace(inBody);
    check(world, by, parent, 'edit');
    const { description, default_branch: branch = 'main' } = given;
    const identifier = given.identifier ?? given.uid ?? '';
    const repository = await createRepository(world, by, {
      parent,
      identifier,
      description,
      defaultBranch: branch,
    });
    if (given.readme === true) {
      const files = { 'README.md': `# ${identifier}\n${description ?? ''}\n` };
      const committer = { ...host.world.system, at: world.now() };
      await push(
        host,
        { repository, by },
        { branch, commits: [{ message: 'Initial commit', files }], committer },
      );
    }
    reply.code(201);
    return repositoryView(world, repository);
  });

  app.get('/repos/:repo_ref', (request) => repositoryView(world, actOn(request, 'view').repository));

  app.patch('/repos/:repo_ref', (request) => {
    const { repository } = actOn(request, 'edit');
    const { description, state } = bodyOf(request, changes);
    const archived = state == null ? undefined : archivedByState[state];
    if (state != null && archived === undefined) throw badRequest('The state can not be set.');
    updateRepository(world, repository, { description: description ?? undefined, archived });
    return repositoryView(world, repository);
  });

  app.delete('/repos/:repo_ref', (request) => ({
    deleted_at: deleteRepository(world, actOn(request, 'edit').repository),
  }));

  app.post('/repos/:repo_ref/move', (request) => {
    const { repository, by } = actOn(request, 'edit');
    const given = bodyOf(request, move);
    const parent = given.parent_ref == null ? undefined : world.getSpace(given.parent_ref);
    if (parent !== undefined) check(world, by, parent, 'edit');
    moveRepository(world, repository, { identifier: given.identifier ?? given.uid ?? undefined, parent });
    return repositoryView(world, repository);
  });

  app.post('/repos/:repo_ref/default-branch', async (request) => {
    const { repository } = actOn(request, 'edit');
    const { name } = bodyOf(request, z.object({ name: z.string().min(1) }));
    await setDefaultBranch(world, repository, name);
    return repositoryView(world, repository);
  });

  app.get('/repos/:repo_ref/summary', async (request) => {
    const { repository } = actOn(request, 'view');
    const { git, defaultBranch, pullRequests } = repository;
    const head = await git.find(`refs/heads/${defaultBranch}`);
    const count = (state: string) => pullRequests.filter((one) => one.state === state).length;
    return {
      default_branch_commit_count: head === undefined ? 0 : await git.countCommits(head),
      branch_count: (await git.listRefs('heads')).length,
      tag_count: (await git.listRefs('tags')).length,
      pull_req_summary: {
        open_count: count('open'),
        closed_count: count('closed'),
        merged_count: count('merged'),
      },
    };
  });
}
