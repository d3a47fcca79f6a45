import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import jira from '../../src/connectors/jira/index.ts';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../../src/http/index.ts';
import type { HttpRequest } from '../../src/kit/http.ts';
import { buildStates, deploymentStates } from '../../src/kit/jira.ts';
import { Secret } from '../../src/kit/secret.ts';
import { type DataCenterSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { silentLog } from '../postgres.ts';
import { dataCenterContract } from './contract.ts';

let site: DataCenterSimulator;
beforeAll(async () => {
  site = await startJiraSimulator({ edition: 'data-center' });
});
afterAll(() => site.close());

const api = '/jira/rest/api/2';
const admin = 'simulated-admin-personal-token';
const reader = 'simulated-reader-personal-token';
const issue = {
  fields: {
    project: { key: 'PAY_EU' },
    issuetype: { name: 'Task' },
    summary: 'By the contract',
    labels: ['a'],
  },
  properties: [{ key: 'p', value: { a: 1 } }],
};
const link = {
  globalId: 'system=https://ci.example&id=1',
  application: { type: 'com.example', name: 'Example' },
  relationship: 'Builds',
  object: {
    url: 'https://ci.example/1',
    title: 'Shop #1',
    summary: 'All of it',
    icon: { url16x16: 'https://ci.example/icon.png', title: 'Build' },
    status: {
      resolved: true,
      icon: { url16x16: 'https://ci.example/ok.png', title: 'Done', link: 'https://ci.example/1' },
    },
  },
};
const byGlobalId = `globalId=${encodeURIComponent(link.globalId)}`;

describe('every answer of the simulated Data Center is as documented', () => {
  const calls: [method: string, path: string, status: number, body?: unknown, token?: string][] = [
    ['GET', '/serverInfo', 200],
    ['GET', '/myself', 200],
    ['GET', '/myself', 401, undefined, 'wrong'],
    ['GET', '/mypermissions?projectKey=MYT', 200],
    ['GET', '/mypermissions?projectKey=NO', 404],
    ['GET', '/user?username=reader', 200],
    ['GET', '/user?key=JIRAUSER1', 404],
    ['GET', '/user/search?username=admin', 200],
    ['GET', '/user/search', 400],
    ['GET', '/project', 200],
    ['GET', '/project/PAY_EU', 200],
    ['GET', '/project/search', 404],
    ['GET', '/issue/createmeta/MYT/issuetypes?maxResults=2', 200],
    ['GET', '/issue/createmeta/MYT/issuetypes/10001', 200],
    ['GET', '/issue/createmeta/NO/issuetypes', 400],
    ['POST', '/issue', 201, issue],
    ['POST', '/issue', 400, { fields: {} }],
    ['POST', '/issue', 400, issue, reader],
    ['POST', '/issue', 401, issue, ''],
    ['GET', '/issue/PAY_EU-2?properties=p', 200],
    ['GET', '/issue/MYT-999', 404],
    ['PUT', '/issue/MYT-1', 204, { fields: { description: 'h1. Wiki\n\n* text' } }],
    ['PUT', '/issue/MYT-1', 403, { fields: {} }, reader],
    ['GET', '/issue/MYT-1/properties', 200],
    ['PUT', '/issue/MYT-1/properties/x', 201, 'text'],
    ['GET', '/issue/MYT-1/properties/x', 200],
    ['DELETE', '/issue/MYT-1/properties/x', 204],
    ['POST', '/issue/MYT-1/remotelink', 201, link],
    ['POST', '/issue/MYT-1/remotelink', 200, link],
    ['POST', '/issue/MYT-1/remotelink', 400, { object: { url: 'https://ci.example' } }],
    ['POST', '/issue/MYT-1/remotelink', 401, link, ''],
    ['POST', '/issue/MYT-1/remotelink', 403, link, reader],
    ['POST', '/issue/MYT-999/remotelink', 404, link],
    ['GET', '/issue/MYT-1/remotelink', 200],
    ['GET', `/issue/MYT-1/remotelink?${byGlobalId}`, 200],
    ['GET', '/issue/MYT-1/remotelink/10000', 200],
    ['PUT', '/issue/MYT-1/remotelink/10000', 204, link],
    ['GET', '/issue/MYT-1/remotelink/x', 400],
    ['DELETE', `/issue/MYT-1/remotelink?${byGlobalId}`, 403, undefined, reader],
    ['DELETE', `/issue/MYT-1/remotelink?${byGlobalId}`, 204],
    ['DELETE', `/issue/MYT-1/remotelink?${byGlobalId}`, 404],
    ['GET', '/issue/MYT-1?expand=names,schema,changelog', 200],
    ['GET', '/issuetype', 200],
    ['GET', '/issuetype/10001', 200],
    ['GET', '/issuetype/1', 404],
    ['GET', '/status', 200],
    ['GET', '/status/10000', 200],
    ['GET', '/priority', 200],
    ['GET', '/resolution', 200],
    ['GET', '/field', 200],
    ['GET', '/project/MYT/statuses', 200],
    ['GET', '/project/MYT/components', 200],
    ['GET', '/project/MYT/versions', 200],
    ['GET', '/issue/MYT-1/editmeta', 200],
    ['GET', '/issue/OPS-1/transitions?expand=transitions.fields', 200],
    ['POST', '/issue/MYT-4/transitions', 204, { transition: { id: '31' } }],
    ['POST', '/issue/MYT-4/transitions', 400, { transition: { id: '99' } }],
    ['PUT', '/issue/MYT-4/assignee', 204, { name: 'dana' }],
    ['POST', '/issue/MYT-2/comment', 201, { body: '*Said*' }],
    ['POST', '/issue/MYT-2/comment', 400, { body: '' }],
    ['GET', '/issue/MYT-2/comment', 200],
    ['POST', '/issue/MYT-2/watchers', 204, 'dana'],
    ['GET', '/issue/MYT-2/watchers', 200],
    ['DELETE', '/issue/MYT-2/watchers?username=dana', 204],
    ['POST', '/issue/MYT-2/worklog', 201, { timeSpent: '1h' }],
    ['GET', '/issue/MYT-2/worklog', 200],
    ['GET', '/issueLinkType', 200],
    [
      'POST',
      '/issueLink',
      201,
      { type: { name: 'Blocks' }, inwardIssue: { key: 'MYT-1' }, outwardIssue: { key: 'MYT-2' } },
    ],
    ['GET', '/user/assignable/search?project=MYT', 200],
    ['GET', '/search?jql=project%20%3D%20MYT&maxResults=2', 200],
    ['GET', '/search?jql=nonsense', 400],
    ['POST', '/search', 200, { jql: 'project = PAY_EU', fields: ['summary'], startAt: 0, maxResults: 1 }],
    [
      'POST',
      '/search',
      200,
      {
        jql: 'id in (MYT-1, 424242)',
        fields: ['status'],
        expand: ['names', 'schema', 'changelog'],
        validateQuery: false,
      },
    ],
    ['POST', '/search', 400, { jql: 'project = NO' }],
  ];
  it.each(calls)('%s %s is %i', async (method, path, status, body = undefined, token = admin) => {
    const answer = await fetch(site.originUrl + api + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(status);
    const json = text === '' ? undefined : JSON.parse(text);
    expect(dataCenterContract.validateResponse(method, api + path, status, json), text).toEqual([]);
    if (status < 300 && !path.includes('/properties/')) {
      expect(dataCenterContract.validateRequest(method, api + path, body)).toEqual([]);
    }
  });
});

it('every request that the connector makes of Data Center is one that Jira has described', async () => {
  const http = createHttp({
    tokens: memoryTokenStore(),
    budgets: memoryBudgetStore(),
    log: silentLog,
    denyList: [],
  });
  const sent: { method: string; path: string; json: unknown }[] = [];
  const connection = {
    id: 'c1',
    name: 'jira',
    scope: 'account',
    settings: {
      baseUrl: site.siteUrl,
      gatewayUrl: 'https://gateway.example',
      platform: { type: 'personal-access-token' as const, token: new Secret(admin) },
    },
    log: silentLog,
    now: () => new Date(),
    aim(target: Omit<Parameters<typeof http.aim>[0], 'name'>) {
      const aimed = http.aim({ ...target, name: 'jira' });
      return {
        request(request: HttpRequest) {
          sent.push({ method: request.method, path: `/jira${request.url}`, json: request.json });
          return aimed.request(request);
        },
      };
    },
  };
  const lastUpdated = new Date('2026-01-31T12:00:00Z');
  const long = 'text with 😀 and more '.repeat(100);
  const client = jira.jira?.(connection);
  await jira.test(connection, { projects: ['MYT'] });
  const answers = [
    await client?.builds.submit(
      buildStates.map((state, buildNumber) => ({
        pipelineId: long,
        buildNumber,
        displayName: long,
        description: long,
        url: 'https://ci.example.com/1',
        state,
        lastUpdated,
        issueKeys: ['MYT-1', 'PAY_EU-1'],
        sequence: 1,
      })),
    ),
    await client?.deployments.submit(
      deploymentStates.map((state, deploymentNumber) => ({
        pipeline: { id: long, displayName: long, url: 'https://ci.example.com' },
        deploymentNumber,
        displayName: long,
        url: 'https://ci.example.com/7',
        state,
        lastUpdated,
        issueKeys: ['MYT-1'],
        environment: { id: long, displayName: long, type: 'production' as const },
        sequence: 1,
      })),
    ),
  ];
  await http.close();
  const states = answers.flatMap((answer) => answer?.outcomes.map(({ state }) => state));
  expect(states).toEqual([...buildStates, ...deploymentStates].map(() => 'accepted'));
  expect(sent.filter(({ path }) => path.endsWith('/remotelink'))).toHaveLength(
    2 * buildStates.length + deploymentStates.length,
  );
  const complaints = sent.flatMap(({ method, path, json }) =>
    dataCenterContract.validateRequest(method, path, json).map((one) => `${method} ${path}: ${one}`),
  );
  expect(complaints).toEqual([]);
});
