import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../http/index.ts';
import type { HttpTarget } from '../kit/http.ts';
import type { CodeHostName } from './ci/definition.ts';
import type { CiContext } from './ci-context.ts';
import { findPullRequestApi } from './code-hosts.ts';
import { withTitleFromHost } from './pull-request-title.ts';

const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Opens clients as the command does. */
async function open(target: HttpTarget) {
  const factory = createHttp({
    tokens: memoryTokenStore(),
    budgets: memoryBudgetStore(),
    denyList: [],
    log,
  });
  return { http: factory.aim(target), close: () => factory.close() };
}

/** A code host that answers everything so, and tells what it was asked. */
async function startHost(answer: (response: ServerResponse) => void) {
  const asked: { path: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url, headers: request.headers });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (body: object) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const contextAt = (host: CodeHostName, url: string, more: Partial<CiContext> = {}): CiContext => ({
  ci: 'some CI',
  pullRequestNumber: '7',
  pullRequestApi: { host, url },
  notices: [],
  ...more,
});

const title = '[MYT-7] Round once';
const link = 'https://code.example.com/shop/pull/7';

it.each<[CodeHostName, Record<string, string>, IncomingHttpHeaders, object, Partial<CiContext>]>([
  [
    'github',
    { GITHUB_TOKEN: 'token-of-the-job' },
    { authorization: 'Bearer token-of-the-job' },
    { title, html_url: link, head: { ref: 'feature/MYT-7' }, base: { ref: 'main' } },
    { pullRequestLink: link },
  ],
  [
    'gitlab',
    { GITLAB_TOKEN: ' token-of-the-job\n' },
    { 'private-token': 'token-of-the-job' },
    { title, web_url: link, source_branch: 'feature/MYT-7', target_branch: 'main' },
    { pullRequestLink: link },
  ],
  [
    'bitbucket',
    { BITBUCKET_TOKEN: '', BITBUCKET_ACCESS_TOKEN: 'token-of-the-job' },
    { authorization: 'Bearer token-of-the-job' },
    {
      title,
      links: { html: { href: link } },
      source: { branch: { name: 'feature/MYT-7' } },
      destination: { branch: { name: 'main' } },
    },
    { pullRequestLink: link },
  ],
  [
    'azure-devops',
    { SYSTEM_ACCESSTOKEN: 'token-of-the-job' },
    { authorization: 'Bearer token-of-the-job' },
    { title, sourceRefName: 'refs/heads/feature/MYT-7', targetRefName: 'refs/heads/main' },
    {},
  ],
])('%s tells the title of a pull request, and its branches', async (host, env, headers, body, more) => {
  const { origin, asked } = await startHost(json(body));
  const context = await withTitleFromHost(contextAt(host, `${origin}/api/7?v=1`), { env, open });
  expect(context).toMatchObject({
    pullRequestTitle: title,
    sourceBranch: 'feature/MYT-7',
    targetBranch: 'main',
    notices: [],
    ...more,
  });
  expect(asked).toMatchObject([{ path: '/api/7?v=1', headers }]);
});

it('what the CI tells is not asked for, and what it told stays', async () => {
  const { origin, asked } = await startHost(json({ title, head: { ref: 'other' } }));
  const env = { GITHUB_TOKEN: 'token-of-the-job' };
  const known = contextAt('github', origin, { pullRequestTitle: 'known' });
  expect(await withTitleFromHost(known, { env, open })).toBe(known);
  expect(asked).toEqual([]);
  const some = contextAt('github', origin, { sourceBranch: 'own' });
  expect(await withTitleFromHost(some, { env, open })).toMatchObject({
    pullRequestTitle: title,
    sourceBranch: 'own',
  });
});

it('nothing is asked without a token', async () => {
  const { origin, asked } = await startHost(json({ title }));
  const context = contextAt('gitlab', origin);
  const env = { GITHUB_TOKEN: 'of another host', CI_JOB_TOKEN: 'refused there' };
  expect(await withTitleFromHost(context, { env, open })).toBe(context);
  expect(asked).toEqual([]);
});

it.each<[string, (response: ServerResponse) => void, RegExp]>([
  [
    'refuses',
    (response) => void response.writeHead(403).end('{"message":"token-of-the-job may not"}'),
    /answered 403: the permission was refused$/,
  ],
  ['answers with a page', (response) => void response.end('<html>Sign in'), /HTML login page/],
  [
    'redirects to another host',
    (response) => void response.writeHead(302, { location: 'https://elsewhere.example.com/' }).end(),
    /was redirected to https:\/\/elsewhere\.example\.com\//,
  ],
  ['ends the connection', (response) => void response.destroy(), /closed the connection/],
])('a host that %s is a notice, without the token', async (_what, answer, words) => {
  const { origin } = await startHost(answer);
  const env = { GITHUB_TOKEN: 'token-of-the-job' };
  const { pullRequestTitle, notices } = await withTitleFromHost(contextAt('github', `${origin}/pulls/7`), {
    env,
    open,
  });
  expect(pullRequestTitle).toBeUndefined();
  expect(notices).toEqual([expect.stringMatching(/^The title of pull request 7 is not known: GET /)]);
  expect(notices[0]).toMatch(words);
  expect(notices[0]).not.toContain('token-of-the-job');
});

it.each([
  ['https://github.com/octocat/hello.git', 'https://api.github.com/repos/octocat/hello/pulls/7'],
  ['https://gitlab.com/a/b/c', 'https://gitlab.com/api/v4/projects/a%2Fb%2Fc/merge_requests/7'],
  ['https://bitbucket.org/team/shop', 'https://api.bitbucket.org/2.0/repositories/team/shop/pullrequests/7'],
  // No token goes to a host that only looks like one of these.
  ['https://github.com.example.org/octocat/hello', undefined],
  ['https://github.com:8443/octocat/hello', undefined],
  ['http://github.com/octocat/hello', undefined],
  ['not an address', undefined],
])('of the repository %s the pull request is at %s', (repositoryUrl, url) => {
  expect(findPullRequestApi(repositoryUrl, '7')?.url).toBe(url);
});
