import { type CiDefinition, exitCode, from, unlessFalse } from './definition.ts';

/**
 * Travis CI. TRAVIS_BRANCH is the target of a pull request, and the tag's name in a build of a tag.
 * TRAVIS_TEST_RESULT is 0 while nothing has failed.
 */
export const travis: CiDefinition = {
  name: 'Travis CI',
  docs: 'https://docs.travis-ci.com/user/environment-variables/#default-environment-variables',
  detectedBy: ['TRAVIS'],
  fields: {
    pipelineId: 'TRAVIS_REPO_SLUG',
    pipelineName: 'TRAVIS_REPO_SLUG',
    buildNumber: 'TRAVIS_BUILD_NUMBER',
    buildLink: ['TRAVIS_BUILD_WEB_URL', 'TRAVIS_JOB_WEB_URL'],
    status: exitCode('TRAVIS_TEST_RESULT'),
    branch: from('TRAVIS_BRANCH', (name, read) => (read('TRAVIS_TAG') === name ? undefined : name)),
    sourceBranch: 'TRAVIS_PULL_REQUEST_BRANCH',
    targetBranch: from('TRAVIS_PULL_REQUEST_BRANCH', (_source, read) => read('TRAVIS_BRANCH')),
    tag: 'TRAVIS_TAG',
    commitSha: ['TRAVIS_PULL_REQUEST_SHA', 'TRAVIS_COMMIT'],
    commitMessage: 'TRAVIS_COMMIT_MESSAGE',
    pullRequestNumber: unlessFalse('TRAVIS_PULL_REQUEST'),
    repositoryUrl: from('TRAVIS_REPO_SLUG', (slug) => `https://github.com/${slug}`),
  },
};
