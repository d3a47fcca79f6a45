import { type Activity, addActivity, type PullRequest } from '../pull-request.ts';
import { badRequest, notFound } from '../refusal.ts';
import { tellPull } from './follow-branch.ts';
import { type Act, at, change, type Host } from './host.ts';
import { putReviewer } from './pull-requests.ts';

/** A verdict on the commit that was looked at. @throws Refusal 400 for one's own pull request */
export function submitReview(
  host: Host,
  act: Act,
  pull: PullRequest,
  given: { decision: string; commitSha?: string },
): Promise<void> {
  return change(act, async () => {
    const { decision, commitSha = pull.sourceSha } = given;
    if (decision !== 'approved' && decision !== 'changereq' && decision !== 'reviewed') {
      throw badRequest('Decision must be: approved, changereq or reviewed.');
    }
    if (pull.author === act.by) throw badRequest("Can't submit review to own pull requests.");
    const sha = await act.repository.git.get(commitSha);
    const reviewer = putReviewer(host, act, pull, act.by, 'self_assigned');
    const latestReviewId = host.world.nextId('review');
    Object.assign(reviewer, { decision, sha, latestReviewId, updated: at(host) });
    addActivity(pull, host.world.nextId('activity'), at(host), {
      type: 'review-submit',
      kind: 'system',
      author: act.by,
      payload: { commit_sha: sha, decision },
    });
    const more = {
      review_decision: decision,
      reviewer: {
        id: act.by.id,
        uid: act.by.uid,
        display_name: act.by.displayName,
        email: act.by.email,
        type: act.by.type,
        created: act.by.created,
        updated: act.by.updated,
      },
    };
    await tellPull(host, act, 'pullreq_review_submitted', pull, { more });
  });
}

/** @throws Refusal 404 */
export function getComment(pull: PullRequest, id: number): Activity {
  const comment = pull.activities.find((one) => one.id === id && one.kind !== 'system');
  if (comment === undefined || comment.deleted !== null) throw notFound();
  return comment;
}

/** Says something, or answers somebody. */
export function addComment(
  host: Host,
  act: Act,
  pull: PullRequest,
  given: { text: string; parentId?: number },
): Promise<Activity> {
  return change(act, async () => {
    if (given.text.trim() === '') throw badRequest('Comment text is required.');
    const parent = given.parentId === undefined ? undefined : getComment(pull, given.parentId);
    const answers = pull.activities.filter((one) => parent !== undefined && one.parentId === parent.id);
    const comment = addActivity(pull, host.world.nextId('activity'), at(host), {
      type: 'comment',
      kind: 'comment',
      author: act.by,
      text: given.text,
      ...(parent === undefined
        ? {}
        : { parentId: parent.id, order: parent.order, subOrder: answers.length + 1 }),
    });
    await tellPull(host, act, 'pullreq_comment_created', pull, { commit: true, comment });
    return comment;
  });
}

/** Changes a comment's text. */
export function editComment(
  host: Host,
  act: Act,
  pull: PullRequest,
  comment: Activity,
  text: string,
): Promise<Activity> {
  return change(act, async () => {
    if (comment.text === text) return comment;
    Object.assign(comment, { text, edited: at(host), updated: at(host) });
    pull.updated = at(host);
    await tellPull(host, act, 'pullreq_comment_updated', pull, { comment });
    return comment;
  });
}

/** Takes a comment away; the host sends nothing for it. */
export function deleteComment(host: Host, act: Act, pull: PullRequest, comment: Activity): Promise<void> {
  return change(act, async () => {
    Object.assign(comment, { deleted: at(host), text: '' });
    pull.updated = at(host);
  });
}

/** Settles a conversation, or takes it up again. */
export function setCommentStatus(
  host: Host,
  act: Act,
  pull: PullRequest,
  comment: Activity,
  status: string,
): Promise<Activity> {
  return change(act, async () => {
    if (status !== 'active' && status !== 'resolved') {
      throw badRequest('Invalid value provided for comment status');
    }
    const isResolved = status === 'resolved';
    if (isResolved === (comment.resolved !== null)) return comment;
    Object.assign(comment, {
      resolved: isResolved ? at(host) : null,
      resolver: isResolved ? act.by : null,
      updated: at(host),
    });
    pull.updated = at(host);
    await tellPull(host, act, 'pullreq_comment_status_updated', pull, { comment, more: { status } });
    return comment;
  });
}
