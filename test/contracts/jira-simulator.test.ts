import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  build,
  callersOf,
  deployment,
  type Received,
  repository,
  type Sent,
} from '../../src/simulators/jira/fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { getRequestSchema, validateRequest, validateResponse } from './contract.ts';
import { mutantsOf } from './mutants.ts';

let jira: JiraSimulator;
let to: ReturnType<typeof callersOf>;
let token: string;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  to = callersOf(jira);
  token = await to.tokenOf();
});
afterAll(() => jira.close());
afterEach(() => jira.faults.clear());

function judge(method: string, path: string, { status, json, text }: Received) {
  const against = validateResponse(method, path, status, text === '' ? undefined : json);
  expect(against, `${method} ${path} answered ${status}: ${text.slice(0, 400)}`).toEqual([]);
}

const reader = 'reader@tieline-demo.example';
const issue = {
  fields: { project: { key: 'MYT' }, issuetype: { name: 'Task' }, summary: 'By the contract' },
  properties: [{ key: 'p', value: 1 }],
};
const empty = { type: 'doc', version: 1, content: [] };
const words = {
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Said' }] }],
};
const dana = '5b10ac8d82e05b22cc7d4e03';
const everyField = {
  fields: {
    project: { key: 'MYT' },
    issuetype: { name: 'Bug' },
    summary: 'Every field',
    priority: { name: 'High' },
    components: [{ name: 'Search' }],
    fixVersions: [{ name: '2.4' }],
    assignee: { accountId: dana },
    duedate: '2026-12-24',
    timetracking: { originalEstimate: '1d' },
    security: { name: 'Team only' },
    customfield_10020: 2,
    customfield_10053: '2026-12-01T10:00:00.000+0100',
    customfield_10057: [{ value: 'Web' }],
    customfield_10059: { value: 'Europe', child: { value: 'France' } },
    customfield_10061: [{ accountId: dana }],
    customfield_10062: { name: 'developers' },
  },
};
const link = { type: { name: 'Blocks' }, inwardIssue: { key: 'MYT-1' }, outwardIssue: { key: 'MYT-2' } };

