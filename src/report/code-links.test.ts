import { expect, test } from 'vitest';
import { branchAddress, findCommitAddress, readerAddress, repositoryAddress } from './code-links.ts';

test.each([
  ['git@github.com:octocat/hello.git', 'https://github.com/octocat/hello'],
  ['ssh://git@git.example.com:7999/scm/hello.git', 'https://git.example.com/scm/hello'],
  ['ssh://git@github.com:octocat/hello.git', undefined],
  ['https://user:token@github.com/octocat/hello.git', 'https://github.com/octocat/hello'],
  ['https://git.example.com:8443/octocat/hello/', 'https://git.example.com:8443/octocat/hello'],
  ['/srv/git/hello.git', undefined],
  ['file:///srv/git/hello.git', undefined],
  ['', undefined],
])('%s is shown at %s', (cloneUrl, address) => {
  expect(repositoryAddress(cloneUrl)).toBe(address);
});

test.each([
  ['https://github.com/o/r', 'https://github.com/o/r/tree/fix/a%23b', 'https://github.com/o/r/commit/abc'],
  [
    'https://gitlab.example.com/o/r',
    'https://gitlab.example.com/o/r/-/tree/fix/a%23b',
    'https://gitlab.example.com/o/r/-/commit/abc',
  ],
  [
    'https://bitbucket.org/o/r',
    'https://bitbucket.org/o/r/branch/fix/a%23b',
    'https://bitbucket.org/o/r/commits/abc',
  ],
  ['https://git.example.com/o/r', 'https://git.example.com/o/r', undefined],
])('a branch and a commit of %s', (repository, branch, commit) => {
  expect(branchAddress(repository, 'fix/a#b')).toBe(branch);
  expect(findCommitAddress(repository, 'abc')).toBe(commit);
});

test.each([
  ['https://ci.example.com', 'https://ci.example.com'],
  [' https://ci.example.com/ü ', 'https://ci.example.com/%C3%BC'],
  ['https://me:token@ci.example.com/7', 'https://ci.example.com/7'],
  ['ftp://ci.example.com/7', undefined],
  ['job/7', undefined],
])('the reader of %s is led to %s', (text, address) => {
  expect(readerAddress(text)).toBe(address);
});
