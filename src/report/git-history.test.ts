import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasGitHistory, listCommitMessages, withCommitFromGit } from './git-history.ts';

const env = { PATH: '/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin' };
const newFolder = () => mkdtempSync(join(tmpdir(), 'tieline-git-'));
const nothing = { ci: 'Jenkins', notices: [] };

describe('a workspace with three commits', () => {
  const cwd = newFolder();
  const git = (...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
  let commits: string[] = [];

  beforeAll(() => {
    git('init', '--quiet');
    git('config', 'user.name', 'Jane Doe');
    git('config', 'user.email', 'jane@example.com');
    commits = ['MYT-1 first', 'MYT-2 größer\n\nCloses OPS-3', 'MYT-4 last'].map((message) => {
      git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    });
  });

  test('gives the message of the commit that the CI names, or of the one checked out', async () => {
    const named = await withCommitFromGit({ ...nothing, commitSha: commits[1] }, { cwd, env });
    expect(named).toEqual({
      ...nothing,
      commitSha: commits[1],
      commitMessage: 'MYT-2 größer\n\nCloses OPS-3',
    });
    const checkedOut = await withCommitFromGit(nothing, { cwd, env });
    expect(checkedOut).toEqual({ ...nothing, commitSha: commits[2], commitMessage: 'MYT-4 last' });
  });

  test('is not asked when the CI gives the message', async () => {
    const context = { ...nothing, commitMessage: 'from the CI' };
    expect(await withCommitFromGit(context, { cwd: '/nowhere', env })).toBe(context);
  });

  test('lists the messages since a commit, newest first', async () => {
    expect(await listCommitMessages({ cwd, env }, { since: commits[0] ?? '' })).toEqual({
      messages: ['MYT-4 last', 'MYT-2 größer\n\nCloses OPS-3'],
      notices: [],
    });
    const until = await listCommitMessages({ cwd, env }, { since: commits[0] ?? '', until: commits[1] });
    expect(until.messages).toEqual(['MYT-2 größer\n\nCloses OPS-3']);
  });

  test('is found from the folders in it', () => {
    expect(hasGitHistory({ cwd: join(cwd, 'src', 'main') })).toBe(true);
    expect(hasGitHistory({ cwd: newFolder() })).toBe(false);
  });

  test('says so when the commit is not there', async () => {
    const missing = 'f'.repeat(40);
    expect((await withCommitFromGit({ ...nothing, commitSha: missing }, { cwd, env })).notices).toEqual([
      expect.stringContaining('Jenkins gives none, and git says: fatal'),
    ]);
    expect(await listCommitMessages({ cwd, env }, { since: missing })).toEqual({
      messages: [],
      notices: [expect.stringContaining('git says: fatal')],
    });
  });

  test('takes nothing but commit ids, so that no option slips in', async () => {
    const { messages, notices } = await listCommitMessages({ cwd, env }, { since: '--output=/tmp/x' });
    expect([messages, notices.length]).toEqual([[], 1]);
    const context = await withCommitFromGit({ ...nothing, commitSha: '--all' }, { cwd, env });
    expect(context.commitMessage).toBe('MYT-4 last');
  });
});

test('a folder without git, and a machine without it, give a notice', async () => {
  const context = { ci: 'none', notices: [] };
  const folder = await withCommitFromGit(context, {
    cwd: newFolder(),
    env: { ...env, GIT_CEILING_DIRECTORIES: tmpdir() },
  });
  expect(folder.notices).toEqual([expect.stringContaining('not a git repository')]);
  const machine = await withCommitFromGit(context, { cwd: newFolder(), env: { PATH: '/nowhere' } });
  expect(machine.notices).toEqual([expect.stringContaining('ENOENT')]);
});
