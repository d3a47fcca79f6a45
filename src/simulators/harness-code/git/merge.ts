import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../refusal.ts';
import { makeCommits, type Stamp } from './fast-import.ts';
import type { GitRepository } from './repository.ts';
import { GitFailure, gitIn, type RunGit } from './run-git.ts';

/** How a pull request goes in. */
export const mergeMethods = ['merge', 'squash', 'rebase', 'fast-forward'] as const;
export type MergeMethod = (typeof mergeMethods)[number];

/** What is merged into what, by whom. All ids are commits. */
export interface MergeOrder {
  target: string;
  source: string;
  base: string;
  method: MergeMethod;
  message: string;
  author: Stamp;
  committer: Stamp;
}

/** Takes a merge's outcome out of the index. @throws Refusal 409 with the files where it conflicts */
async function treeAfter(tree: RunGit, words: string[]): Promise<string> {
  try {
    await tree(words);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const files = (await tree(['diff', '--name-only', '--diff-filter=U', '-z'])).split('\0').filter(Boolean);
    if (files.length === 0) throw error;
    throw new Refusal(409, 'Merge blocked by conflicting files', { conflict_files: files });
  }
  return (await tree(['write-tree'])).trim();
}

async function rebase(git: RunGit, tree: RunGit, order: MergeOrder): Promise<string> {
  const listed = await git(['rev-list', '--reverse', '--no-merges', `${order.base}..${order.source}`]);
  let head = order.target;
  for (const sha of listed.trim().split('\n')) {
    const result = await treeAfter(tree, ['cherry-pick', '--no-commit', sha]);
    const [name = '', email = '', seconds = '0', message = ''] = (
      await git(['log', '-1', '--format=%an%x00%ae%x00%at%x00%B', sha])
    ).split('\0');
    const author = { name, email, at: new Date(Number(seconds) * 1000) };
    const made = { message: message.trimEnd(), author, committer: order.committer, tree: result };
    [head = head] = await makeCommits(git, head, [made]);
    await tree(['reset', '--quiet', '--hard', head]);
  }
  return head;
}

/**
 * Makes the commits of a merge in a work tree of its own, without moving a branch, and gives the new head.
 * A work tree serves every git since 2.5; `merge-tree --write-tree` would want 2.38.
 * @throws Refusal 409 for conflicts, 400 where a fast forward is not possible
 */
export async function merge(repository: GitRepository, order: MergeOrder): Promise<string> {
  const { git, folder } = repository;
  const { target, source, base, message, author, committer } = order;
  if (order.method === 'fast-forward') {
    if (base === target) return source;
    throw new Refusal(400, 'Branch can not be fast-forwarded: the target branch has commits of its own');
  }
  const place = await mkdtemp(join(folder, 'merging-'));
  try {
    await git(['worktree', 'add', '--quiet', '--force', '--detach', place, target]);
    const tree = gitIn(['-C', place]);
    if (order.method === 'rebase') return await rebase(git, tree, order);
    const result = await treeAfter(tree, ['merge', '--no-commit', '--no-ff', '--quiet', source]);
    const also = order.method === 'merge' ? [source] : [];
    const [head] = await makeCommits(git, target, [{ message, author, committer, tree: result }], also);
    if (head === undefined) throw new Error('git made no commit');
    return head;
  } finally {
    await rm(place, { recursive: true, force: true });
    await git(['worktree', 'prune']);
  }
}
