import { type CiDefinition, from } from './definition.ts';

/** Vela. */
export const vela: CiDefinition = {
  name: 'Vela',
  docs: 'https://go-vela.github.io/docs/reference/environment/variables/',
  detectedBy: ['VELA'],
  fields: {
    pipelineId: 'VELA_REPO_FULL_NAME',
    pipelineName: 'VELA_REPO_FULL_NAME',
    buildNumber: 'VELA_BUILD_NUMBER',
    buildLink: 'VELA_BUILD_LINK',
    status: 'VELA_BUILD_STATUS',
    branch: 'VELA_BUILD_BRANCH',
    sourceBranch: 'VELA_PULL_REQUEST_SOURCE',
    targetBranch: 'VELA_PULL_REQUEST_TARGET',
    tag: 'VELA_BUILD_TAG',
    commitSha: 'VELA_BUILD_COMMIT',
    commitMessage: 'VELA_BUILD_MESSAGE',
    commitLink: from('VELA_BUILD_SOURCE', (link) => (link.includes('/commit/') ? link : undefined)),
    pullRequestNumber: ['VELA_PULL_REQUEST', 'VELA_BUILD_PULL_REQUEST'],
    pullRequestLink: from('VELA_BUILD_SOURCE', (link) => (link.includes('/pull/') ? link : undefined)),
    repositoryUrl: ['VELA_REPO_LINK', 'VELA_REPO_CLONE'],
    startedAt: 'VELA_BUILD_STARTED',
    triggeredBy: ['VELA_BUILD_SENDER', 'VELA_BUILD_AUTHOR'],
  },
};
