import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contextOf } from './ci/context-of.ts';
import { ciDefinitions } from './ci/index.ts';
import { readCiContext, runFiles } from './ci-context.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

const push = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'octocat/hello-world',
  GITHUB_RUN_NUMBER: '3',
  GITHUB_REF: 'refs/heads/feature/MYT-3',
  GITHUB_EVENT_PATH: '/event.json',
};

test('every CI with a table has a test beside it', () => {
  const folder = join(import.meta.dirname, 'ci');
  const others = ['definition.ts', 'index.ts', 'context-of.ts'];
  const tables = readdirSync(folder).filter((name) => !name.endsWith('.test.ts') && !others.includes(name));
  expect(tables).toHaveLength(ciDefinitions.length);
  expect(tables.filter((name) => !existsSync(join(folder, name.replace('.ts', '.test.ts'))))).toEqual([]);
});

describe('what a CI says in a file', () => {
  test.each<[string, Record<string, string>]>([
    ['missing', {}],
    ['broken', { '/event.json': '{' }],
  ])('a %s event is a notice; the variables still count', async (_name, files) => {
    expect(await contextOf(push, files)).toMatchObject({
      branch: 'feature/MYT-3',
      buildNumber: 3,
      notices: [expect.stringContaining('GitHub Actions')],
    });
  });

  test('the file is read from the disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tieline-event-'));
    const path = join(folder, 'event.json');
    writeFileSync(path, JSON.stringify({ head_commit: { message: 'MYT-9 pushed' } }));
    const context = await readCiContext({ ...push, GITHUB_EVENT_PATH: path }, runFiles(folder));
    expect(context).toMatchObject({ commitMessage: 'MYT-9 pushed' });
  });

  test('half characters and NULs do not come through', async () => {
    const event = JSON.stringify({ head_commit: { message: 'MYT-9 \uD83D\0!' } });
    expect(await contextOf(push, { '/event.json': event })).toMatchObject({
      commitMessage: 'MYT-9 \uFFFD!',
    });
  });
});

test('the times 0 and nonsense, and a number that is none, are absent', async () => {
  const env = {
    DRONE: 'true',
    DRONE_BUILD_NUMBER: '7a',
    DRONE_BUILD_STARTED: '0',
    DRONE_BUILD_LINK: 'job/7',
  };
  expect(await contextOf(env)).toEqual({ ci: 'Harness or Drone', notices: [] });
  const far = { ...env, DRONE_BUILD_STARTED: '9'.repeat(15), DRONE_BUILD_NUMBER: '9'.repeat(20) };
  expect(await contextOf(far)).toEqual({ ci: 'Harness or Drone', notices: [] });
});

test('a CI without a table is read by env-ci', async () => {
  const env = {
    APPVEYOR: 'True',
    CI: 'True',
    APPVEYOR_BUILD_NUMBER: '4',
    APPVEYOR_BUILD_VERSION: '1.0.4',
    APPVEYOR_PROJECT_SLUG: 'shop',
    APPVEYOR_PULL_REQUEST_NUMBER: '7',
    APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH: 'feature/MYT-3',
    APPVEYOR_REPO_BRANCH: 'main',
    APPVEYOR_REPO_COMMIT: sha,
    APPVEYOR_REPO_NAME: 'acme/shop',
  };
  expect(await contextOf(env)).toEqual({
    ci: 'Appveyor',
    pipelineId: 'acme/shop',
    pipelineName: 'acme/shop',
    buildNumber: 4,
    buildLink: 'https://ci.appveyor.com/project/shop/build/1.0.4',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    pullRequestNumber: '7',
    notices: [],
  });
});

test('outside any CI there is no context', async () => {
  expect(await contextOf({})).toEqual({ ci: 'none', notices: [] });
});
