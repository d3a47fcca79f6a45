import { type CiDefinition, from } from './definition.ts';

const withoutRemote = (name: string) => name.replace(/^origin\//, '');

/**
 * Jenkins: its own names, and those of the Git, branch source, GitHub pull request builder and GitLab plugins. A
 * step has no name for the status, so STATE is needed. BRANCH_NAME of a pull request is `PR-24`, which is no branch.
 */
export const jenkins: CiDefinition = {
  name: 'Jenkins',
  docs: 'https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables',
  detectedBy: ['JENKINS_URL', 'JENKINS_HOME'],
  fields: {
    pipelineId: 'JOB_NAME',
    pipelineName: 'JOB_NAME',
    buildNumber: 'BUILD_NUMBER',
    buildLink: ['BUILD_URL', 'RUN_DISPLAY_URL'],
    branch: [
      from('BRANCH_NAME', (name, read) => ((read('CHANGE_ID') ?? read('TAG_NAME')) ? undefined : name)),
      'GIT_LOCAL_BRANCH',
      'gitlabBranch',
      from('GIT_BRANCH', (name, read) =>
        (read('CHANGE_ID') ?? read('TAG_NAME')) ? undefined : withoutRemote(name),
      ),
    ],
    sourceBranch: ['CHANGE_BRANCH', 'ghprbSourceBranch', 'gitlabSourceBranch'],
    targetBranch: ['CHANGE_TARGET', 'ghprbTargetBranch', 'gitlabTargetBranch'],
    tag: 'TAG_NAME',
    commitSha: ['ghprbActualCommit', 'GIT_COMMIT'],
    pullRequestNumber: ['CHANGE_ID', 'ghprbPullId', 'gitlabMergeRequestIid'],
    pullRequestTitle: ['CHANGE_TITLE', 'ghprbPullTitle', 'gitlabMergeRequestTitle'],
    pullRequestLink: ['CHANGE_URL', 'ghprbPullLink'],
    repositoryUrl: ['GIT_URL', 'GIT_URL_1'],
    triggeredBy: ['BUILD_USER', 'CHANGE_AUTHOR_DISPLAY_NAME', 'CHANGE_AUTHOR'],
  },
};
