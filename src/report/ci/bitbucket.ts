import { type CiDefinition, exitCode, from, type Read } from './definition.ts';

const site = (read: Read) => {
  const repository = read('BITBUCKET_REPO_FULL_NAME');
  return repository === undefined ? undefined : `https://bitbucket.org/${repository}`;
};

const under = (path: string, name: string) =>
  from(name, (value, read) => {
    const base = site(read);
    return base === undefined ? undefined : `${base}${path}${value}`;
  });

/** Bitbucket Pipelines. The exit code is there in `after-script` only; the title of a pull request is not exposed. */
export const bitbucket: CiDefinition = {
  name: 'Bitbucket Pipelines',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/',
  detectedBy: ['BITBUCKET_BUILD_NUMBER'],
  fields: {
    pipelineId: 'BITBUCKET_REPO_FULL_NAME',
    pipelineName: 'BITBUCKET_REPO_FULL_NAME',
    buildNumber: 'BITBUCKET_BUILD_NUMBER',
    buildLink: under('/pipelines/results/', 'BITBUCKET_BUILD_NUMBER'),
    status: exitCode('BITBUCKET_EXIT_CODE'),
    branch: 'BITBUCKET_BRANCH',
    targetBranch: 'BITBUCKET_PR_DESTINATION_BRANCH',
    tag: 'BITBUCKET_TAG',
    commitSha: 'BITBUCKET_COMMIT',
    commitLink: under('/commits/', 'BITBUCKET_COMMIT'),
    pullRequestNumber: 'BITBUCKET_PR_ID',
    pullRequestLink: under('/pull-requests/', 'BITBUCKET_PR_ID'),
    repositoryUrl: [site, 'BITBUCKET_GIT_HTTP_ORIGIN'],
    triggeredBy: 'BITBUCKET_STEP_TRIGGERER_UUID',
  },
};
