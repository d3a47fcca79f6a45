import { type CiContext, readCiContext, runFiles, withCommitFromGit } from '../report/index.ts';

type Fields = Record<string, string | { type: string }>;

/** Without what the CI does not say: an expression that asks for it is told what there is. */
const said = (fields: Record<string, string | { type: string } | undefined>): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Fields[string]] => entry[1] !== undefined),
  );

/**
 * What the CI knows of this run, under the names of Harness's `<+codebase.*>` and `<+trigger.*>`.
 * @see https://developer.harness.io/docs/platform/variables-and-expressions/harness-variables/
 */
export function contextOf(ci: CiContext): { codebase: Fields; trigger: Fields } {
  const prNumber = ci.pullRequestNumber;
  const alike = {
    branch: ci.branch ?? ci.sourceBranch,
    sourceBranch: ci.sourceBranch,
    targetBranch: ci.targetBranch,
    commitSha: ci.commitSha,
    prNumber,
    prTitle: ci.pullRequestTitle,
    repoUrl: ci.repositoryUrl,
    gitUser: ci.triggeredBy,
  };
  return {
    codebase: said({
      ...alike,
      tag: ci.tag,
      shortCommitSha: ci.commitSha?.slice(0, 7),
      commitMessage: ci.commitMessage,
      pullRequestLink: ci.pullRequestLink,
      build: { type: prNumber !== undefined ? 'PR' : ci.tag !== undefined ? 'tag' : 'branch' },
    }),
    trigger: said({ ...alike, event: prNumber !== undefined ? 'PR' : 'PUSH' }),
  };
}

/** The facts of the CI that this process is in. */
export async function readRunContext(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, unknown>> {
  const cwd = process.cwd();
  const ci = await readCiContext(env, runFiles(cwd));
  return { ...contextOf(await withCommitFromGit(ci, { cwd, env })) };
}
