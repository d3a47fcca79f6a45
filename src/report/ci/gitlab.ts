import { type CiDefinition, from, joined } from './definition.ts';

/** The first of `group/project!7,other/project!9`. */
function firstRequest(list = ''): { project: string; number: string } | undefined {
  const [, project, number] = /^([^!,]+)!(\d+)/.exec(list) ?? [];
  return project && number ? { project, number } : undefined;
}

/**
 * GitLab CI/CD. `CI_JOB_STATUS` is final in `after_script` and "running" before; the job's own start is taken, since
 * the pipeline keeps its times when a job is run again.
 */
export const gitlab: CiDefinition = {
  name: 'GitLab CI/CD',
  docs: 'https://docs.gitlab.com/ci/variables/predefined_variables/',
  detectedBy: ['GITLAB_CI'],
  // Pipelines of a merge request tell its title, those of a branch only where to find the requests from it.
  findPullRequestApi: (read, number) => {
    const [api, open] = [read('CI_API_V4_URL'), firstRequest(read('CI_OPEN_MERGE_REQUESTS'))];
    if (api === undefined || open?.number !== number) return undefined;
    const project = encodeURIComponent(open.project);
    return { host: 'gitlab', url: `${api}/projects/${project}/merge_requests/${number}` };
  },
  fields: {
    pipelineId: 'CI_PROJECT_PATH',
    pipelineName: ['CI_PIPELINE_NAME', 'CI_PROJECT_TITLE', 'CI_PROJECT_PATH'],
    buildNumber: ['CI_PIPELINE_IID', 'CI_PIPELINE_ID'],
    buildLink: ['CI_PIPELINE_URL', 'CI_JOB_URL'],
    status: 'CI_JOB_STATUS',
    branch: [
      'CI_COMMIT_BRANCH',
      from('CI_COMMIT_REF_NAME', (name, read) => (read('CI_COMMIT_TAG') === name ? undefined : name)),
    ],
    sourceBranch: ['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME', 'CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME'],
    targetBranch: ['CI_MERGE_REQUEST_TARGET_BRANCH_NAME', 'CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME'],
    tag: 'CI_COMMIT_TAG',
    commitSha: ['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA', 'CI_COMMIT_SHA'],
    commitMessage: 'CI_COMMIT_MESSAGE',
    commitLink: [
      joined('/-/commit/', 'CI_PROJECT_URL', 'CI_MERGE_REQUEST_SOURCE_BRANCH_SHA'),
      joined('/-/commit/', 'CI_PROJECT_URL', 'CI_COMMIT_SHA'),
    ],
    pullRequestNumber: [
      'CI_MERGE_REQUEST_IID',
      'CI_EXTERNAL_PULL_REQUEST_IID',
      from('CI_OPEN_MERGE_REQUESTS', (list) => firstRequest(list)?.number),
    ],
    pullRequestTitle: 'CI_MERGE_REQUEST_TITLE',
    pullRequestLink: joined('/-/merge_requests/', 'CI_MERGE_REQUEST_PROJECT_URL', 'CI_MERGE_REQUEST_IID'),
    repositoryUrl: 'CI_PROJECT_URL',
    startedAt: 'CI_JOB_STARTED_AT',
    triggeredBy: ['GITLAB_USER_NAME', 'GITLAB_USER_LOGIN'],
  },
};
