import { afterEach, describe, expect, it } from 'vitest';
import { type NotJiraKind, startHttpsRedirect, startNotJira } from '../../simulators/jira/index.ts';
import { openConnection } from './fixtures/connection.ts';
import { type Reply, startWebServer } from './fixtures/web-server.ts';
import jira from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const platform = { type: 'personal-access-token', token: { secret: 'a-personal-token' } };
const devops = { clientId: 'client-1', clientSecret: { secret: 'a-client-secret' } };

/** The site's check of a connection's test, and the whole report as text. */
async function testAt(baseUrl: string) {
  const { connection, close } = await openConnection({ baseUrl, gatewayUrl: baseUrl, platform, devops });
  closing.push(close);
  const report = await jira.test(connection);
  return { site: report.capabilities[0], text: JSON.stringify(report), outcome: report.outcome };
}

describe('what stands where Jira should be is named', () => {
  it.each<[NotJiraKind, string, string]>([
    ['login-page', 'jira-login-page', 'a web page called "Log in"'],
    ['sso-redirect', 'jira-sso-redirect', 'redirects to a sign-in at localhost'],
    ['html', 'jira-not-json', 'a web page called "Welcome to nginx!"'],
    ['wrong-json', 'jira-other-product', 'is Artifactory, not Jira'],
    ['confluence', 'jira-other-product', 'is Confluence, not Jira'],
    ['bitbucket', 'jira-other-product', 'is Bitbucket, not Jira'],
    ['empty', 'jira-answer-empty', 'an empty body'],
  ])('%s: %s', async (kind, code, words) => {
    const other = await startNotJira(kind);
    closing.push(other.close);
    const { site, text, outcome } = await testAt(other.url);
    expect([outcome, site]).toMatchObject(['failed', { code, message: expect.stringContaining(words) }]);
    expect(site?.hint).not.toBe('');
    expect(text).not.toMatch(/a-personal-token|a-client-secret/);
  });

  const page = (title: string, more = '') =>
    `<!doctype html><html><head><title>${title}</title>${more}</head></html>`;
  it.each<[string, Reply, string, string]>([
    ['nothing', { status: 404, body: 'not found' }, 'jira-site-unknown', 'There is no Jira at'],
    ['text', { body: 'oops', headers: { 'content-type': 'text/plain' } }, 'jira-not-json', 'not JSON'],
    ['JSON of something', { body: { status: 'ok' } }, 'jira-other-product', 'not Jira’s'],
    ['a version alone', { body: { version: '1.22.0' } }, 'jira-other-product', 'not Jira’s'],
    [
      'GitLab',
      { body: { version: '17.1.0', revision: 'abc', enterprise: false } },
      'jira-other-product',
      'is GitLab',
    ],
    [
      'a page of GitHub',
      { status: 404, body: page('Page not found · GitHub') },
      'jira-other-product',
      'is GitHub',
    ],
    [
      'Jenkins',
      { status: 404, headers: { 'x-jenkins': '2.500' }, body: page('Not found') },
      'jira-other-product',
      'is Jenkins',
    ],
    [
      'a product with a login page',
      { body: page('Sign in · GitLab', '<meta content="GitLab" property="og:site_name">') },
      'jira-other-product',
      'is GitLab',
    ],
    [
      'a login page of Jira',
      { body: page('Log in - Example Jira') },
      'jira-login-page',
      'Log in - Example Jira',
    ],
    [
      'a suspended site',
      { status: 404, body: page('Your Atlassian Cloud site is currently unavailable.') },
      'jira-site-suspended',
      'not available',
    ],
    [
      'a move to another host',
      { status: 301, headers: { location: 'https://new.example.com/jira' } },
      'redirect-refused',
      'new.example.com',
    ],
    [
      'a sign-in elsewhere',
      { status: 302, headers: { location: 'https://example.okta.com/app/x?SAMLRequest=1' } },
      'jira-sso-redirect',
      'example.okta.com',
    ],
    ['a way to a login page', { status: 302, headers: { location: '/login' } }, 'jira-login-page', 'Sign in'],
  ])('%s', async (_, reply, code, words) => {
    const routes: Record<string, Reply> = {
      'GET /rest/api/2/serverInfo': reply,
      'GET /login': { body: page('Sign in') },
    };
    const server = await startWebServer(routes);
    closing.push(server.close);
    const { site } = await testAt(server.url);
    expect(site).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('a gateway that shows its login page in place of a later answer', async () => {
    const body = { version: '10.3.0', versionNumbers: [10, 3, 0], deploymentType: 'Server' };
    const server = await startWebServer({
      'GET /rest/api/2/serverInfo': { body },
      'GET /rest/api/2/project': { body: page('Sign in') },
    });
    const { connection, close } = await openConnection({ baseUrl: server.url, platform });
    closing.push(close, server.close);
    await expect(jira.jira?.(connection).metadata.projects()).rejects.toMatchObject({
      code: 'jira-login-page',
      retry: 'once-repaired',
    });
  });

  it('no answer in time', async () => {
    const other = await startNotJira('slow');
    closing.push(other.close);
    const { connection, close } = await openConnection({ baseUrl: other.url, platform });
    closing.push(close);
    const impatient = {
      ...connection,
      aim: (part: Parameters<typeof connection.aim>[0]) =>
        connection.aim({ ...part, limits: { headersTimeoutMs: 50 } }),
    };
    const { capabilities } = await jira.test(impatient);
    expect(capabilities[0]).toMatchObject({ state: 'failed', code: 'request-timed-out' });
  });

  it('nobody at all', async () => {
    const server = await startWebServer({});
    await server.close();
    expect((await testAt(server.url)).site).toMatchObject({ state: 'failed', code: 'network-failed' });
  });

  it('a proxy that is not there', async () => {
    const { connection, close } = await openConnection({
      baseUrl: 'https://jira.example.com',
      platform,
      proxy: { url: 'http://127.0.0.1:9' },
    });
    closing.push(close);
    const { capabilities } = await jira.test(connection);
    expect(capabilities[0]).toMatchObject({ state: 'failed', code: 'proxy-unreachable' });
  });

  it('a door that sends on to another address', async () => {
    const door = await startHttpsRedirect('https://jira.example.com/jira');
    closing.push(door.close);
    expect((await testAt(door.url)).site).toMatchObject({
      code: 'redirect-refused',
      message: expect.stringContaining('https://jira.example.com/jira'),
    });
  });
});
