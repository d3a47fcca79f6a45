import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './ci/definition.ts';
import type { CiContext } from './ci-context.ts';

/** Longer than any sane repository needs; a report must not hang on git. */
const gitTimeoutMs = 10_000;
const largestHistoryBytes = 16 * 1024 * 1024;

/** A folder with a git work tree, and the environment to run git in. */
export interface GitWorkspace {
  cwd: string;
  env: Environment;
}

type GitAnswer = { text: string } | { problem: string };

/**
 * Runs git, which answers or says why not. The folder may belong to another user, as it does in containers; only
 * reading commands are run, without signature checks, prompts or fetching of what a partial clone lacks.
 */
async function askGit(workspace: GitWorkspace, args: string[]): Promise<GitAnswer> {
  // Loaded when git is asked: most CIs give the commit message, and the command starts faster without.
  const { execFile } = await import('node:child_process');
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['-c', 'safe.directory=*', '-c', 'log.showSignature=false', ...args],
      {
        cwd: workspace.cwd,
        env: { ...workspace.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' },
        timeout: gitTimeoutMs,
        maxBuffer: largestHistoryBytes,
      },
    );
    return { text: stdout };
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return { problem: said.split('\n')[0] || (error instanceof Error ? error.message : String(error)) };
  }
}

const isCommitId = (text: string) => /^[0-9a-f]{4,64}$/i.test(text);

/** The context with the commit message from the workspace's git, when the CI gave none; a notice when git has none either. */
export async function withCommitFromGit(context: CiContext, workspace: GitWorkspace): Promise<CiContext> {
  if (context.commitMessage !== undefined) return context;
  const commit =
    context.commitSha !== undefined && isCommitId(context.commitSha) ? context.commitSha : 'HEAD';
  const answer = await askGit(workspace, ['log', '-1', '--encoding=UTF-8', '--format=%H%n%B', commit, '--']);
  if ('problem' in answer) {
    const notice = `No commit message: ${context.ci === 'none' ? 'there is no CI here' : `${context.ci} gives none`}, and git says: ${answer.problem}`;
    return { ...context, notices: [...context.notices, notice] };
  }
  const lineEnd = answer.text.indexOf('\n');
  return {
    ...context,
    commitSha: context.commitSha ?? answer.text.slice(0, lineEnd),
    commitMessage: answer.text.slice(lineEnd + 1).trimEnd() || undefined,
  };
}

/** Whether the folder, or one above it, is a git work tree. */
export function hasGitHistory({ cwd }: Pick<GitWorkspace, 'cwd'>): boolean {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** More than any one deployment speaks for. */
const mostCommits = 500;

/**
 * The messages of the commits after `since` up to `until`, newest first, at most 500; merges too, as their titles
 * name branches. A notice when there are more, and when git does not know the commits, as in a shallow clone.
 */
export async function listCommitMessages(
  workspace: GitWorkspace,
  range: { since: string; until?: string },
): Promise<{ messages: string[]; notices: string[] }> {
  const until = range.until ?? 'HEAD';
  if (!isCommitId(range.since) || !(until === 'HEAD' || isCommitId(until))) {
    return { messages: [], notices: [`No history is read: ${range.since}..${until} are not commit ids`] };
  }
  const answer = await askGit(workspace, [
    'log',
    '-z',
    `--max-count=${mostCommits + 1}`,
    '--encoding=UTF-8',
    '--format=%B',
    `${range.since}..${until}`,
    '--',
  ]);
  if ('problem' in answer) {
    const shallow = await askGit(workspace, ['rev-parse', '--is-shallow-repository']);
    const isShallow = 'text' in shallow && shallow.text.trim() === 'true';
    const why = isShallow ? 'the clone is shallow (let the CI fetch the whole history), and ' : '';
    return { messages: [], notices: [`No history is read: ${why}git says: ${answer.problem}`] };
  }
  const commits = answer.text.split('\0').map((text) => text.trim());
  const tooMany = commits.length > mostCommits + 1;
  return {
    messages: commits.slice(0, mostCommits).filter((text) => text !== ''),
    notices: tooMany ? [`Only the newest ${mostCommits} commits of the history are read`] : [],
  };
}
