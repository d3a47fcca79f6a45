import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

const harnessPullRequest = {
  DRONE: 'true',
  CI: 'true',
  DRONE_BUILD_NUMBER: '42',
  DRONE_BUILD_STATUS: 'success',
  DRONE_BUILD_LINK:
    'https://app.harness.io/ng/account/a/ci/orgs/default/projects/shop/pipelines/web/executions/e/pipeline',
  DRONE_BUILD_EVENT: 'pull_request',
  DRONE_BUILD_STARTED: '1764000000',
  DRONE_BUILD_FINISHED: '1764000000',
  DRONE_BRANCH: 'main',
  DRONE_COMMIT_BRANCH: 'main',
  DRONE_SOURCE_BRANCH: 'feature/MYT-3',
  DRONE_TARGET_BRANCH: 'main',
  DRONE_COMMIT_SHA: sha,
  DRONE_COMMIT_MESSAGE: '[MYT-1] fix',
  DRONE_COMMIT_LINK: 'https://github.com/octocat/hello-world/pull/7',
  DRONE_COMMIT_AUTHOR: 'null',
  DRONE_PULL_REQUEST: '7',
  DRONE_PULL_REQUEST_TITLE: '[MYT-2] Fix the shop',
  DRONE_REPO: 'octocat/hello-world',
  DRONE_REPO_LINK: 'https://github.com/octocat/hello-world',
  HARNESS_ACCOUNT_ID: 'a',
  HARNESS_ORG_ID: 'default',
  HARNESS_PROJECT_ID: 'shop',
  HARNESS_PIPELINE_ID: 'web',
  HARNESS_BUILD_ID: '42',
  HARNESS_USER_ID: 'u1',
};

test('Harness, a pull request', async () => {
  expect(await contextOf(harnessPullRequest)).toEqual({
    ci: 'Harness or Drone',
    pipelineId: 'default/shop/web',
    pipelineName: 'web',
    buildNumber: 42,
    buildLink: harnessPullRequest.DRONE_BUILD_LINK,
    status: 'success',
    branch: 'main',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitMessage: '[MYT-1] fix',
    commitLink: 'https://github.com/octocat/hello-world/pull/7',
    pullRequestNumber: '7',
    pullRequestTitle: '[MYT-2] Fix the shop',
    pullRequestLink: 'https://github.com/octocat/hello-world/pull/7',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    startedAt: new Date(1_764_000_000_000),
    triggeredBy: 'u1',
    notices: [],
  });
});

test('Drone, a tag', async () => {
  expect(
    await contextOf({
      DRONE: 'true',
      DRONE_BUILD_NUMBER: '9',
      DRONE_BUILD_STATUS: 'failure',
      DRONE_BUILD_LINK: 'https://drone.example.com/octocat/hello-world/9',
      DRONE_BUILD_STARTED: '0',
      DRONE_BRANCH: 'refs/tags/v1.2.0',
      DRONE_TAG: 'v1.2.0',
      DRONE_COMMIT_SHA: sha,
      DRONE_COMMIT_LINK: `https://github.com/octocat/hello-world/commit/${sha}`,
      DRONE_REPO: 'octocat/hello-world',
      DRONE_GIT_HTTP_URL: 'https://github.com/octocat/hello-world.git',
    }),
  ).toEqual({
    ci: 'Harness or Drone',
    pipelineId: 'octocat/hello-world',
    pipelineName: 'octocat/hello-world',
    buildNumber: 9,
    buildLink: 'https://drone.example.com/octocat/hello-world/9',
    status: 'failure',
    tag: 'v1.2.0',
    commitSha: sha,
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    repositoryUrl: 'https://github.com/octocat/hello-world',
    notices: [],
  });
});
