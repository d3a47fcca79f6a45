import { type Files, makeCommits, type Stamp } from '../git/fast-import.ts';
import { nilSha } from '../git/repository.ts';
import { badRequest, notFound, Refusal } from '../refusal.ts';
import { type RefChange, refPayload } from '../webhooks/payloads.ts';
import type { WebhookTrigger } from '../webhooks/webhook.ts';
import { followBranch } from './follow-branch.ts';
import { type Act, at, change, type Host } from './host.ts';

/** What a person writes into a commit. */
export interface Draft {
  message: string;
  files: Files;
  /** When it was written; now, when absent. */
  at?: Date;
}

function triggerFor(kind: 'branch' | 'tag', { oldSha, newSha }: RefChange): WebhookTrigger {
  if (oldSha === nilSha) return `${kind}_created`;
  return newSha === nilSha ? `${kind}_deleted` : `${kind}_updated`;
}

/** Moves a branch or a tag, and lets the world know. Only inside the repository's turn. */
export async function moveRef(host: Host, act: Act, ref: string, newSha: string): Promise<void> {
  const { repository, by } = act;
  const { git } = repository;
  const refs = await git.git(['for-each-ref', '--format=%(objectname)', ref]);
  const oldSha = refs.trim() || nilSha;
  if (oldSha === newSha) return;
  const isUpdate = oldSha !== nilSha && newSha !== nilSha;
  const forced = isUpdate && !(await git.isAncestor(oldSha, newSha));
  await git.setRef(ref, newSha);
  repository.lastPush = at(host);
  repository.updated = repository.lastPush;
  const moved = { ref, oldSha, newSha, forced };
  const isBranch = ref.startsWith('refs/heads/');
  const trigger = triggerFor(isBranch ? 'branch' : 'tag', moved);
  await host.deliveries.tell({
    trigger,
    repository,
    makeBody: () => refPayload(host.world, trigger, repository, by, moved),
  });
  if (isBranch) await followBranch(host, act, moved);
}

/** Makes a branch at a branch, a tag or an id; at the default branch when none is given. */
export function createBranch(host: Host, act: Act, name: string, from?: string): Promise<string> {
  return change(act, async () => {
    const { git, defaultBranch } = act.repository;
    await git.checkName(name);
    if ((await git.find(`refs/heads/${name}`)) !== undefined) {
      throw new Refusal(409, `branch "${name}" already exists`);
    }
    const sha = await git.get(from ?? defaultBranch);
    await moveRef(host, act, `refs/heads/${name}`, sha);
    return sha;
  });
}

/** @throws Refusal 400 for the default branch, 404 for one that is not there */
export function deleteBranch(host: Host, act: Act, name: string): Promise<void> {
  return change(act, async () => {
    if (name === act.repository.defaultBranch) {
      throw badRequest("The default branch of a repository can't be deleted");
    }
    if ((await act.repository.git.find(`refs/heads/${name}`)) === undefined) {
      throw notFound(`branch "${name}" not found`);
    }
    await moveRef(host, act, `refs/heads/${name}`, nilSha);
  });
}

/** How commits reach a branch. */
export interface Push {
  branch: string;
  commits: Draft[];
  /** Where a new branch starts, or, with `force`, where an old one goes on; the default branch when absent. */
  from?: string;
  force?: boolean;
  /** The host commits what is written on its pages; what is pushed was committed by its author. */
  committer?: Stamp;
}

/** Pushes commits in one go: the branch moves once. Gives their ids, oldest first. */
export function push(
  host: Host,
  act: Act,
  { branch, commits, from, force, committer }: Push,
): Promise<string[]> {
  return change(act, async () => {
    const { git, defaultBranch } = act.repository;
    await git.checkName(branch);
    const head = await git.find(`refs/heads/${branch}`);
    const start = from === undefined ? await git.find(`refs/heads/${defaultBranch}`) : await git.get(from);
    const parent = force === true ? start : (head ?? start);
    const { displayName: name, email } = act.by;
    const made = commits.map((draft) => {
      const author = { name, email, at: draft.at ?? host.world.now() };
      return { message: draft.message, files: draft.files, author, committer: committer ?? author };
    });
    const shas = commits.length === 0 ? [] : await makeCommits(git.git, parent, made);
    const newest = shas.at(-1) ?? parent;
    if (newest === undefined) throw badRequest('There is nothing to push');
    await moveRef(host, act, `refs/heads/${branch}`, newest);
    return shas;
  });
}

/** Makes or, with `force`, moves a tag; annotated when it has a message. Gives what the tag points at. */
export function setTag(
  host: Host,
  act: Act,
  name: string,
  { target, message, force }: { target?: string; message?: string; force?: boolean },
): Promise<string> {
  return change(act, async () => {
    const { git, defaultBranch } = act.repository;
    await git.checkName(name);
    const exists = (await git.find(`refs/tags/${name}`)) !== undefined;
    if (exists && force !== true) throw new Refusal(409, `tag "${name}" already exists`);
    let sha = await git.get(target ?? defaultBranch);
    if (message !== undefined && message !== '') {
      const seconds = Math.floor(at(host) / 1000);
      const tagger = `tagger ${act.by.displayName} <${act.by.email}> ${seconds} +0000`;
      const text = `object ${sha}\ntype commit\ntag ${name}\n${tagger}\n\n${message}\n`;
      sha = (await git.git(['mktag'], text)).trim();
    }
    await moveRef(host, act, `refs/tags/${name}`, sha);
    return sha;
  });
}

/** @throws Refusal 404 */
export function deleteTag(host: Host, act: Act, name: string): Promise<void> {
  return change(act, async () => {
    if ((await act.repository.git.find(`refs/tags/${name}`)) === undefined) {
      throw notFound(`tag "${name}" not found`);
    }
    await moveRef(host, act, `refs/tags/${name}`, nilSha);
  });
}
