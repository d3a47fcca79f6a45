import { expect, it } from 'vitest';
import { contextOf, readRunContext } from './run-context.ts';

it('a pull request is told under the names of Harness, and what the CI does not say is not there', () => {
  const { codebase, trigger } = contextOf({
    ci: 'GitHub Actions',
    sourceBranch: 'MYT-1-own-currency',
    targetBranch: 'main',
    commitSha: '0123456789abcdef',
    commitMessage: 'MYT-1 Convert once',
    pullRequestNumber: '17',
    pullRequestTitle: 'MYT-1 Own currency',
    pullRequestLink: 'https://github.com/acme/shop/pull/17',
    repositoryUrl: 'https://github.com/acme/shop',
    notices: [],
  });
  expect(codebase).toEqual({
    branch: 'MYT-1-own-currency',
    sourceBranch: 'MYT-1-own-currency',
    targetBranch: 'main',
    commitSha: '0123456789abcdef',
    shortCommitSha: '0123456',
    commitMessage: 'MYT-1 Convert once',
    prNumber: '17',
    prTitle: 'MYT-1 Own currency',
    pullRequestLink: 'https://github.com/acme/shop/pull/17',
    repoUrl: 'https://github.com/acme/shop',
    build: { type: 'PR' },
  });
  expect(trigger).toMatchObject({ event: 'PR', prNumber: '17', sourceBranch: 'MYT-1-own-currency' });
});

it('a push of a branch or a tag is told apart', () => {
  const push = { ci: 'none', branch: 'main', notices: [] };
  expect(contextOf(push)).toMatchObject({
    codebase: { build: { type: 'branch' } },
    trigger: { event: 'PUSH' },
  });
  expect(contextOf({ ...push, tag: 'v1' })).toMatchObject({
    codebase: { tag: 'v1', build: { type: 'tag' } },
  });
});

it('is what the CI says', async () => {
  const env = { DRONE: 'true', DRONE_BRANCH: 'main', DRONE_COMMIT_MESSAGE: 'x' };
  expect(await readRunContext(env)).toMatchObject({ codebase: { branch: 'main', commitMessage: 'x' } });
});
