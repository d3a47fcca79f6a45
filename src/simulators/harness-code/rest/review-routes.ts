import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { putReviewer } from '../actions/pull-requests.ts';
import {
  addComment,
  deleteComment,
  editComment,
  getComment,
  setCommentStatus,
  submitReview,
} from '../actions/reviews.ts';
import type { PullRequest } from '../pull-request.ts';
import { notFound } from '../refusal.ts';
import { pullOf } from './pull-routes.ts';
import { bodyOf, inPath, numberIn, textsIn } from './query.ts';
import type { Rest } from './rest.ts';
import { activityView, reviewerView } from './views.ts';

const review = z.object({ decision: z.string(), commit_sha: z.string().min(1, 'is required') });
const newComment = z.object({ text: z.string(), parent_id: z.number().int().optional() });

const commentOf = (request: FastifyRequest, pull: PullRequest) =>
  getComment(pull, Number(inPath(request, 'comment_id')));

/** Who reviews, what they decided, and what was said. */
export function reviewRoutes({ app, host, world, actOn }: Rest): void {
  const one = '/repos/:repo_ref/pullreq/:pullreq_number';

  app.get(`${one}/reviewers`, (request) =>
    pullOf(request, actOn(request, 'view')).reviewers.map(reviewerView),
  );

  app.get(`${one}/reviewers/combined`, (request) => ({
    reviewers: pullOf(request, actOn(request, 'view')).reviewers.map(reviewerView),
    user_group_reviewers: [],
  }));

  app.put(`${one}/reviewers`, (request) => {
    const act = actOn(request, 'push');
    const pull = pullOf(request, act);
    const { reviewer_id: id } = bodyOf(request, z.object({ reviewer_id: z.number().int() }));
    const principal = world.getPrincipal(id);
    const type = principal === act.by ? 'self_assigned' : 'assigned';
    return reviewerView(putReviewer(host, act, pull, principal, type));
  });

  app.delete(`${one}/reviewers/:reviewer_id`, (request, reply) => {
    const pull = pullOf(request, actOn(request, 'push'));
    const at = pull.reviewers.findIndex(
      (each) => String(each.principal.id) === inPath(request, 'reviewer_id'),
    );
    if (at === -1) throw notFound();
    pull.reviewers.splice(at, 1);
    reply.code(204).send();
  });

  app.post(`${one}/reviews`, async (request, reply) => {
    const act = actOn(request, 'view');
    const { decision, commit_sha: commitSha } = bodyOf(request, review);
    await submitReview(host, act, pullOf(request, act), { decision, commitSha });
    reply.code(204).send();
  });

  app.get(`${one}/activities`, (request, reply) => {
    const act = actOn(request, 'view');
    const pull = pullOf(request, act);
    const kinds = textsIn(request, 'kind');
    const types = textsIn(request, 'type');
    const [after, before] = [numberIn(request, 'after') ?? 0, numberIn(request, 'before')];
    const limit = Math.min(numberIn(request, 'limit') || 30, 100);
    const found = pull.activities
      .filter(
        ({ kind, type, created }) =>
          (kinds.length === 0 || kinds.includes(kind)) &&
          (types.length === 0 || types.includes(type)) &&
          (after === 0 || created > after) &&
          (before === undefined || created < before),
      )
      .sort((a, b) => a.order - b.order || a.subOrder - b.subOrder);
    reply.header('x-total', found.length);
    return found.slice(0, limit).map((each) => activityView(act.repository, pull, each));
  });

  app.post(`${one}/comments`, async (request, reply) => {
    const act = actOn(request, 'view');
    const pull = pullOf(request, act);
    const { text, parent_id: parentId } = bodyOf(request, newComment);
    const comment = await addComment(host, act, pull, { text, parentId: parentId || undefined });
    reply.code(200);
    return activityView(act.repository, pull, comment);
  });

  app.patch(`${one}/comments/:comment_id`, async (request) => {
    const act = actOn(request, 'view');
    const pull = pullOf(request, act);
    const { text } = bodyOf(request, z.object({ text: z.string().min(1) }));
    const comment = await editComment(host, act, pull, commentOf(request, pull), text);
    return activityView(act.repository, pull, comment);
  });

  app.delete(`${one}/comments/:comment_id`, async (request, reply) => {
    const act = actOn(request, 'view');
    const pull = pullOf(request, act);
    await deleteComment(host, act, pull, commentOf(request, pull));
    reply.code(204).send();
  });

  app.put(`${one}/comments/:comment_id/status`, async (request) => {
    const act = actOn(request, 'view');
    const pull = pullOf(request, act);
    const { status } = bodyOf(request, z.object({ status: z.string() }));
    const comment = await setCommentStatus(host, act, pull, commentOf(request, pull), status);
    return activityView(act.repository, pull, comment);
  });
}
