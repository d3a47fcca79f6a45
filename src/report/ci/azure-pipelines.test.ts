import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('Azure Pipelines, a pull request in Azure Repos', async () => {
  expect(
    await contextOf({
      TF_BUILD: 'True',
      SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: 'https://dev.azure.com/fabrikam/',
      SYSTEM_TEAMPROJECT: 'Web Shop',
      SYSTEM_DEFINITIONID: '12',
      BUILD_DEFINITIONNAME: 'shop-ci',
      BUILD_BUILDID: '4711',
      BUILD_BUILDNUMBER: '20260114.2',
      AGENT_JOBSTATUS: 'SucceededWithIssues',
      BUILD_SOURCEBRANCH: 'refs/pull/7/merge',
      BUILD_SOURCEVERSION: 'ffac537e6cbbf934b08745a378932722df287a53',
      BUILD_SOURCEVERSIONMESSAGE: 'Merge pull request 7 from feature/MYT-3 into main',
      BUILD_REPOSITORY_PROVIDER: 'TfsGit',
      BUILD_REPOSITORY_ID: '1f2e3d4c-0000-4000-8000-0123456789ab',
      BUILD_REPOSITORY_URI: 'https://fabrikam@dev.azure.com/fabrikam/Web%20Shop/_git/shop',
      SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
      SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/feature/MYT-3',
      SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main',
      SYSTEM_PULLREQUEST_SOURCECOMMITID: sha,
      BUILD_REQUESTEDFOR: 'Jane Doe',
    }),
  ).toEqual({
    ci: 'Azure Pipelines',
    pipelineId: 'Web Shop/12',
    pipelineName: 'shop-ci',
    buildNumber: 4711,
    buildLink: 'https://dev.azure.com/fabrikam/Web%20Shop/_build/results?buildId=4711',
    status: 'SucceededWithIssues',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitMessage: 'Merge pull request 7 from feature/MYT-3 into main',
    commitLink: `https://dev.azure.com/fabrikam/Web%20Shop/_git/shop/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestApi: {
      host: 'azure-devops',
      url: 'https://dev.azure.com/fabrikam/Web%20Shop/_apis/git/repositories/1f2e3d4c-0000-4000-8000-0123456789ab/pullrequests/7?api-version=5.0',
    },
    pullRequestLink: 'https://dev.azure.com/fabrikam/Web%20Shop/_git/shop/pullrequest/7',
    repositoryUrl: 'https://dev.azure.com/fabrikam/Web%20Shop/_git/shop',
    triggeredBy: 'Jane Doe',
    notices: [],
  });
});

test('Azure Pipelines, a tag', async () => {
  expect(
    await contextOf({
      TF_BUILD: 'True',
      BUILD_BUILDID: '8',
      BUILD_DEFINITIONNAME: 'shop-ci',
      BUILD_SOURCEBRANCH: 'refs/tags/v1.2.0',
    }),
  ).toEqual({
    ci: 'Azure Pipelines',
    pipelineId: 'shop-ci',
    pipelineName: 'shop-ci',
    buildNumber: 8,
    tag: 'v1.2.0',
    notices: [],
  });
});

test('Azure Pipelines, a pull request in GitHub', async () => {
  expect(
    await contextOf({
      TF_BUILD: 'True',
      BUILD_REPOSITORY_PROVIDER: 'GitHub',
      BUILD_REPOSITORY_URI: 'https://github.com/octocat/hello-world.git',
      SYSTEM_PULLREQUEST_PULLREQUESTID: '1234567',
      SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '7',
    }),
  ).toEqual({
    ci: 'Azure Pipelines',
    pullRequestNumber: '7',
    pullRequestApi: { host: 'github', url: 'https://api.github.com/repos/octocat/hello-world/pulls/7' },
    pullRequestLink: 'https://github.com/octocat/hello-world/pull/7',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    notices: [],
  });
});
