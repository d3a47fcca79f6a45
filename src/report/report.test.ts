import { describe, expect, test } from 'vitest';
import type { Environment } from './ci/definition.ts';
import { readCiContext } from './ci-context.ts';
import { makeReport, type PreparedReport, type ReportInput } from './report.ts';
import { readSettings } from './settings.ts';

const now = new Date('2026-01-14T10:10:00Z');
const readText = (path: string): string => {
  throw new Error(`ENOENT: ${path}`);
};

/** The run that the old program's requests were recorded of. */
const drone = {
  DRONE_BUILD_NUMBER: '7',
  DRONE_BUILD_STATUS: 'success',
  DRONE_BUILD_LINK: 'http://ci.local/7',
  DRONE_COMMIT_MESSAGE: '[MYT-1] fix MYT-2',
  DRONE_COMMIT_SHA: 'abc123',
  DRONE_COMMIT_BRANCH: 'feature/MYT-3',
  DRONE_COMMIT_LINK: 'http://git.local/octo/shop/commit/abc123',
  DRONE_REPO_LINK: 'http://git.local/octo/shop',
  PLUGIN_PROJECT: 'MYT',
  PLUGIN_PIPELINE: 'p1',
  PLUGIN_INSTANCE: 'myorg',
};

/** The report that the command makes in an environment. */
async function reportIn(env: Environment, more: Partial<ReportInput> = {}): Promise<PreparedReport> {
  const settings = readSettings({ env, flags: {}, readText });
  const context = await readCiContext(env, { cwd: '/nowhere', readText });
  return makeReport({ settings, context, now, ...more });
}

const buildOf = (report: PreparedReport) => {
  if (report.kind !== 'build') throw new Error(`a ${report.kind}: ${report.notices.join()}`);
  return report.build;
};

const deploymentOf = (report: PreparedReport) => {
  if (report.kind !== 'deployment') throw new Error(`a ${report.kind}: ${report.notices.join()}`);
  return report.deployment;
};

test('a run without an environment is a build', async () => {
  expect(await reportIn(drone)).toEqual({
    kind: 'build',
    issueKeys: ['MYT-1', 'MYT-2', 'MYT-3'],
    found: [
      { key: 'MYT-1', in: 'commit-message' },
      { key: 'MYT-2', in: 'commit-message' },
      { key: 'MYT-3', in: 'branch' },
    ],
    notices: [],
    build: {
      pipelineId: 'p1',
      buildNumber: 7,
      displayName: 'p1',
      description: '[MYT-1] fix MYT-2',
      url: 'http://ci.local/7',
      state: 'successful',
      lastUpdated: now,
      issueKeys: ['MYT-1', 'MYT-2', 'MYT-3'],
      references: [
        {
          commit: { id: 'abc123', repositoryUrl: 'http://git.local/octo/shop' },
          ref: { name: 'feature/MYT-3', url: 'http://git.local/octo/shop' },
        },
      ],
    },
  });
});

test('a run with an environment is a deployment', async () => {
  const report = await reportIn({
    ...drone,
    PLUGIN_ENVIRONMENT_NAME: 'EU-west-prod',
    PLUGIN_STATE: 'success',
    DRONE_TAG: 'v1.2.0',
    DRONE_BUILD_STARTED: String(now.getTime() / 1000 - 90),
    DRONE_COMMIT_AUTHOR: 'jane',
    TIELINE_SERVICE: 'ari:cloud:1',
  });
  expect(deploymentOf(report)).toEqual({
    pipeline: { id: 'p1', displayName: 'p1', url: 'http://ci.local/7' },
    deploymentNumber: 7,
    displayName: 'p1 #7',
    description: '[MYT-1] fix MYT-2',
    label: 'v1.2.0',
    url: 'http://ci.local/7',
    state: 'successful',
    lastUpdated: now,
    issueKeys: ['MYT-1', 'MYT-2', 'MYT-3'],
    triggeredBy: 'jane',
    services: ['ari:cloud:1'],
    environment: { id: 'eu-west-prod', displayName: 'EU-west-prod', type: 'production' },
    commit: { id: 'abc123', repositoryUrl: 'http://git.local/octo/shop' },
    duration: 90,
  });
});

