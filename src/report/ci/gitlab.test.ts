import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('GitLab CI, a merge request', async () => {
  expect(
    await contextOf({
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: 'group/shop',
      CI_PROJECT_TITLE: 'Shop',
      CI_PROJECT_URL: 'https://gitlab.example.com/group/shop',
      CI_PIPELINE_ID: '1001',
      CI_PIPELINE_IID: '17',
      CI_PIPELINE_URL: 'https://gitlab.example.com/group/shop/-/pipelines/1001',
      CI_JOB_STATUS: 'failed',
      CI_JOB_STARTED_AT: '2026-01-14T10:05:00Z',
      CI_COMMIT_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
      CI_COMMIT_REF_NAME: 'feature/MYT-3',
      CI_COMMIT_MESSAGE: "Merge branch 'feature/MYT-3' into 'main'",
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_TITLE: 'Draft: MYT-2 Fix the shop',
      CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.com/group/shop',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'feature/MYT-3',
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: sha,
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      GITLAB_USER_NAME: 'Jane Doe',
    }),
  ).toEqual({
    ci: 'GitLab CI/CD',
    pipelineId: 'group/shop',
    pipelineName: 'Shop',
    buildNumber: 17,
    buildLink: 'https://gitlab.example.com/group/shop/-/pipelines/1001',
    status: 'failed',
    branch: 'feature/MYT-3',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitMessage: "Merge branch 'feature/MYT-3' into 'main'",
    commitLink: `https://gitlab.example.com/group/shop/-/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestTitle: 'Draft: MYT-2 Fix the shop',
    pullRequestLink: 'https://gitlab.example.com/group/shop/-/merge_requests/7',
    repositoryUrl: 'https://gitlab.example.com/group/shop',
    startedAt: new Date('2026-01-14T10:05:00Z'),
    triggeredBy: 'Jane Doe',
    notices: [],
  });
});

test.each([
  [
    'a branch with merge requests',
    { CI_OPEN_MERGE_REQUESTS: 'group/upstream!7,group/shop!9' },
    {
      pullRequestNumber: '7',
      pullRequestApi: {
        host: 'gitlab',
        url: 'https://gitlab.example.com/api/v4/projects/group%2Fupstream/merge_requests/7',
      },
    },
  ],
  [
    'a pull request in another host, which is not asked by its number here',
    { CI_EXTERNAL_PULL_REQUEST_IID: '12', CI_OPEN_MERGE_REQUESTS: 'group/shop!9' },
    { pullRequestNumber: '12' },
  ],
])('GitLab CI, %s', async (_what, env, expected) => {
  const given = { GITLAB_CI: 'true', CI_API_V4_URL: 'https://gitlab.example.com/api/v4', ...env };
  expect(await contextOf(given)).toEqual({ ci: 'GitLab CI/CD', ...expected, notices: [] });
});
