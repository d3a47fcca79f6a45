import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('Jenkins, a pull request of a multibranch project', async () => {
  expect(
    await contextOf({
      JENKINS_URL: 'https://jenkins.example.com/',
      JOB_NAME: 'shop/PR-24',
      BUILD_NUMBER: '153',
      BUILD_URL: 'https://jenkins.example.com/job/shop/job/PR-24/153/',
      BRANCH_NAME: 'PR-24',
      GIT_BRANCH: 'PR-24',
      GIT_COMMIT: sha,
      GIT_URL: 'git@github.com:octocat/hello-world.git',
      CHANGE_ID: '24',
      CHANGE_TITLE: 'MYT-2 Fix the shop',
      CHANGE_URL: 'https://github.com/octocat/hello-world/pull/24',
      CHANGE_BRANCH: 'feature/MYT-3',
      CHANGE_TARGET: 'main',
      CHANGE_AUTHOR: 'octocat',
    }),
  ).toEqual({
    ci: 'Jenkins',
    pipelineId: 'shop/PR-24',
    pipelineName: 'shop/PR-24',
    buildNumber: 153,
    buildLink: 'https://jenkins.example.com/job/shop/job/PR-24/153/',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    pullRequestNumber: '24',
    pullRequestTitle: 'MYT-2 Fix the shop',
    pullRequestLink: 'https://github.com/octocat/hello-world/pull/24',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    triggeredBy: 'octocat',
    notices: [],
  });
});

test('Jenkins, a branch of a freestyle project', async () => {
  expect(
    await contextOf({
      JENKINS_URL: 'https://jenkins.example.com/',
      JOB_NAME: 'shop',
      BUILD_NUMBER: '5',
      GIT_BRANCH: 'origin/feature/MYT-3',
    }),
  ).toEqual({
    ci: 'Jenkins',
    pipelineId: 'shop',
    pipelineName: 'shop',
    buildNumber: 5,
    branch: 'feature/MYT-3',
    notices: [],
  });
});