describe('the issues of a run', () => {
  const pullRequest = {
    ...drone,
    DRONE_PULL_REQUEST: '9',
    DRONE_PULL_REQUEST_TITLE: 'MYT-9 and XMYT-1',
    DRONE_SOURCE_BRANCH: 'fix/myt-8',
    DRONE_TARGET_BRANCH: 'feature/MYT-3',
    DRONE_TAG: 'myt-1-rc',
  };

  test('are found in title, message, branches, tag and history, in this order', async () => {
    const report = await reportIn(pullRequest, { history: ['MYT-20', 'MYT-21 MYT-1 OPS-1', 'MYT-20'] });
    expect(report.found).toEqual([
      { key: 'MYT-9', in: 'pull-request-title' },
      { key: 'MYT-1', in: 'commit-message' },
      { key: 'MYT-2', in: 'commit-message' },
      { key: 'MYT-8', in: 'branch' },
      { key: 'MYT-3', in: 'target-branch' },
      { key: 'MYT-1', in: 'tag' },
      { key: 'MYT-20', in: 'history' },
      { key: 'MYT-21', in: 'history' },
    ]);
    expect(report.issueKeys).toEqual(['MYT-9', 'MYT-1', 'MYT-2', 'MYT-8', 'MYT-3', 'MYT-20', 'MYT-21']);
  });

  test('are looked for in a branch once, though some CIs give it under two names', async () => {
    const env = { ...drone, DRONE_SOURCE_BRANCH: 'feature/MYT-3', DRONE_TARGET_BRANCH: 'feature/MYT-3' };
    const { found } = await reportIn(env);
    expect(found.filter((one) => one.key === 'MYT-3')).toEqual([{ key: 'MYT-3', in: 'branch' }]);
  });

  test('are those of the list when there is one, of any project', async () => {
    const report = await reportIn({ ...pullRequest, PLUGIN_ISSUEKEYS: 'ops-5, MYT-6' });
    expect(report.found).toEqual([
      { key: 'OPS-5', in: 'setting' },
      { key: 'MYT-6', in: 'setting' },
    ]);
  });

  test('are of any project but the names of standards when none is named', async () => {
    const report = await reportIn({ ...drone, PLUGIN_PROJECT: '', DRONE_COMMIT_MESSAGE: 'UTF-8 for OPS-1' });
    expect(report.issueKeys).toEqual(['OPS-1', 'MYT-3']);
  });

  test('none: nothing is sent, and the notice names the project', async () => {
    const report = await reportIn({ ...drone, PLUGIN_PROJECT: 'OPS' });
    expect(report).toMatchObject({ kind: 'none', reason: 'no-issue-keys', issueKeys: [], found: [] });
    expect(report.notices).toEqual([
      'No issue key of OPS in commit message, branch or tag; of other projects there is MYT-1, MYT-2, MYT-3',
    ]);
    const listed = await reportIn({ ...drone, PLUGIN_ISSUEKEYS: 'nothing' });
    expect(listed).toMatchObject({ kind: 'none', reason: 'no-issue-keys' });
  });

  test('may be none when a service is deployed', async () => {
    const env = { ...drone, PLUGIN_PROJECT: 'OPS', PLUGIN_ENVIRONMENT_NAME: 'qa', PLUGIN_SERVICE: 's1' };
    expect(deploymentOf(await reportIn(env))).toMatchObject({ issueKeys: [], services: ['s1'] });
    expect(await reportIn({ ...env, PLUGIN_ENVIRONMENT_NAME: '' })).toMatchObject({ kind: 'none' });
  });
});

