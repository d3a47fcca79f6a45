import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('CircleCI', async () => {
  expect(
    await contextOf({
      CIRCLECI: 'true',
      CIRCLE_BRANCH: 'feature/MYT-3',
      CIRCLE_BUILD_NUM: '77',
      CIRCLE_BUILD_URL: 'https://circleci.com/gh/octocat/hello-world/77',
      CIRCLE_JOB: 'test',
      CIRCLE_PROJECT_USERNAME: 'octocat',
      CIRCLE_PROJECT_REPONAME: 'hello-world',
      CIRCLE_PULL_REQUEST: 'https://github.com/octocat/hello-world/pull/7',
      CIRCLE_REPOSITORY_URL: 'git@github.com:octocat/hello-world.git',
      CIRCLE_SHA1: sha,
      CIRCLE_USERNAME: 'octocat',
    }),
  ).toEqual({
    ci: 'CircleCI',
    pipelineId: 'octocat/hello-world/test',
    pipelineName: 'test',
    buildNumber: 77,
    buildLink: 'https://circleci.com/gh/octocat/hello-world/77',
    branch: 'feature/MYT-3',
    commitSha: sha,
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestApi: { host: 'github', url: 'https://api.github.com/repos/octocat/hello-world/pulls/7' },
    pullRequestLink: 'https://github.com/octocat/hello-world/pull/7',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    triggeredBy: 'octocat',
    notices: [],
  });
});