describe('every answer of the platform is as documented', () => {
  const calls: [method: string, path: string, status: number, sent?: Sent, email?: string][] = [
    ['GET', '/serverInfo', 200],
    ['GET', '/myself', 200],
    ['GET', '/myself', 401, {}, 'nobody@tieline-demo.example'],
    ['GET', '/mypermissions?permissions=ADMINISTER,EDIT_ISSUES&projectKey=MYT', 200],
    ['GET', '/mypermissions', 400],
    ['GET', '/mypermissions?permissions=ADMINISTER', 401, {}, 'nobody@tieline-demo.example'],
    ['GET', '/mypermissions?permissions=ADMINISTER&projectKey=NO', 404],
    ['GET', '/project', 200],
    ['GET', '/project/search?maxResults=1', 200],
    ['GET', '/project/search?startAt=x', 400],
    ['GET', '/project/MYT', 200],
    ['GET', '/project/NO', 404],
    ['POST', '/issue', 201, { body: issue }],
    ['POST', '/issue', 400, { body: { fields: {} } }],
    ['POST', '/issue', 403, { body: issue }, reader],
    ['POST', '/issue', 401, { body: issue }, 'nobody@tieline-demo.example'],
    ['GET', '/issue/MYT-1', 200],
    ['GET', '/issue/MYT-999', 404],
    ['PUT', '/issue/MYT-1?returnIssue=true', 200, { body: { fields: { description: empty } } }],
    ['PUT', '/issue/MYT-1', 204, { body: { fields: { summary: 'Other' } } }],
    ['PUT', '/issue/MYT-1', 400, { body: { fields: { summary: 1 } } }],
    ['PUT', '/issue/MYT-1', 403, { body: { fields: {} } }, reader],
    ['PUT', '/issue/MYT-1/properties/x', 201, { body: { a: 1 } }],
    ['PUT', '/issue/MYT-1/properties/x', 200, { body: { a: 2 } }],
    ['GET', '/issue/MYT-1/properties', 200],
    ['GET', '/issue/MYT-1/properties/x', 200],
    ['DELETE', '/issue/MYT-1/properties/x', 204],
    ['GET', '/issue/MYT-1/properties/x', 404],
    ['POST', '/issue', 201, { body: everyField }],
    ['GET', '/issue/MYT-7?expand=names,schema,changelog', 200],
    ['GET', '/issuetype', 200],
    ['GET', '/issuetype/10001', 200],
    ['GET', '/issuetype/1', 404],
    ['GET', '/issuetype/project?projectId=10000', 200],
    ['GET', '/status', 200],
    ['GET', '/status/10000', 200],
    ['GET', '/status/nowhere', 404],
    ['GET', '/priority', 200],
    ['GET', '/priority/search', 200],
    ['GET', '/resolution', 200],
    ['GET', '/resolution/search', 200],
    ['GET', '/field', 200],
    ['GET', '/field', 401, {}, 'nobody@tieline-demo.example'],
    ['GET', '/field/search?maxResults=3', 200],
    ['GET', '/project/MYT/statuses', 200],
    ['GET', '/project/NO/statuses', 404],
    ['GET', '/project/MYT/components', 200],
    ['GET', '/project/MYT/component', 200],
    ['GET', '/project/MYT/versions', 200],
    ['GET', '/project/MYT/version', 200],
    ['GET', '/project/MYT/securitylevel', 200],
    ['GET', '/issue/createmeta?projectKeys=MYT&expand=projects.issuetypes.fields', 200],
    ['GET', '/issue/createmeta/MYT/issuetypes', 200],
    ['GET', '/issue/createmeta/NO/issuetypes', 400],
    ['GET', '/issue/createmeta/MYT/issuetypes/10001', 200],
    ['GET', '/issue/createmeta/MYT/issuetypes/1', 400],
    ['GET', '/issue/MYT-1/editmeta', 200],
    ['GET', '/issue/OPS-1/transitions?expand=transitions.fields', 200],
    ['POST', '/issue/MYT-4/transitions', 204, { body: { transition: { id: '31' } } }],
    ['POST', '/issue/MYT-4/transitions', 400, { body: { transition: { id: '99' } } }],
    ['GET', '/issue/MYT-4/changelog', 200],
    ['PUT', '/issue/MYT-4/assignee', 204, { body: { accountId: dana } }],
    ['PUT', '/issue/MYT-4/assignee', 400, { body: { accountId: 'nobody' } }],
    ['POST', '/issue/MYT-2/comment', 201, { body: { body: words } }],
    ['POST', '/issue/MYT-2/comment', 400, { body: { body: 'text' } }],
    ['GET', '/issue/MYT-2/comment', 200],
    ['GET', '/issue/MYT-2/comment/1', 404],
    ['GET', '/issue/MYT-2/watchers', 200],
    ['POST', '/issue/MYT-2/watchers', 204, { body: `"${dana}"` }],
    ['DELETE', `/issue/MYT-2/watchers?accountId=${dana}`, 204],
    ['POST', '/issue/MYT-2/worklog', 201, { body: { timeSpent: '1h', comment: words } }],
    ['GET', '/issue/MYT-2/worklog', 200],
    ['GET', '/issueLinkType', 200],
    ['POST', '/issueLink', 201, { body: link }],
    ['POST', '/issueLink', 404, { body: { ...link, type: { name: 'No' } } }],
    ['GET', '/issue/MYT-1', 200],
    ['GET', `/user?accountId=${dana}`, 200],
    ['GET', '/user?accountId=nobody', 404],
    ['GET', '/user/search?query=d', 200],
    ['GET', '/user/search', 400],
    ['GET', '/user/assignable/search?project=MYT', 200],
    ['GET', '/webhook', 403],
    ['DELETE', '/issue/MYT-7', 204],
    ['GET', '/search/jql?jql=project%20%3D%20MYT&fields=*all&maxResults=2', 200],
    ['GET', '/search/jql?jql=project%20%3D%20MYT', 200],
    ['GET', '/search/jql?jql=', 400],
    ['POST', '/search/jql', 200, { body: { jql: 'project = MYT', fields: ['summary'], properties: ['p'] } }],
    [
      'POST',
      '/search/jql',
      200,
      {
        body: {
          jql: 'id in (MYT-1)',
          fields: ['*all'],
          expand: 'names,schema,changelog',
          reconcileIssues: [10100],
        },
      },
    ],
    ['POST', '/search/jql', 400, { body: { jql: 'project = NO' } }],
    ['POST', '/search/jql', 400, { body: { jql: 'id in (MYT-1, 424242)' } }],
  ];
  it.each(calls)('%s %s is %i', async (method, path, status, sent = {}, email = undefined) => {
    const whole = `/rest/api/3${path}`;
    const answer = await to.asAccount(whole, { ...sent, method }, email);
    expect(answer.status, answer.text).toBe(status);
    judge(method, whole, answer);
    if (typeof sent.body === 'object' && status < 400)
      expect(validateRequest(method, whole, sent.body)).toEqual([]);
  });
});