describe('the state', () => {
  test('STATE: success on a failed pipeline sends nothing and says so', async () => {
    for (const more of [{}, { PLUGIN_ENVIRONMENT_NAME: 'production' }]) {
      const report = await reportIn({
        ...drone,
        ...more,
        PLUGIN_STATE: 'success',
        DRONE_BUILD_STATUS: 'failure',
      });
      expect(report).toMatchObject({ kind: 'none', reason: 'state-not-wanted' });
      expect(report.notices).toEqual([
        "Nothing is sent: STATE is success, and the pipeline's own status is failure",
      ]);
    }
  });

  test('a rolled back build is unknown, a rolled back deployment is what it is', async () => {
    const env = { ...drone, PLUGIN_STATE: 'rolled_back' };
    const report = await reportIn(env);
    expect(buildOf(report).state).toBe('unknown');
    expect(report.notices).toEqual(['A build cannot be rolled_back in Jira; sent as unknown']);
    expect(deploymentOf(await reportIn({ ...env, PLUGIN_ENVIRONMENT_NAME: 'qa' })).state).toBe('rolled_back');
  });

  test('of one build, in progress comes before its end whatever is told first', async () => {
    const started = { ...drone, DRONE_BUILD_STARTED: String(now.getTime() / 1000 - 60) };
    const end = buildOf(await reportIn(started));
    const later = new Date(now.getTime() + 5000);
    const running = buildOf(await reportIn({ ...started, PLUGIN_STATE: 'running' }, { now: later }));
    expect(running.lastUpdated.getTime()).toBeLessThan(end.lastUpdated.getTime());
  });
});

describe('what is not given', () => {
  test('the pipeline is that of the CI, with an id that fits in an address', async () => {
    const env = {
      ...drone,
      PLUGIN_PIPELINE: '',
      HARNESS_ORG_ID: 'default',
      HARNESS_PROJECT_ID: 'shop',
      HARNESS_PIPELINE_ID: 'web',
    };
    expect(buildOf(await reportIn(env))).toMatchObject({
      pipelineId: 'default~shop~web',
      displayName: 'web',
    });
  });

  test('outside any CI there are defaults, each with a notice', async () => {
    const report = await reportIn({ PLUGIN_ISSUEKEYS: 'MYT-1', PLUGIN_INSTANCE: 'myorg' });
    expect(buildOf(report)).toMatchObject({
      pipelineId: 'pipeline',
      buildNumber: 1_768_385_400,
      url: 'https://myorg.atlassian.net',
      state: 'unknown',
    });
    expect(report.notices).toHaveLength(3);
  });

  test('no address at all is an error that names the setting', async () => {
    await expect(reportIn({ PLUGIN_ISSUEKEYS: 'MYT-1' })).rejects.toMatchObject({
      code: 'report-incomplete',
      hint: expect.stringContaining('LINK'),
    });
  });

  test('a type of environment that Jira does not know is taken from the name, with a notice', async () => {
    const env = { ...drone, PLUGIN_ENVIRONMENT_NAME: 'qa1', PLUGIN_ENVIRONMENT_TYPE: 'banana' };
    const report = await reportIn(env);
    expect(deploymentOf(report).environment).toEqual({ id: 'qa1', displayName: 'qa1', type: 'testing' });
    expect(report.notices).toEqual([expect.stringContaining('banana')]);
    const typed = {
      ...drone,
      PLUGIN_ENVIRONMENT_NAME: 'eu',
      PLUGIN_ENVIRONMENT_TYPE: 'prod',
      PLUGIN_ENVIRONMENT_ID: 'e1',
    };
    expect(deploymentOf(await reportIn(typed)).environment).toEqual({
      id: 'e1',
      displayName: 'eu',
      type: 'production',
    });
  });
});

test('a pull request is a reference too, tests are counted, a label is taken as given', async () => {
  const env = {
    ...drone,
    DRONE_PULL_REQUEST: '9',
    DRONE_COMMIT_LINK: 'https://git.local/octo/shop/pulls/9',
    PLUGIN_LABEL: 'nightly',
    DRONE_TAG: 'v1',
  };
  const tests = { total: 3, passed: 2, failed: 1, skipped: 0 };
  const build = buildOf(await reportIn(env, { tests }));
  expect(build).toMatchObject({ testInfo: tests, label: 'nightly' });
  expect(build.references?.at(-1)).toEqual({
    ref: { name: 'pull request 9', url: 'https://git.local/octo/shop/pulls/9' },
  });
});
