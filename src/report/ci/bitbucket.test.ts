import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('Bitbucket Pipelines, after the script of a pull request', async () => {
  expect(
    await contextOf({
      BITBUCKET_BUILD_NUMBER: '31',
      BITBUCKET_REPO_FULL_NAME: 'team/shop',
      BITBUCKET_GIT_HTTP_ORIGIN: 'http://bitbucket.org/team/shop',
      BITBUCKET_BRANCH: 'feature/MYT-3',
      BITBUCKET_PR_ID: '7',
      BITBUCKET_PR_DESTINATION_BRANCH: 'main',
      BITBUCKET_COMMIT: sha,
      BITBUCKET_EXIT_CODE: '1',
      BITBUCKET_STEP_TRIGGERER_UUID: '{d1f}',
    }),
  ).toEqual({
    ci: 'Bitbucket Pipelines',
    pipelineId: 'team/shop',
    pipelineName: 'team/shop',
    buildNumber: 31,
    buildLink: 'https://bitbucket.org/team/shop/pipelines/results/31',
    status: 'failure',
    branch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitLink: `https://bitbucket.org/team/shop/commits/${sha}`,
    pullRequestNumber: '7',
    pullRequestApi: {
      host: 'bitbucket',
      url: 'https://api.bitbucket.org/2.0/repositories/team/shop/pullrequests/7',
    },
    pullRequestLink: 'https://bitbucket.org/team/shop/pull-requests/7',
    repositoryUrl: 'https://bitbucket.org/team/shop',
    triggeredBy: '{d1f}',
    notices: [],
  });
});
