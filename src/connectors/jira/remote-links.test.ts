import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Build, JiraClient, Sequenced } from '../../kit/jira.ts';
import { createJiraClient } from './client.ts';
import { openConnection } from './fixtures/connection.ts';
import { aBuild } from './fixtures/entities.ts';
import { type Received, type Reply, startWebServer } from './fixtures/web-server.ts';

let jira: JiraClient;
let received: Received[];
let replies: Record<string, Reply>;
let close: () => Promise<void>;

const info = { baseUrl: 'https://jira.example.com', version: '10.3.24', versionNumbers: [10, 3, 24] };

beforeEach(async () => {
  replies = {
    'GET /rest/api/2/serverInfo': { body: { ...info, deploymentType: 'Server' } },
    'POST /rest/api/2/issue/MYT-1/remotelink': { status: 201, body: { id: 1 } },
    'POST /rest/api/2/issue/MYT-2/remotelink': { status: 200, body: { id: 2 } },
  };
  const server = await startWebServer(new Proxy({}, { get: (_, route) => replies[String(route)] }));
  const opened = await openConnection({
    baseUrl: server.url,
    platform: { type: 'personal-access-token', token: { secret: 'a-personal-token' } },
  });
  jira = createJiraClient(opened.connection);
  received = server.received;
  close = async () => {
    await opened.close();
    await server.close();
  };
});
afterEach(() => close());

const build = (changes: Partial<Sequenced<Build>> = {}) => aBuild({ state: 'in_progress', ...changes });

const links = () => received.filter(({ method }) => method === 'POST');

describe('with Jira Data Center', () => {
  it('a build becomes a link on each of its issues, as the account of the connection', async () => {
    const { outcomes, requests } = await jira.builds.submit([build()]);
    expect(outcomes).toEqual([
      {
        state: 'accepted',
        unknownIssueKeys: [],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
    expect(requests.map(({ status, answer }) => [status, answer])).toEqual([
      [201, { id: 1 }],
      [200, { id: 2 }],
    ]);
    expect(links()[0]?.headers.authorization).toBe('Bearer a-personal-token');
    expect(links()[0]?.body).toEqual({
      globalId: 'tieline:build:shop%2Fmain:17',
      application: { type: 'tieline', name: 'Tieline' },
      relationship: 'Builds',
      object: {
        url: 'https://ci.example.com/shop/17',
        title: 'Shop #17: in progress',
        summary: 'Fix the till',
        status: {
          resolved: false,
          icon: {
            url16x16: 'https://jira.example.com/images/icons/statuses/inprogress.png',
            title: 'in progress',
            link: 'https://ci.example.com/shop/17',
          },
        },
      },
    });
  });

  it('the newest state of a build is the last to be sent, and so the one that stays', async () => {
    const given = [build({ sequence: 9, state: 'failed' }), build({ sequence: 8 })];
    await jira.builds.submit(given.map((state) => ({ ...state, issueKeys: ['MYT-1'] })));
    expect(links().map(({ body }) => body)).toMatchObject([
      { object: { title: 'Shop #17: in progress' } },
      { object: { title: 'Shop #17: failed' } },
    ]);
  });

  const linkingIsOff = {
    status: 403,
    body: { errorMessages: ['Issue linking is disabled'], errors: {} },
  };
  const why =
    'Issue linking is disabled (issue linking must be on, and the account needs the permission Link Issues)';

  it('what Jira refuses for one issue is linked on the others', async () => {
    replies['POST /rest/api/2/issue/MYT-1/remotelink'] = linkingIsOff;
    expect((await jira.builds.submit([build()])).outcomes).toEqual([
      {
        state: 'accepted',
        unknownIssueKeys: [],
        refusedIssueKeys: [{ key: 'MYT-1', reason: why }],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
  });

  it('what Jira refuses for every issue that it knows is rejected, in its words', async () => {
    replies['POST /rest/api/2/issue/MYT-1/remotelink'] = linkingIsOff;
    replies['POST /rest/api/2/issue/MYT-2/remotelink'] = {
      status: 400,
      body: { errorMessages: ['One'], errors: { object: 'Two' } },
    };
    replies['POST /rest/api/2/issue/GONE-1/remotelink'] = { status: 404, body: {} };
    const given = build({ issueKeys: ['MYT-1', 'MYT-2', 'GONE-1'] });
    expect((await jira.builds.submit([given])).outcomes).toEqual([
      {
        state: 'rejected',
        unknownIssueKeys: ['GONE-1'],
        refusedIssueKeys: [
          { key: 'MYT-1', reason: why },
          { key: 'MYT-2', reason: 'One; object: Two' },
        ],
        leftOutIssueKeys: [],
        unknownServices: [],
        errors: [`MYT-1: ${why}`, 'MYT-2: One; object: Two'],
      },
    ]);
  });

  it('a refused account ends the matter at once', async () => {
    replies['POST /rest/api/2/issue/MYT-1/remotelink'] = { status: 401, body: {} };
    const { outcomes } = await jira.builds.submit([build(), build({ buildNumber: 18 })]);
    expect(outcomes).toMatchObject([
      { state: 'failed', error: { code: 'remote-unauthorized' } },
      { state: 'failed', error: { code: 'remote-unauthorized' } },
    ]);
    expect(links()).toHaveLength(1);
  });

  it('nothing is sent while Jira cannot be asked what it is', async () => {
    replies['GET /rest/api/2/serverInfo'] = { status: 503, body: {} };
    expect((await jira.builds.submit([build()])).outcomes).toMatchObject([
      { state: 'failed', error: { code: 'remote-failed', retry: 'soon' } },
    ]);
    expect(links()).toHaveLength(0);
  });
});
