import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import {
  type BundledReport,
  bundleReport,
  directSettings,
  newWorkspace,
  pipeline,
  runReport,
  type Stage,
  startStage,
} from './stage.ts';

let database: TestDatabase;
let stage: Stage;
let bundle: BundledReport;
let workspace: Awaited<ReturnType<typeof newWorkspace>>;
let settings: Record<string, string>;

beforeAll(async () => {
  database = await startTestDatabase({ empty: true });
  stage = await startStage({ DATABASE_URL: database.url });
  bundle = await bundleReport();
  workspace = await newWorkspace();
  git('init', '--quiet');
  settings = {
    PLUGIN_CONNECT_KEY: await stage.makeKey(),
    PLUGIN_CONNECT_HOSTNAME: stage.hubUrl,
    PLUGIN_PROJECT: 'MYT',
  };
});
afterAll(async () => {
  await stage.close();
  await bundle.remove();
  await workspace.remove();
  await database.close();
});

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Jane Doe', '-c', 'user.email=jane@example.com', ...args], {
    cwd: workspace.path,
    encoding: 'utf8',
  }).trim();

/** A commit of its own; its hash. */
function commit(message: string): string {
  git('commit', '--quiet', '--allow-empty', '--message', message);
  return git('rev-parse', 'HEAD');
}

let number = 0;
/** Deploys a commit; the plan is asked for before. */
async function deploy(
  sha: string,
  {
    state = 'success',
    more = {},
    cwd = workspace.path,
  }: { state?: string; more?: object; cwd?: string } = {},
) {
  number += 1;
  const env = {
    ...pipeline({
      DRONE_BUILD_NUMBER: String(number),
      DRONE_COMMIT_SHA: sha,
      DRONE_COMMIT_MESSAGE: git('log', '-1', '--format=%B', sha),
    }),
    ...settings,
    PLUGIN_ENVIRONMENT_NAME: 'production',
    PLUGIN_STATE: state,
    ...more,
  };
  const plan = await runReport({ env, cwd, flags: ['--dry-run', '--json'] }, bundle.program);
  expect(plan).toMatchObject({ code: 0, notes: '' });
  expect(await runReport({ env, cwd }, bundle.program)).toMatchObject({ code: 0 });
  const { found, notices } = JSON.parse(plan.out);
  return { found, notices, env };
}

const inHistory = (...keys: string[]) => keys.map((key) => ({ key, in: 'history' }));

describe('the issues of a deployment by the hub', () => {
  it('are those of every commit since the last successful one to the environment', async () => {
    const first = await deploy(commit('MYT-1 begin'));
    expect(first).toMatchObject({ found: [{ key: 'MYT-1', in: 'commit-message' }], notices: [] });

    commit('MYT-2 round totals');
    const failed = await deploy(commit('chore, for OPS-1'), { state: 'failure' });
    expect(failed.found).toEqual(inHistory('MYT-2'));

    const second = await deploy(commit('MYT-3 tidy'));
    const both = [{ key: 'MYT-3', in: 'commit-message' }, ...inHistory('MYT-2')];
    expect(second.found).toEqual(both);
    const shown = stage.jira.state
      .deployments('MYT-2')
      .find(({ deploymentSequenceNumber }) => deploymentSequenceNumber === number);
    expect(shown).toMatchObject({ state: 'successful' });

    const again = await runReport(
      { env: second.env, cwd: workspace.path, flags: ['--dry-run', '--json'] },
      bundle.program,
    );
    expect(JSON.parse(again.out).found).toEqual(both);

    const elsewhere = await deploy(commit('MYT-1 mend'), { more: { PLUGIN_ENVIRONMENT_NAME: 'staging' } });
    expect(elsewhere.found).toEqual([{ key: 'MYT-1', in: 'commit-message' }]);
  });

  it('are those of the run alone when that is wished, without git, and straight to Jira', async () => {
    await deploy(commit('MYT-1 deploy'));
    commit('MYT-2 in between');
    const last = commit('MYT-3 last');
    const own = [{ key: 'MYT-3', in: 'commit-message' }];
    const wished = { PLUGIN_SINCE_LAST_DEPLOYMENT: 'false', PLUGIN_STATE: 'failed' };
    expect((await deploy(last, { more: wished })).found).toEqual(own);
    const { path, remove } = await newWorkspace();
    expect((await deploy(last, { cwd: path, state: 'failed' })).found).toEqual(own);
    await remove();
    const direct = { ...directSettings(stage.jira), PLUGIN_STATE: 'failed' };
    expect((await deploy(last, { more: direct })).found).toEqual(own);
  });

  it('cannot all be known in a shallow clone, which is a notice', async () => {
    await deploy(commit('MYT-1 deployed'));
    commit('MYT-2 not cloned');
    const last = commit('MYT-3 cloned');
    const shallow = await newWorkspace();
    const clone = join(shallow.path, 'clone');
    git('clone', '--quiet', '--depth=1', pathToFileURL(workspace.path).href, clone);
    const { found, notices } = await deploy(last, { cwd: clone });
    expect(found).toEqual([{ key: 'MYT-3', in: 'commit-message' }]);
    expect(notices).toEqual([
      expect.stringContaining('the clone is shallow (let the CI fetch the whole history)'),
    ]);
    await shallow.remove();
  });

  it('are told to be incomplete when the hub cannot be asked, and the report goes on', async () => {
    const sha = commit('MYT-1 while the hub is away');
    const env = {
      ...pipeline({ DRONE_COMMIT_SHA: sha }),
      ...settings,
      PLUGIN_ENVIRONMENT_NAME: 'production',
    };
    const wrong = { ...env, PLUGIN_CONNECT_KEY: 'tieline_ck_none' };
    const ended = await runReport({ env: wrong, cwd: workspace.path, flags: ['--dry-run'] }, bundle.program);
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('The commits since the last deployment are not known');
  });
});
