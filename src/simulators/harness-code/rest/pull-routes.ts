import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Act } from '../actions/host.ts';
import { mergePull } from '../actions/merge-pull.ts';
import { editPull, getPull, openPull, retarget, setPullState } from '../actions/pull-requests.ts';
import { createBranch, deleteBranch } from '../actions/refs.ts';
import { mergeMethods } from '../git/merge.ts';
import type { PullRequest } from '../pull-request.ts';
import { badRequest, notFound } from '../refusal.ts';
import { sayDiff } from './commit-routes.ts';
import { pageFrom, pageOf, sayPage } from './paging.ts';
import { listPulls } from './pull-filter.ts';
import { bodyOf, inPath, isTrue, oneOf, sorted } from './query.ts';
import type { Rest } from './rest.ts';
import { commitView, pullView } from './views.ts';

const newPull = z.object({
  title: z.string(),
  description: z.string().optional(),
  source_branch: z.string().min(1, 'is required'),
  target_branch: z.string().min(1, 'is required'),
  source_repo_ref: z.string().optional(),
  is_draft: z.boolean().optional(),
  reviewer_ids: z.array(z.number().int()).default([]),
});
const changes = z.object({ title: z.string().optional(), description: z.string().optional() });
const newState = z.object({ state: z.string(), is_draft: z.boolean().default(false) });
const merging = z.object({
  method: z.enum(mergeMethods).default('merge'),
  source_sha: z.string().optional(),
  title: z.string().optional(),
  message: z.string().optional(),
  delete_source_branch: z.boolean().optional(),
  dry_run: z.boolean().optional(),
});

/** The pull request of the path. @throws Refusal 404 */
export function pullOf(request: FastifyRequest, { repository }: Act): PullRequest {
  const text = inPath(request, 'pullreq_number');
  if (!/^\d+$/.test(text)) throw badRequest("Parameter 'pullreq_number' must be a positive integer.");
  return getPull(repository, Number(text));
}

/** Pull requests. */
export function pullRoutes(rest: Rest): void {
  const { app, host, world, actOn } = rest;
  const one = '/repos/:repo_ref/pullreq/:pullreq_number';

  app.get('/repos/:repo_ref/pullreq', (request, reply) => {
    const { repository } = actOn(request, 'view');
    const sort = oneOf(request, 'sort', ['number', 'created', 'edited', 'merged', 'updated'], 'number');
    const found = listPulls(rest, request, repository);
    const inOrder = sorted(
      found,
      (pull) => pull[sort] ?? 0,
      oneOf(request, 'order', ['asc', 'desc'], 'desc'),
    );
    const withDescription = !isTrue(request, 'exclude_description');
    return pageFrom(request, reply, inOrder).map((pull) => pullView(repository, pull, { withDescription }));
  });

  app.post('/repos/:repo_ref/pullreq', async (request, reply) => {
    const act = actOn(request, 'push');
    const given = bodyOf(request, newPull);
    const from = given.source_repo_ref;
    if (from !== undefined && from !== '' && world.getRepository(from) !== act.repository) {
      throw badRequest('The simulated host knows no pull requests between repositories.');
    }
    const pull = await openPull(host, act, {
      title: given.title,
      description: given.description,
      sourceBranch: given.source_branch,
      targetBranch: given.target_branch,
      isDraft: given.is_draft,
      reviewers: given.reviewer_ids.map((id) => world.getPrincipal(id)),
    });
    reply.code(201);
    return pullView(act.repository, pull);
  });

  // A number, or `target...source`.
  app.get(one, (request) => {
    const act = actOn(request, 'view');
    const [target = '', source] = inPath(request, 'pullreq_number').split('...');
    if (source === undefined) return pullView(act.repository, pullOf(request, act));
    const pull = act.repository.pullRequests.findLast(
      (each) => each.state === 'open' && each.sourceBranch === source && each.targetBranch === target,
    );
    if (pull === undefined) throw notFound();
    return pullView(act.repository, pull);
  });

  app.patch(one, async (request) => {
    const act = actOn(request, 'push');
    return pullView(
      act.repository,
      await editPull(host, act, pullOf(request, act), bodyOf(request, changes)),
    );
  });

  app.post(`${one}/state`, async (request) => {
    const act = actOn(request, 'push');
    const { state, is_draft: isDraft } = bodyOf(request, newState);
    return pullView(act.repository, await setPullState(host, act, pullOf(request, act), { state, isDraft }));
  });

  app.put(`${one}/target-branch`, async (request) => {
    const act = actOn(request, 'push');
    const { branch_name: branch } = bodyOf(request, z.object({ branch_name: z.string().min(1) }));
    return pullView(act.repository, await retarget(host, act, pullOf(request, act), branch));
  });

  app.post(`${one}/merge`, async (request) => {
    const act = actOn(request, 'push');
    const given = bodyOf(request, merging);
    const pull = pullOf(request, act);
    if (given.dry_run === true) {
      return { mergeable: pull.state === 'open', dry_run: true, allowed_methods: mergeMethods };
    }
    const sha = await mergePull(host, act, pull, {
      method: given.method,
      sourceSha: given.source_sha,
      title: given.title,
      message: given.message,
      deleteSourceBranch: given.delete_source_branch,
    });
    return { sha, mergeable: true, branch_deleted: given.delete_source_branch === true, rule_violations: [] };
  });

  app.get(`${one}/commits`, async (request, reply) => {
    const act = actOn(request, 'view');
    const { sourceSha, mergeBaseSha } = pullOf(request, act);
    const asked = pageOf(request);
    const { skip, limit } = asked;
    const commits = await act.repository.git.listCommits({
      from: sourceSha,
      after: mergeBaseSha,
      skip,
      limit,
    });
    sayPage(request, reply, asked, commits.length < limit);
    return commits.map((commit) => commitView(commit));
  });

  app.get(`${one}/diff`, (request, reply) => {
    const act = actOn(request, 'view');
    const { sourceSha, mergeBaseSha } = pullOf(request, act);
    return sayDiff(request, reply, act.repository, { from: mergeBaseSha, to: sourceSha });
  });

  app.get(`${one}/metadata`, (request) => {
    const act = actOn(request, 'view');
    return pullView(act.repository, pullOf(request, act)).stats;
  });

  app.delete(`${one}/branch`, async (request) => {
    const act = actOn(request, 'push');
    await deleteBranch(host, act, pullOf(request, act).sourceBranch);
    return { dry_run_rules: false, rule_violations: [] };
  });

  app.post(`${one}/branch`, async (request, reply) => {
    const act = actOn(request, 'push');
    const { sourceBranch: name, sourceSha } = pullOf(request, act);
    const sha = await createBranch(host, act, name, sourceSha);
    reply.code(201);
    return { name, sha, dry_run_rules: false, rule_violations: [] };
  });
}
