import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

test('Buildkite', async () => {
  expect(
    await contextOf({
      BUILDKITE: 'true',
      BUILDKITE_ORGANIZATION_SLUG: 'acme',
      BUILDKITE_PIPELINE_SLUG: 'shop',
      BUILDKITE_PIPELINE_NAME: 'Shop',
      BUILDKITE_BUILD_NUMBER: '59034',
      BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/shop/builds/59034',
      BUILDKITE_BRANCH: 'feature/MYT-3',
      BUILDKITE_COMMIT: 'HEAD',
      BUILDKITE_MESSAGE: 'MYT-1 fix',
      BUILDKITE_PULL_REQUEST: 'false',
      BUILDKITE_PULL_REQUEST_BASE_BRANCH: '',
      BUILDKITE_REPO: 'https://token@github.com/octocat/hello-world.git',
      BUILDKITE_TAG: '',
      BUILDKITE_COMMAND_EXIT_STATUS: '0',
      BUILDKITE_BUILD_CREATOR: 'Jane Doe',
    }),
  ).toEqual({
    ci: 'Buildkite',
    pipelineId: 'acme/shop',
    pipelineName: 'Shop',
    buildNumber: 59034,
    buildLink: 'https://buildkite.com/acme/shop/builds/59034',
    status: 'success',
    branch: 'feature/MYT-3',
    commitMessage: 'MYT-1 fix',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    triggeredBy: 'Jane Doe',
    notices: [],
  });
});
