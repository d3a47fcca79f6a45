import { type CiDefinition, from, joined } from './definition.ts';

/** CircleCI. A job has no name for its status, so STATE is needed; build numbers count by project. */
export const circleci: CiDefinition = {
  name: 'CircleCI',
  docs: 'https://circleci.com/docs/reference/variables/',
  detectedBy: ['CIRCLECI'],
  fields: {
    pipelineId: [
      joined('/', 'CIRCLE_PROJECT_USERNAME', 'CIRCLE_PROJECT_REPONAME', 'CIRCLE_JOB'),
      joined('/', 'CIRCLE_PROJECT_ID', 'CIRCLE_JOB'),
    ],
    pipelineName: ['CIRCLE_JOB', 'CIRCLE_PROJECT_REPONAME'],
    buildNumber: 'CIRCLE_BUILD_NUM',
    buildLink: 'CIRCLE_BUILD_URL',
    branch: from('CIRCLE_BRANCH', (name) => (/^pull\/\d+/.test(name) ? undefined : name)),
    tag: 'CIRCLE_TAG',
    commitSha: 'CIRCLE_SHA1',
    pullRequestNumber: [
      'CIRCLE_PR_NUMBER',
      from('CIRCLE_PULL_REQUEST', (link) => /\/(\d+)\/?$/.exec(link)?.[1]),
    ],
    pullRequestLink: 'CIRCLE_PULL_REQUEST',
    repositoryUrl: 'CIRCLE_REPOSITORY_URL',
    triggeredBy: 'CIRCLE_USERNAME',
  },
};
