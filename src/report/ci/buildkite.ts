import { type CiDefinition, exitCode, from, joined, unlessFalse } from './definition.ts';

/** Buildkite. The exit status is that of the job's command, in the hooks that follow it. */
export const buildkite: CiDefinition = {
  name: 'Buildkite',
  docs: 'https://buildkite.com/docs/pipelines/configure/environment-variables',
  detectedBy: ['BUILDKITE'],
  fields: {
    pipelineId: [
      joined('/', 'BUILDKITE_ORGANIZATION_SLUG', 'BUILDKITE_PIPELINE_SLUG'),
      'BUILDKITE_PIPELINE_SLUG',
    ],
    pipelineName: ['BUILDKITE_PIPELINE_NAME', 'BUILDKITE_PIPELINE_SLUG'],
    buildNumber: 'BUILDKITE_BUILD_NUMBER',
    buildLink: 'BUILDKITE_BUILD_URL',
    status: exitCode('BUILDKITE_COMMAND_EXIT_STATUS'),
    branch: 'BUILDKITE_BRANCH',
    targetBranch: 'BUILDKITE_PULL_REQUEST_BASE_BRANCH',
    tag: 'BUILDKITE_TAG',
    // A build started by hand says HEAD until the checkout.
    commitSha: from('BUILDKITE_COMMIT', (commit) => (commit === 'HEAD' ? undefined : commit)),
    commitMessage: 'BUILDKITE_MESSAGE',
    pullRequestNumber: unlessFalse('BUILDKITE_PULL_REQUEST'),
    repositoryUrl: 'BUILDKITE_REPO',
    triggeredBy: ['BUILDKITE_BUILD_CREATOR', 'BUILDKITE_BUILD_AUTHOR'],
  },
};
