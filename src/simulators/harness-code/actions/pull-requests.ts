import { addActivity, type PullRequest, type Reviewer } from '../pull-request.ts';
import { badRequest, notFound, Refusal } from '../refusal.ts';
import type { Principal, Repository } from '../world.ts';
import { measure, tellPull } from './follow-branch.ts';
import { type Act, at, change, type Host } from './host.ts';

/** @throws Refusal 404 */
export function getPull(repository: Repository, number: number): PullRequest {
  const pull = repository.pullRequests.find((one) => one.number === number);
  if (pull === undefined) throw notFound();
  return pull;
}

async function headOf({ git }: Repository, branch: string): Promise<string> {
  const sha = await git.find(`refs/heads/${branch}`);
  if (sha === undefined) throw badRequest(`branch "${branch}" does not exist in the repository`);
  return sha;
}

function checkOnly(repository: Repository, sourceBranch: string, targetBranch: string) {
  const other = repository.pullRequests.find(
    (one) => one.state === 'open' && one.sourceBranch === sourceBranch && one.targetBranch === targetBranch,
  );
  if (other === undefined) return;
  const values = { type: 'pr already exists', number: other.number, title: other.title };
  throw new Refusal(409, 'a pull request for this target and source branch already exists', values);
}

/** A pull request to be opened. */
export interface NewPull {
  title: string;
  description?: string;
  sourceBranch: string;
  targetBranch?: string;
  isDraft?: boolean;
  reviewers?: Principal[];
}

/** Opens a pull request. @throws Refusal 400 where there is nothing to merge, 409 where there is one already */
export function openPull(host: Host, act: Act, given: NewPull): Promise<PullRequest> {
  return change(act, async () => {
    const { repository, by } = act;
    const { sourceBranch, targetBranch = repository.defaultBranch } = given;
    if (given.title.trim() === '') throw badRequest("Pull request title can't be empty");
    if (sourceBranch === targetBranch) throw badRequest("Target and source branch can't be the same");
    const source = await headOf(repository, sourceBranch);
    const target = await headOf(repository, targetBranch);
    checkOnly(repository, sourceBranch, targetBranch);
    const measured = await measure(repository, source, target);
    if (measured.mergeBaseSha === source) {
      throw badRequest("The source branch doesn't contain any new commits");
    }
    const now = at(host);
    const pull: PullRequest = {
      number: (repository.pullRequests.at(-1)?.number ?? 0) + 1,
      id: host.world.nextId('pull request'),
      state: 'open',
      isDraft: given.isDraft ?? false,
      title: given.title.trim(),
      description: given.description?.trim() ?? '',
      sourceBranch,
      targetBranch,
      ...measured,
      author: by,
      created: now,
      updated: now,
      edited: now,
      closed: null,
      merged: null,
      mergeMethod: null,
      merger: null,
      reviewers: [],
      activities: [],
    };
    for (const reviewer of given.reviewers ?? []) putReviewer(host, act, pull, reviewer, 'requested');
    repository.pullRequests.push(pull);
    await repository.git.setRef(`refs/pullreq/${pull.number}/head`, source);
    await tellPull(host, act, 'pullreq_created', pull, { commit: true });
    return pull;
  });
}

/** Changes title or description. What is the same already is no event. */
export function editPull(
  host: Host,
  act: Act,
  pull: PullRequest,
  given: { title?: string; description?: string },
): Promise<PullRequest> {
  return change(act, async () => {
    const old = { title: pull.title, description: pull.description };
    const title = given.title?.trim() ?? old.title;
    const description = given.description?.trim() ?? old.description;
    if (title === '') throw badRequest("Pull request title can't be empty");
    const changed = { title: title !== old.title, description: description !== old.description };
    if (!changed.title && !changed.description) return pull;
    Object.assign(pull, { title, description, edited: at(host), updated: at(host) });
    if (changed.title) {
      const payload = { old: old.title, new: title };
      addActivity(pull, host.world.nextId('activity'), at(host), {
        type: 'title-change',
        kind: 'system',
        author: act.by,
        payload,
      });
    }
    // The other fields of an unchanged one are empty, not the old text.
    const more = {
      title_changed: changed.title,
      title_old: changed.title ? old.title : '',
      title_new: changed.title ? title : '',
      description_changed: changed.description,
      description_old: changed.description ? old.description : '',
      description_new: changed.description ? description : '',
    };
    await tellPull(host, act, 'pullreq_updated', pull, { more });
    return pull;
  });
}

