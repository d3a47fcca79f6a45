import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('Travis CI, a pull request', async () => {
  expect(
    await contextOf({
      TRAVIS: 'true',
      TRAVIS_BUILD_NUMBER: '60',
      TRAVIS_BUILD_WEB_URL: 'https://app.travis-ci.com/github/octocat/hello-world/builds/468',
      TRAVIS_BRANCH: 'main',
      TRAVIS_PULL_REQUEST: '7',
      TRAVIS_PULL_REQUEST_BRANCH: 'feature/MYT-3',
      TRAVIS_PULL_REQUEST_SHA: sha,
      TRAVIS_COMMIT: 'ffac537e6cbbf934b08745a378932722df287a53',
      TRAVIS_COMMIT_MESSAGE: 'MYT-1 fix',
      TRAVIS_REPO_SLUG: 'octocat/hello-world',
      TRAVIS_TEST_RESULT: '1',
      TRAVIS_TAG: '',
    }),
  ).toEqual({
    ci: 'Travis CI',
    pipelineId: 'octocat/hello-world',
    pipelineName: 'octocat/hello-world',
    buildNumber: 60,
    buildLink: 'https://app.travis-ci.com/github/octocat/hello-world/builds/468',
    status: 'failure',
    branch: 'main',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitMessage: 'MYT-1 fix',
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestApi: { host: 'github', url: 'https://api.github.com/repos/octocat/hello-world/pulls/7' },
    repositoryUrl: 'https://github.com/octocat/hello-world',
    notices: [],
  });
});
