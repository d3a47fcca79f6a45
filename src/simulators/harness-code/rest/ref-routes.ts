import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createBranch, deleteBranch, deleteTag, setTag } from '../actions/refs.ts';
import type { Ref } from '../git/repository.ts';
import { notFound } from '../refusal.ts';
import type { Repository } from '../world.ts';
import { pageUncounted } from './paging.ts';
import { bodyOf, inPath, isTrue, numberIn, oneOf, sorted, textIn } from './query.ts';
import type { Rest } from './rest.ts';
import { commitView, pullView } from './views.ts';

const noViolations = { dry_run_rules: false, rule_violations: [] };
const newRef = z.object({
  name: z.string().min(1, 'is required'),
  target: z.string().optional(),
  message: z.string().optional(),
});

/** The refs that the query asks for, in the order it asks for. The newest name first, when it says nothing. */
function wantedRefs(request: FastifyRequest, refs: Ref[]): Ref[] {
  const query = (textIn(request, 'query') ?? '').toLowerCase();
  const sort = oneOf(request, 'sort', ['name', 'date'], 'name');
  const order = oneOf(request, 'order', ['asc', 'desc'], 'desc');
  const found = refs.filter((one) => one.name.toLowerCase().includes(query));
  return sorted(found, (one) => (sort === 'date' ? one.committedAt : one.name), order);
}

async function commitsOf({ git }: Repository, refs: Ref[]) {
  const commits = await git.getCommits(refs.map((one) => one.commitSha));
  return new Map(commits.map((one) => [one.sha, commitView(one)]));
}

async function branchView(repository: Repository, request: FastifyRequest, branch: Ref, commit?: unknown) {
  const { git, defaultBranch, pullRequests } = repository;
  const open = pullRequests.filter((one) => one.state === 'open' && one.sourceBranch === branch.name);
  const isFarther = (numberIn(request, 'max_divergence') ?? 0) > 0;
  const ahead = isFarther ? await git.countCommits(branch.sha, `refs/heads/${defaultBranch}`) : 0;
  const behind = isFarther ? await git.countCommits(`refs/heads/${defaultBranch}`, branch.sha) : 0;
  return {
    name: branch.name,
    sha: branch.sha,
    is_default: branch.name === defaultBranch,
    ...(commit === undefined ? {} : { commit }),
    ...(isTrue(request, 'include_pullreqs')
      ? { pull_requests: open.map((one) => pullView(repository, one)) }
      : {}),
    ...(isFarther ? { commit_divergence: { ahead, behind } } : {}),
  };
}

function tagView(tag: Ref, commit?: unknown) {
  const [title = ''] = (tag.message ?? '').split('\n');
  return {
    name: tag.name,
    sha: tag.sha,
    is_annotated: tag.message !== undefined,
    ...(tag.message === undefined ? {} : { title, message: tag.message }),
    ...(commit === undefined ? {} : { commit }),
  };
}

/** Branches and tags. Their names may hold slashes, so they are the rest of the path. */
export function refRoutes({ app, host, actOn }: Rest): void {
  app.get('/repos/:repo_ref/branches', async (request, reply) => {
    const { repository } = actOn(request, 'view');
    const page = pageUncounted(
      request,
      reply,
      wantedRefs(request, await repository.git.listRefs('heads', textIn(request, 'sort') === 'date')),
    );
    const commits = isTrue(request, 'include_commit') ? await commitsOf(repository, page) : undefined;
    return Promise.all(page.map((one) => branchView(repository, request, one, commits?.get(one.commitSha))));
  });

  app.get('/repos/:repo_ref/branches/*', async (request) => {
    const { repository } = actOn(request, 'view');
    const name = inPath(request, '*');
    const sha = await repository.git.find(`refs/heads/${name}`);
    if (sha === undefined) throw notFound(`branch "${name}" not found`);
    const branch = { name, sha, commitSha: sha, committedAt: 0 };
    return branchView(repository, request, branch, commitView(await repository.git.getCommit(sha)));
  });

  app.post('/repos/:repo_ref/branches', async (request, reply) => {
    const act = actOn(request, 'push');
    const { name, target } = bodyOf(request, newRef);
    const sha = await createBranch(host, act, name, target === '' ? undefined : target);
    const commit = commitView(await act.repository.git.getCommit(sha));
    reply.code(201);
    return { name, sha, is_default: false, commit, ...noViolations };
  });

  app.delete('/repos/:repo_ref/branches/*', async (request) => {
    await deleteBranch(host, actOn(request, 'push'), inPath(request, '*'));
    return noViolations;
  });

  app.get('/repos/:repo_ref/tags', async (request, reply) => {
    const { repository } = actOn(request, 'view');
    const page = pageUncounted(
      request,
      reply,
      wantedRefs(request, await repository.git.listRefs('tags', textIn(request, 'sort') === 'date')),
    );
    const commits = isTrue(request, 'include_commit') ? await commitsOf(repository, page) : undefined;
    return page.map((one) => tagView(one, commits?.get(one.commitSha)));
  });

  app.post('/repos/:repo_ref/tags', async (request, reply) => {
    const act = actOn(request, 'push');
    const { name, target, message } = bodyOf(request, newRef);
    const sha = await setTag(host, act, name, { target: target === '' ? undefined : target, message });
    const commitSha = await act.repository.git.get(`refs/tags/${name}`);
    const commit = commitView(await act.repository.git.getCommit(commitSha));
    const annotation = message === undefined || message === '' ? {} : { message };
    reply.code(201);
    return { ...tagView({ name, sha, commitSha, committedAt: 0, ...annotation }, commit), ...noViolations };
  });

  app.delete('/repos/:repo_ref/tags/*', async (request) => {
    await deleteTag(host, actOn(request, 'push'), inPath(request, '*'));
    return noViolations;
  });
}