const pathOf = (api: string, path: string) => `/jira/${api}/cloud/${jira.cloudId}${path}`;
const here = '/pipelines/checkout/environments/eu-1/deployments/7';
const gated = deployment({
  deploymentSequenceNumber: 8,
  state: 'pending',
  associations: [
    { associationType: 'issueIdOrKeys', values: ['MYT-1', 'NO-1'] },
    { associationType: 'serviceIdOrKeys', values: ['checkout', 'nothing'] },
    { associationType: 'commit', values: [{ commitHash: 'a7727ee6350c', repositoryId: 'checkout' }] },
  ],
  commands: [{ command: 'initiate_deployment_gating' }],
});

describe('every answer of the DevOps APIs is as documented', () => {
  const lost = { issueKeys: ['NO-1'] };
  const calls: [api: string, method: string, path: string, status: number, body?: unknown][] = [
    ['builds/0.1', 'POST', '/bulk', 202, { builds: [build(), build({ buildNumber: 13, ...lost })] }],
    ['builds/0.1', 'POST', '/bulk', 400, { builds: [] }],
    ['builds/0.1', 'POST', '/bulk', 413, { builds: Array.from({ length: 101 }, () => build()) }],
    ['builds/0.1', 'GET', '/pipelines/checkout/builds/12', 200],
    ['builds/0.1', 'DELETE', '/pipelines/checkout/builds/12', 202],
    ['builds/0.1', 'GET', '/pipelines/checkout/builds/12', 404],
    ['builds/0.1', 'DELETE', '/bulkByProperties?a=b', 202],
    ['builds/0.1', 'DELETE', '/bulkByProperties', 400],
    [
      'devinfo/0.10',
      'POST',
      '/bulk',
      202,
      { repositories: [repository(), repository({ id: 'r', url: '-' })] },
    ],
    [
      'devinfo/0.10',
      'POST',
      '/bulk',
      202,
      { repositories: [repository({ id: 'q', commits: [{ id: 'x' }] })] },
    ],
    ['devinfo/0.10', 'POST', '/bulk', 400, { repositories: [] }],
    ['devinfo/0.10', 'POST', '/bulk', 413, { repositories: Array.from({ length: 101 }, () => repository()) }],
    ['devinfo/0.10', 'GET', '/repository/checkout', 200],
    ['devinfo/0.10', 'GET', '/existsByProperties?a=b', 200],
    ['devinfo/0.10', 'GET', '/existsByProperties', 400],
    ['devinfo/0.10', 'DELETE', '/repository/checkout/branch/branch-1', 202],
    ['devinfo/0.10', 'DELETE', '/repository/checkout/tag/v1', 400],
    [
      'deployments/0.1',
      'POST',
      '/bulk',
      202,
      { deployments: [deployment(), gated, deployment({ url: '-' })] },
    ],
    ['deployments/0.1', 'POST', '/bulk', 400, { deployments: [] }],
    ['deployments/0.1', 'GET', here, 200],
    ['deployments/0.1', 'GET', here.replace('7', '8'), 200],
    ['deployments/0.1', 'GET', `${here}/gating-status`, 200],
    ['deployments/0.1', 'GET', `${here.replace('7', '8')}/gating-status`, 200],
    ['deployments/0.1', 'DELETE', here, 202],
    ['deployments/0.1', 'GET', here, 404],
    ['deployments/0.1', 'GET', `${here}/gating-status`, 404],
    ['deployments/0.1', 'DELETE', '/bulkByProperties?a=b', 202],
    ['devinfo/0.10', 'DELETE', '/repository/checkout', 202],
    ['devinfo/0.10', 'GET', '/repository/checkout', 404],
    ['devinfo/0.10', 'DELETE', '/bulkByProperties?a=b', 202],
    ['devinfo/0.10', 'DELETE', '/bulkByProperties?a=b&a=c', 400],
  ];
  it.each(calls)('%s %s %s is %i', async (api, method, path, status, body = undefined) => {
    const answer = await to.atGateway(token, api, path, { method, body });
    expect(answer.status, answer.text).toBe(status);
    judge(method, pathOf(api, path), answer);
  });

  it('401 and 403 as well, and the 413 of a fault', async () => {
    const builder = await to.tokenOf('simulated-client-builds');
    for (const [with_, status] of [
      ['expired', 401],
      [builder, 403],
    ] as const) {
      const answer = await to.atGateway(with_, 'deployments/0.1', '/bulk', { method: 'POST', body: {} });
      expect(answer.status).toBe(status);
      judge('POST', pathOf('deployments/0.1', '/bulk'), answer);
    }
    jira.faults.tooLargeOver(0);
    for (const [api, body] of [
      ['builds/0.1', { builds: [build()] }],
      ['devinfo/0.10', { repositories: [repository()] }],
    ] as const) {
      const answer = await to.atGateway(token, api, '/bulk', { method: 'POST', body });
      expect(answer.status).toBe(413);
      judge('POST', pathOf(api, '/bulk'), answer);
    }
  });
});

