import { nilSha } from '../git/repository.ts';
import { addActivity, type PullRequest } from '../pull-request.ts';
import { type PullDetails, pullPayload, type RefChange } from '../webhooks/payloads.ts';
import type { WebhookTrigger } from '../webhooks/webhook.ts';
import type { Repository } from '../world.ts';
import { type Act, at, type Host } from './host.ts';

/** Tells what happened to a pull request, in the shape of that event. */
export function tellPull(
  host: Host,
  { repository, by }: Act,
  trigger: WebhookTrigger,
  pull: PullRequest,
  details: PullDetails,
): Promise<void> {
  return host.deliveries.tell({
    trigger,
    repository,
    makeBody: () => pullPayload(host.world, trigger, repository, by, pull, details),
  });
}

/** What a pull request would bring, from where it parted from its target. */
export async function measure(
  { git }: Repository,
  source: string,
  target: string,
): Promise<Pick<PullRequest, 'mergeBaseSha' | 'targetSha' | 'sourceSha' | 'stats'>> {
  const mergeBaseSha = (await git.mergeBase(source, target)) ?? target;
  const files = await git.listDifferences(mergeBaseSha, source);
  const sum = (pick: 'insertions' | 'deletions') => files.reduce((total, one) => total + one[pick], 0);
  return {
    mergeBaseSha,
    targetSha: target,
    sourceSha: source,
    stats: {
      commits: await git.countCommits(source, mergeBaseSha),
      filesChanged: files.length,
      additions: sum('insertions'),
      deletions: sum('deletions'),
    },
  };
}

async function updatePull(host: Host, act: Act, pull: PullRequest, moved: RefChange): Promise<void> {
  const { repository, by } = act;
  const target = await repository.git.find(`refs/heads/${pull.targetBranch}`);
  Object.assign(pull, await measure(repository, moved.newSha, target ?? pull.targetSha));
  await repository.git.setRef(`refs/pullreq/${pull.number}/head`, moved.newSha);
  pull.edited = at(host);
  addActivity(pull, host.world.nextId('activity'), pull.edited, {
    type: 'branch-update',
    kind: 'system',
    author: by,
    payload: { old: moved.oldSha, new: moved.newSha, forced: moved.forced },
  });
  const pushed = { oldSha: moved.oldSha, forced: moved.forced };
  await tellPull(host, act, 'pullreq_branch_updated', pull, { pushed });
}

async function closePull(host: Host, act: Act, pull: PullRequest): Promise<void> {
  const { isDraft } = pull;
  pull.state = 'closed';
  pull.closed = at(host);
  const add = (type: string, payload: Record<string, unknown>) =>
    addActivity(pull, host.world.nextId('activity'), at(host), {
      type,
      kind: 'system',
      author: act.by,
      payload,
    });
  add('branch-delete', { sha: pull.sourceSha });
  add('state-change', { old: 'open', new: 'closed', old_draft: isDraft, new_draft: isDraft });
  await tellPull(host, act, 'pullreq_closed', pull, { commit: true });
}

/** The open pull requests of a branch that moved: they follow it, or are closed with it. */
export async function followBranch(host: Host, act: Act, moved: RefChange): Promise<void> {
  if (moved.oldSha === nilSha) return;
  const branch = moved.ref.slice('refs/heads/'.length);
  const pulls = act.repository.pullRequests.filter(
    (one) => one.state === 'open' && one.sourceBranch === branch,
  );
  for (const pull of pulls) {
    if (moved.newSha === nilSha) await closePull(host, act, pull);
    else await updatePull(host, act, pull, moved);
  }
}
