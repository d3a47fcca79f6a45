import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

const githubPullRequest = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'octocat/hello-world',
  GITHUB_WORKFLOW: 'Build',
  GITHUB_WORKFLOW_REF: 'octocat/hello-world/.github/workflows/build.yml@refs/pull/7/merge',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_NUMBER: '3',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
  GITHUB_REF: 'refs/pull/7/merge',
  GITHUB_HEAD_REF: 'feature/MYT-3',
  GITHUB_BASE_REF: 'main',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_EVENT_PATH: '/event.json',
  GITHUB_ACTOR: 'octocat',
};

test('GitHub Actions, a pull request with its event', async () => {
  expect(
    await contextOf(githubPullRequest, {
      '/event.json': JSON.stringify({
        pull_request: {
          number: 7,
          title: '[MYT-2] Fix the shop',
          html_url: 'https://github.com/octocat/hello-world/pull/7',
          head: { ref: 'feature/MYT-3', sha },
          base: { ref: 'main' },
        },
      }),
    }),
  ).toEqual({
    ci: 'GitHub Actions',
    pipelineId: 'octocat/hello-world/build.yml',
    pipelineName: 'Build',
    buildNumber: 3,
    buildLink: 'https://github.com/octocat/hello-world/actions/runs/1658821493',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestTitle: '[MYT-2] Fix the shop',
    pullRequestLink: 'https://github.com/octocat/hello-world/pull/7',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    triggeredBy: 'octocat',
    notices: [],
  });
});

test('GitHub Actions, a workflow that follows another', async () => {
  expect(
    await contextOf(
      {
        ...githubPullRequest,
        GITHUB_HEAD_REF: '',
        GITHUB_BASE_REF: '',
        GITHUB_REF: 'refs/heads/main',
      },
      {
        '/event.json': JSON.stringify({
          workflow_run: {
            name: 'Tests',
            path: '.github/workflows/tests.yml',
            run_number: 88,
            html_url: 'https://github.com/octocat/hello-world/actions/runs/99',
            conclusion: 'timed_out',
            status: 'completed',
            head_branch: 'feature/MYT-5',
            head_sha: sha,
            head_commit: { message: 'MYT-6 test more' },
            run_started_at: '2026-01-14T10:00:00Z',
            updated_at: '2026-01-14T10:09:00Z',
            actor: { login: 'hubot' },
          },
        }),
      },
    ),
  ).toEqual({
    ci: 'GitHub Actions',
    pipelineId: 'octocat/hello-world/tests.yml',
    pipelineName: 'Tests',
    buildNumber: 88,
    buildLink: 'https://github.com/octocat/hello-world/actions/runs/99',
    status: 'timed_out',
    branch: 'feature/MYT-5',
    commitSha: sha,
    commitMessage: 'MYT-6 test more',
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    repositoryUrl: 'https://github.com/octocat/hello-world',
    startedAt: new Date('2026-01-14T10:00:00Z'),
    finishedAt: new Date('2026-01-14T10:09:00Z'),
    triggeredBy: 'hubot',
    notices: [],
  });
});

test.each<[string, Record<string, string>, object]>([
  ['whose event is not there', { GITHUB_EVENT_PATH: '' }, {}],
  [
    'in a merge queue',
    { GITHUB_REF: 'refs/heads/gh-readonly-queue/main/pr-7-0f3c' },
    { merge_group: { head_ref: 'refs/heads/gh-readonly-queue/main/pr-7-0f3c' } },
  ],
  [
    'in a workflow that follows another',
    { GITHUB_REF: 'refs/heads/main' },
    { workflow_run: { run_number: 88, pull_requests: [{ number: 7 }, { number: 9 }] } },
  ],
])('GitHub Actions, a pull request %s, is one to ask for', async (_where, env, event) => {
  const given = { ...githubPullRequest, GITHUB_API_URL: 'https://github.example.com/api/v3', ...env };
  expect(await contextOf(given, { '/event.json': JSON.stringify(event) })).toMatchObject({
    pullRequestNumber: '7',
    pullRequestApi: {
      host: 'github',
      url: 'https://github.example.com/api/v3/repos/octocat/hello-world/pulls/7',
    },
    notices: [],
  });
});
