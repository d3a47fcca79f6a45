import { type MergeMethod, merge } from '../git/merge.ts';
import { nilSha } from '../git/repository.ts';
import { addActivity, type PullRequest } from '../pull-request.ts';
import { badRequest } from '../refusal.ts';
import { measure, tellPull } from './follow-branch.ts';
import { type Act, at, change, type Host } from './host.ts';
import { moveRef } from './refs.ts';

/** How to merge. */
export interface MergeGiven {
  method: MergeMethod;
  /** The commit that the caller has seen; another one is refused. */
  sourceSha?: string;
  title?: string;
  message?: string;
  deleteSourceBranch?: boolean;
}

function messageFor(host: Host, { repository }: Act, pull: PullRequest, given: MergeGiven): string {
  const usual =
    given.method === 'merge'
      ? `Merge branch '${pull.sourceBranch}' of ${host.world.pathOf(repository)} (#${pull.number})`
      : `${pull.title} (#${pull.number})`;
  const title = given.title?.trim() || usual;
  const body = given.message?.trim() ?? '';
  return body === '' ? title : `${title}\n\n${body}`;
}

/**
 * Merges with git itself: the target moves, then the pull request is merged, then its branch goes if it shall.
 * @throws Refusal 400 for a draft, a closed one or an old commit; 409 for conflicts
 */
export function mergePull(host: Host, act: Act, pull: PullRequest, given: MergeGiven): Promise<string> {
  return change(act, async () => {
    const { repository, by } = act;
    if (pull.state !== 'open') throw badRequest('Pull request must be open');
    if (pull.isDraft) {
      throw badRequest("Draft pull requests can't be merged. Clear the draft flag first.");
    }
    if (given.sourceSha !== undefined && given.sourceSha !== '' && given.sourceSha !== pull.sourceSha) {
      throw badRequest('A newer commit is available. Only the latest commit can be merged.');
    }
    const target = await repository.git.get(`refs/heads/${pull.targetBranch}`);
    const measured = await measure(repository, pull.sourceSha, target);
    const now = host.world.now();
    const head = await merge(repository.git, {
      target,
      source: pull.sourceSha,
      base: measured.mergeBaseSha,
      method: given.method,
      message: messageFor(host, act, pull, given),
      author: { name: by.displayName, email: by.email, at: now },
      committer: { ...host.world.system, at: now },
    });
    Object.assign(pull, measured, {
      state: 'merged',
      merged: at(host),
      closed: at(host),
      merger: by,
      mergeMethod: given.method,
      edited: at(host),
    });
    addActivity(pull, host.world.nextId('activity'), at(host), {
      type: 'merge',
      kind: 'system',
      author: by,
      payload: {
        merge_method: given.method,
        merge_sha: head,
        target_sha: target,
        source_sha: pull.sourceSha,
      },
    });
    await moveRef(host, act, `refs/heads/${pull.targetBranch}`, head);
    await tellPull(host, act, 'pullreq_merged', pull, { commit: true });
    if (given.deleteSourceBranch === true)
      await moveRef(host, act, `refs/heads/${pull.sourceBranch}`, nilSha);
    return head;
  });
}
