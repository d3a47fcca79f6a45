import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('Vela, a pull request', async () => {
  expect(
    await contextOf({
      VELA: 'true',
      VELA_BUILD_NUMBER: '1',
      VELA_BUILD_LINK: 'https://vela.example.com/octocat/hello-world/1',
      VELA_BUILD_STATUS: 'running',
      VELA_BUILD_BRANCH: 'main',
      VELA_BUILD_COMMIT: sha,
      VELA_BUILD_MESSAGE: 'MYT-1 First commit',
      VELA_BUILD_SOURCE: 'https://github.com/octocat/hello-world/pull/7',
      VELA_BUILD_PULL_REQUEST: '7',
      VELA_PULL_REQUEST_SOURCE: 'dev',
      VELA_PULL_REQUEST_TARGET: 'main',
      VELA_BUILD_STARTED: '1556730001',
      VELA_BUILD_SENDER: 'NealColeman',
      VELA_REPO_FULL_NAME: 'octocat/hello-world',
      VELA_REPO_LINK: 'https://github.com/octocat/hello-world',
    }),
  ).toEqual({
    ci: 'Vela',
    pipelineId: 'octocat/hello-world',
    pipelineName: 'octocat/hello-world',
    buildNumber: 1,
    buildLink: 'https://vela.example.com/octocat/hello-world/1',
    status: 'running',
    branch: 'main',
    sourceBranch: 'dev',
    targetBranch: 'main',
    commitSha: sha,
    commitMessage: 'MYT-1 First commit',
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestApi: { host: 'github', url: 'https://api.github.com/repos/octocat/hello-world/pulls/7' },
    pullRequestLink: 'https://github.com/octocat/hello-world/pull/7',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    startedAt: new Date(1_556_730_001_000),
    triggeredBy: 'NealColeman',
    notices: [],
  });
});
