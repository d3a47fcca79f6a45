import type { BranchInfo, CommitInfo, PullRequestInfo } from '../../../kit/dev-info.ts';
import { issueKeyFinder, projectOf } from '../../../kit/issue-keys.ts';

/** What an entity's own texts name; a pull request lends its keys to its branch and commits besides. */
export interface OwnKeys {
  branch(branch: BranchInfo): string[];
  commit(commit: CommitInfo): string[];
  pullRequest(pullRequest: PullRequestInfo): string[];
}

/** Jira takes no more keys for one entity; see the limits of the Development Information API. */
const mostKeys = 500;

/** Finds keys in a branch's name, a commit's message, a pull request's title, description and source branch. */
export function createOwnKeys(): OwnKeys {
  const find = issueKeyFinder();
  const of = (...texts: string[]) => [...new Set(texts.flatMap(find))].slice(0, mostKeys);
  return {
    branch: ({ name }) => of(name),
    commit: ({ message }) => of(message),
    pullRequest: ({ title, description, source }) => of(title, description, source.branch),
  };
}

/** Keys of the projects that a link may touch, and the others. No list allows every project. */
export function splitByProjects(
  keys: string[],
  projects: string[] | null,
): { allowed: string[]; refused: string[] } {
  const isAllowed = (key: string) => projects === null || projects.includes(projectOf(key));
  return { allowed: keys.filter(isAllowed), refused: keys.filter((key) => !isAllowed(key)) };
}
