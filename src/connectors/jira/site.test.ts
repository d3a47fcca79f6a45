import { afterEach, describe, expect, it } from 'vitest';
import { openConnection } from './fixtures/connection.ts';
import { type Reply, startWebServer } from './fixtures/web-server.ts';
import jira from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const user = { platform: { type: 'personal-access-token', token: { secret: 'a-personal-token' } } };

async function clientOf(routes: Parameters<typeof startWebServer>[0], settings: object = user, path = '') {
  const server = await startWebServer(routes);
  const { connection, close } = await openConnection({ baseUrl: `${server.url}${path}`, ...settings });
  closing.push(close, server.close);
  return { server, client: jira.jira?.(connection) };
}

const serverInfo = (body: object): Record<string, Reply> => ({ 'GET /rest/api/2/serverInfo': { body } });

describe('which Jira stands at an address', () => {
  it.each([
    [
      'Cloud',
      { version: '1001.0.0-SNAPSHOT', versionNumbers: [1001, 0, 0], deploymentType: 'Cloud' },
      'cloud',
    ],
    [
      'Data Center 10',
      { version: '10.3.24', versionNumbers: [10, 3, 24], deploymentType: 'Server' },
      'data-center',
    ],
    [
      'a self-hosted 9',
      { version: '9.12.1', versionNumbers: [9, 12, 1], deploymentType: 'Server' },
      'server',
    ],
    ['Server 6, which knows no types', { version: '6.4.14' }, 'server'],
  ])('is told by itself: %s', async (_, info, edition) => {
    const { client, server } = await clientOf(serverInfo({ baseUrl: 'https://jira.example.com', ...info }));
    const identity = await client?.identify();
    expect(identity).toMatchObject({ edition, version: info.version, baseUrl: 'https://jira.example.com' });
    await client?.identify();
    expect(server.received).toHaveLength(1);
  });

  it('is asked without credentials, below the context path', async () => {
    const info = { body: { version: '9.12.1', deploymentType: 'Server' } };
    const { client, server } = await clientOf({ 'GET /jira/rest/api/2/serverInfo': info }, user, '/jira/');
    expect(await client?.identify()).toMatchObject({ baseUrl: `${server.url}/jira` });
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('is asked with the user where nobody else gets an answer', async () => {
    const { client } = await clientOf({
      'GET /rest/api/2/serverInfo': ({ headers }) =>
        headers.authorization === 'Bearer a-personal-token'
          ? { body: { version: '10.3.0', versionNumbers: [10, 3, 0], deploymentType: 'Server' } }
          : { status: 401 },
    });
    expect(await client?.identify()).toMatchObject({ edition: 'data-center' });
  });

  it('is asked again after a failure', async () => {
    let down = true;
    const { client } = await clientOf({
      'GET /rest/api/2/serverInfo': () =>
        down ? { status: 503 } : { body: { version: '10.3.0', deploymentType: 'Server' } },
    });
    await expect(client?.identify()).rejects.toMatchObject({ code: 'remote-failed' });
    down = false;
    expect(await client?.identify()).toMatchObject({ version: '10.3.0' });
  });
});

it('a host that is down is told apart from a wrong address', async () => {
  const { client, server } = await clientOf({});
  await server.close();
  await expect(client?.identify()).rejects.toMatchObject({ code: 'network-failed' });
});

it('builds for a site without cloud id fail with what to check', async () => {
  const devops = { clientId: 'id', clientSecret: { secret: 'a-client-secret' } };
  const { client } = await clientOf(serverInfo({ version: '10.3.0', deploymentType: 'Server' }), { devops });
  const answer = await client?.builds.submit([
    {
      pipelineId: 'shop',
      buildNumber: 1,
      displayName: 'Shop',
      url: 'https://ci.example.com',
      state: 'failed',
      lastUpdated: new Date(0),
      issueKeys: ['MYT-1'],
      sequence: 1,
    },
  ]);
  expect(answer).toMatchObject({
    outcomes: [
      { state: 'failed', error: { code: 'jira-site-unknown', hint: expect.stringContaining('Data Center') } },
    ],
    requests: [],
  });
});
