import { type CiDefinition, from, joined } from './definition.ts';

/** Harness says `true` and `false` for the status of a stage at times. */
const stageStatus = (status: string) => ({ true: 'success', false: 'failure' })[status] ?? status;

const pullRequestPath = /\/(pull|pulls|pullreq|pull-requests|merge_requests)\//;

/**
 * Harness CI, Harness Open Source and Drone, which share the `DRONE_` names. The `_FINISHED` times are not read: a
 * running build has none, and Harness fills in the time of its creation, Drone that of the step's start.
 */
export const harness: CiDefinition = {
  name: 'Harness or Drone',
  docs: 'https://developer.harness.io/docs/continuous-integration/troubleshoot-ci/ci-env-var',
  detectedBy: [
    'DRONE',
    'DRONE_BUILD_NUMBER',
    'DRONE_BUILD_STATUS',
    'DRONE_BUILD_LINK',
    'DRONE_COMMIT_SHA',
    'DRONE_COMMIT_MESSAGE',
    'DRONE_COMMIT_BRANCH',
    'DRONE_SOURCE_BRANCH',
    'DRONE_PULL_REQUEST_TITLE',
    'DRONE_TAG',
    'HARNESS_BUILD_ID',
    'HARNESS_PIPELINE_ID',
    'HARNESS_EXECUTION_ID',
  ],
  blanks: ['null'],
  fields: {
    pipelineId: [
      joined('/', 'HARNESS_ORG_ID', 'HARNESS_PROJECT_ID', 'HARNESS_PIPELINE_ID'),
      'HARNESS_PIPELINE_ID',
      'DRONE_REPO',
    ],
    pipelineName: ['HARNESS_PIPELINE_ID', 'DRONE_REPO', 'DRONE_REPO_NAME'],
    buildNumber: ['DRONE_BUILD_NUMBER', 'HARNESS_BUILD_ID', 'CI_BUILD_NUMBER'],
    buildLink: ['DRONE_BUILD_LINK', 'CI_BUILD_LINK'],
    status: ['DRONE_BUILD_STATUS', 'CI_BUILD_STATUS', from('DRONE_STAGE_STATUS', stageStatus)],
    branch: ['DRONE_COMMIT_BRANCH', 'DRONE_BRANCH', 'CI_COMMIT_BRANCH'],
    sourceBranch: 'DRONE_SOURCE_BRANCH',
    targetBranch: 'DRONE_TARGET_BRANCH',
    tag: ['DRONE_TAG', 'DRONE_SEMVER'],
    commitSha: ['DRONE_COMMIT_SHA', 'DRONE_COMMIT', 'CI_COMMIT_SHA'],
    commitMessage: ['DRONE_COMMIT_MESSAGE', 'CI_COMMIT_MESSAGE'],
    commitLink: 'DRONE_COMMIT_LINK',
    pullRequestNumber: 'DRONE_PULL_REQUEST',
    pullRequestTitle: 'DRONE_PULL_REQUEST_TITLE',
    pullRequestLink: from('DRONE_COMMIT_LINK', (link) => (pullRequestPath.test(link) ? link : undefined)),
    repositoryUrl: [
      'DRONE_REPO_LINK',
      'CI_REPO_LINK',
      'DRONE_GIT_HTTP_URL',
      'CI_REPO_REMOTE',
      'DRONE_REMOTE_URL',
      'DRONE_GIT_SSH_URL',
    ],
    startedAt: ['DRONE_BUILD_STARTED', 'CI_BUILD_STARTED'],
    triggeredBy: ['DRONE_BUILD_TRIGGER', 'DRONE_COMMIT_AUTHOR', 'HARNESS_USER_ID'],
  },
};