/** Opens, closes, or turns into a draft and back. The host sends nothing for a draft's turn. */
export function setPullState(
  host: Host,
  act: Act,
  pull: PullRequest,
  given: { state: string; isDraft: boolean },
): Promise<PullRequest> {
  return change(act, async () => {
    const { repository } = act;
    const { state, isDraft } = given;
    if (state === 'merged') throw badRequest("Pull requests can't be merged with this API");
    if (state !== 'open' && state !== 'closed') throw badRequest('Allowed states are: open and closed');
    if (pull.state === 'merged') throw badRequest("Merged pull requests can't be modified.");
    if (pull.state === state && pull.isDraft === isDraft) return pull;
    const old = { state: pull.state, isDraft: pull.isDraft };
    if (old.state !== 'open' && state === 'open') {
      const source = await headOf(repository, pull.sourceBranch);
      const target = await headOf(repository, pull.targetBranch);
      checkOnly(repository, pull.sourceBranch, pull.targetBranch);
      Object.assign(pull, await measure(repository, source, target), { closed: null });
    }
    if (old.state === 'open' && state === 'closed') pull.closed = at(host);
    Object.assign(pull, { state, isDraft });
    const payload = { old: old.state, new: state, old_draft: old.isDraft, new_draft: isDraft };
    addActivity(pull, host.world.nextId('activity'), at(host), {
      type: 'state-change',
      kind: 'system',
      author: act.by,
      payload,
    });
    if (old.state !== state) {
      const trigger = state === 'open' ? 'pullreq_reopened' : 'pullreq_closed';
      await tellPull(host, act, trigger, pull, { commit: true });
    }
    return pull;
  });
}

/** Points a pull request at another branch. */
export function retarget(host: Host, act: Act, pull: PullRequest, branch: string): Promise<PullRequest> {
  return change(act, async () => {
    if (pull.state !== 'open') throw badRequest('Pull request must be open');
    if (branch === pull.targetBranch) return pull;
    if (branch === pull.sourceBranch) throw badRequest("Target and source branch can't be the same");
    checkOnly(act.repository, pull.sourceBranch, branch);
    const target = await headOf(act.repository, branch);
    const old = { branch: pull.targetBranch, base: pull.mergeBaseSha };
    Object.assign(pull, await measure(act.repository, pull.sourceSha, target), { targetBranch: branch });
    addActivity(pull, host.world.nextId('activity'), at(host), {
      type: 'target-branch-change',
      kind: 'system',
      author: act.by,
      payload: { old: old.branch, new: branch },
    });
    const more = { old_target_branch: old.branch, old_merge_base_sha: old.base };
    await tellPull(host, act, 'pullreq_target_branch_changed', pull, { commit: true, more });
    return pull;
  });
}

/** Adds a reviewer, or gives the one that is there. The host sends nothing for it. */
export function putReviewer(
  host: Host,
  { by }: Act,
  pull: PullRequest,
  principal: Principal,
  type: Reviewer['type'],
): Reviewer {
  const known = pull.reviewers.find((one) => one.principal === principal);
  if (known !== undefined) return known;
  if (principal === pull.author) throw badRequest("Pull request author can't be added as a reviewer.");
  const now = at(host);
  const reviewer: Reviewer = {
    principal,
    addedBy: by,
    type,
    decision: 'pending',
    sha: '',
    latestReviewId: null,
    created: now,
    updated: now,
  };
  pull.reviewers.push(reviewer);
  addActivity(pull, host.world.nextId('activity'), now, {
    type: 'reviewer-add',
    kind: 'system',
    author: by,
    payload: { reviewer_type: type, principal_ids: [principal.id] },
  });
  return reviewer;
}
