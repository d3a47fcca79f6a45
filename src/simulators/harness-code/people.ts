import type { Act, Host } from './actions/host.ts';
import { type MergeGiven, mergePull } from './actions/merge-pull.ts';
import { editPull, getPull, openPull, putReviewer, retarget, setPullState } from './actions/pull-requests.ts';
import { createBranch, type Draft, deleteBranch, deleteTag, push, setTag } from './actions/refs.ts';
import {
  createRepository,
  deleteRepository,
  moveRepository,
  setDefaultBranch,
  updateRepository,
} from './actions/repositories.ts';
import { addComment, editComment, getComment, setCommentStatus, submitReview } from './actions/reviews.ts';
import type { Files } from './git/fast-import.ts';
import type { PullRequest } from './pull-request.ts';
import type { Principal } from './world.ts';

/** Where something is done, and by whom. */
export interface Where {
  /** The repository's path. */
  repository: string;
  /** The uid of an account; the seed's first when absent. */
  by?: string;
}

type InPull = Where & { number: number };

/**
 * What people do on the host, with git or on its pages. Each promise resolves when it is done and its webhooks are on
 * their way. What the host would refuse throws a Refusal.
 */
export function createPeople(host: Host) {
  const { world } = host;

  function person(uid: string | undefined): Principal {
    const found = uid === undefined ? world.principals[0] : world.principals.find((one) => one.uid === uid);
    if (found === undefined) throw new RangeError(`there is no account ${uid}`);
    return found;
  }
  const actOf = ({ repository, by }: Where): Act => ({
    repository: world.getRepository(repository),
    by: person(by),
  });
  const pullOf = (given: InPull) => getPull(world.getRepository(given.repository), given.number);

  return {
    /** Gives the id that the branch points at. `from` is a branch, a tag or an id; the default branch when absent. */
    createBranch: (given: Where & { name: string; from?: string }): Promise<string> =>
      createBranch(host, actOf(given), given.name, given.from),
    /** One commit; a branch that is not there is made from the default branch. Gives its id. A null file goes away. */
    async commit(
      given: Where & { branch: string; message: string; files: Files; at?: Date },
    ): Promise<string> {
      const { branch, ...draft } = given;
      const [sha] = await push(host, actOf(given), { branch, commits: [draft] });
      if (sha === undefined) throw new Error('git made no commit');
      return sha;
    },
    /** Several commits in one push. Gives their ids, oldest first. */
    push: (given: Where & { branch: string; commits: Draft[]; from?: string }): Promise<string[]> =>
      push(host, actOf(given), given),
    /** Replaces what the branch holds since `from` (the default branch when absent); without commits it goes back. */
    forcePush: (given: Where & { branch: string; from?: string; commits?: Draft[] }): Promise<string[]> =>
      push(host, actOf(given), { ...given, commits: given.commits ?? [], force: true }),
    deleteBranch: (given: Where & { name: string }): Promise<void> =>
      deleteBranch(host, actOf(given), given.name),
    /** Gives what the tag points at: with a message that is the tag itself. `force` moves one. */
    tag: (
      given: Where & { name: string; target?: string; message?: string; force?: boolean },
    ): Promise<string> => setTag(host, actOf(given), given.name, given),
    deleteTag: (given: Where & { name: string }): Promise<void> => deleteTag(host, actOf(given), given.name),

    /** Gives its number. */
    async openPullRequest(
      given: Where & {
        title: string;
        description?: string;
        source: string;
        target?: string;
        draft?: boolean;
        reviewers?: string[];
      },
    ): Promise<number> {
      const { source, target, draft, reviewers = [] } = given;
      const asked = reviewers.map(person);
      const wanted = { sourceBranch: source, targetBranch: target, isDraft: draft, reviewers: asked };
      const pull = await openPull(host, actOf(given), { ...wanted, ...pick(given) });
      return pull.number;
    },
    editPullRequest: (given: InPull & { title?: string; description?: string }): Promise<PullRequest> =>
      editPull(host, actOf(given), pullOf(given), given),
    retarget: (given: InPull & { target: string }): Promise<PullRequest> =>
      retarget(host, actOf(given), pullOf(given), given.target),
    /** Turns a draft into one that is ready, or back. The host sends no webhook for it. */
    setDraft: (given: InPull & { draft: boolean }): Promise<PullRequest> =>
      setPullState(host, actOf(given), pullOf(given), { state: pullOf(given).state, isDraft: given.draft }),
    close: (given: InPull): Promise<PullRequest> =>
      setPullState(host, actOf(given), pullOf(given), { state: 'closed', isDraft: pullOf(given).isDraft }),
    reopen: (given: InPull): Promise<PullRequest> =>
      setPullState(host, actOf(given), pullOf(given), { state: 'open', isDraft: pullOf(given).isDraft }),
    /** Asks for a review. The host sends no webhook for it. */
    async requestReview(given: InPull & { reviewer: string }): Promise<void> {
      putReviewer(host, actOf(given), pullOf(given), person(given.reviewer), 'assigned');
    },
    /** Not by the author. */
    review: (given: InPull & { decision: 'approved' | 'changereq' | 'reviewed' }): Promise<void> =>
      submitReview(host, actOf(given), pullOf(given), { decision: given.decision }),
    /** Gives the comment's id. */
    async comment(given: InPull & { text: string; answerTo?: number }): Promise<number> {
      const said = { text: given.text, parentId: given.answerTo };
      const comment = await addComment(host, actOf(given), pullOf(given), said);
      return comment.id;
    },
    async editComment(given: InPull & { comment: number; text: string }): Promise<void> {
      const pull = pullOf(given);
      await editComment(host, actOf(given), pull, getComment(pull, given.comment), given.text);
    },
    async resolveComment(given: InPull & { comment: number }): Promise<void> {
      const pull = pullOf(given);
      await setCommentStatus(host, actOf(given), pull, getComment(pull, given.comment), 'resolved');
    },
    /** Merges with git; gives the new head of the target. By `merge` when no method is given. */
    merge: (given: InPull & Partial<MergeGiven>): Promise<string> =>
      mergePull(host, actOf(given), pullOf(given), { method: 'merge', ...given }),

    /** Makes an empty repository in a space that is there. */
    async createRepository(given: { path: string; description?: string; by?: string }): Promise<void> {
      const cut = given.path.lastIndexOf('/');
      const parent = world.getSpace(given.path.slice(0, cut));
      const { description } = given;
      await createRepository(world, person(given.by), {
        parent,
        identifier: given.path.slice(cut + 1),
        description,
      });
    },
    /** The host sends no webhook for this and what follows. Gives the new path. */
    rename(given: { repository: string; identifier: string }): string {
      const repository = world.getRepository(given.repository);
      moveRepository(world, repository, given);
      return world.pathOf(repository);
    },
    /** Moves a repository into another space. Gives the new path. */
    move(given: { repository: string; space: string }): string {
      const repository = world.getRepository(given.repository);
      moveRepository(world, repository, { parent: world.getSpace(given.space) });
      return world.pathOf(repository);
    },
    archive(given: { repository: string; archived?: boolean }): void {
      updateRepository(world, world.getRepository(given.repository), { archived: given.archived ?? true });
    },
    deleteRepository(given: { repository: string }): void {
      deleteRepository(world, world.getRepository(given.repository));
    },
    setDefaultBranch: (given: { repository: string; branch: string }): Promise<void> =>
      setDefaultBranch(world, world.getRepository(given.repository), given.branch),
  };
}

const pick = ({ title, description }: { title: string; description?: string }) => ({ title, description });

/** See {@link createPeople}. */
export type People = ReturnType<typeof createPeople>;