/** True when Jira stored nothing that was sent: the request was refused, or everything in it. */
function isRefused({ status, json }: Received): boolean {
  if (status === 400 || status === 413) return true;
  const failed = json.rejectedBuilds ?? json.rejectedDeployments ?? Object.keys(json.failedDevinfoEntities);
  return status === 202 && failed.length > 0;
}

const bodies: [api: string, body: object][] = [
  ['builds/0.1', { properties: { a: 'b' }, builds: [build()], providerMetadata: { product: 'x' } }],
  ['deployments/0.1', { properties: { a: 'b' }, deployments: [deployment({ issueKeys: ['MYT-1'] }), gated] }],
  [
    'devinfo/0.10',
    {
      repositories: [repository()],
      properties: { a: 'b' },
      preventTransitions: true,
      operationType: 'NORMAL',
    },
  ],
];

/** Sends every mutant of a body, and gives those whose fate is not what the contract's schema says. */
async function differences(api: string, body: object): Promise<{ taken: string[]; refused: string[] }> {
  const path = pathOf(api, '/bulk');
  expect(validateRequest('POST', path, body)).toEqual([]);
  const mutants = mutantsOf(getRequestSchema('POST', path), body);
  expect(mutants.length).toBeGreaterThan(100);
  const found: { taken: string[]; refused: string[] } = { taken: [], refused: [] };
  for (const mutant of mutants) {
    const isValid = validateRequest('POST', path, mutant.body).length === 0;
    const answer = await to.atGateway(token, api, '/bulk', { method: 'POST', body: mutant.body });
    judge('POST', path, answer);
    if (isRefused(answer) === isValid) (isValid ? found.refused : found.taken).push(mutant.what);
  }
  return found;
}

describe('a body is refused when the contract refuses it', () => {
  // "Anything longer is truncated", says the contract of a commit's message.
  const takenByItsWords = [/message: over the length$/];
  const refusedByItsWords = [
    // The schemas of these name properties, but forget to say that they are objects.
    /(?:^|builds\.\d|deployments\.\d|commands\.\d|pipeline|environment): (?:null|an array|a text)$/,
    // "The URL": formats that JSON Schema does not have.
    /url: (?:no word of the list|not of its format)$/i,
    // The pattern of an issue's id or key has no anchors.
    /values\.\d: over the length$/,
    // "Must specify one of issueKeys or associations".
    /^deployments\.1\.associations: left out$/,
    // "Only alphanumeric characters", "valid Jira issue keys", "ISO 8601 date time": said, not written as patterns.
    /(?:\bid|issueKeys\.0|Timestamp|lastUpdate): no word of the list$/,
    // "It will fail if no repositories were provided".
    /^repositories: empty$/,
    // Every commit without its hash looks like a repository there.
    /commitHash: /,
  ];
  it.each(bodies)('%s', async (api, body) => {
    const { taken, refused } = await differences(api, body);
    const unexplained = (list: string[], words: RegExp[]) =>
      list.filter((what) => !words.some((one) => one.test(what)));
    expect(unexplained(taken, takenByItsWords)).toEqual([]);
    expect(unexplained(refused, refusedByItsWords)).toEqual([]);
  });
});
