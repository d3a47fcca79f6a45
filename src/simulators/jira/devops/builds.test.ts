import { createAgileClient, GetBuildByKeySchema, SubmitBuildsSchema } from 'jira.js/agile';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build, callersOf } from '../fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let token: string;
let to: ReturnType<typeof callersOf>;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  to = callersOf(jira);
  token = await to.tokenOf();
});
afterAll(() => jira.close());
afterEach(() => jira.faults.clear());

const submit = (builds: unknown, more: object = {}) =>
  to.atGateway(token, 'builds/0.1', '/bulk', { method: 'POST', body: { builds, ...more } });
const show = (pipeline: string, number: number) =>
  to.atGateway(token, 'builds/0.1', `/pipelines/${encodeURIComponent(pipeline)}/builds/${number}`);

describe('a build is shown on its issues', () => {
  it('takes it, says so, and gives it back without its properties', async () => {
    const sent = build({ pipelineId: 'team/shop pipeline', issueKeys: ['MYT-1', 'MYT-2'] });
    const answer = await submit([sent], { properties: { connection: 'c-1' } });
    expect(answer.status).toBe(202);
    expect(SubmitBuildsSchema.parse(answer.json)).toEqual({
      acceptedBuilds: [{ pipelineId: 'team/shop pipeline', buildNumber: 12 }],
      rejectedBuilds: [],
      unknownIssueKeys: [],
    });
    const shown = await show('team/shop pipeline', 12);
    expect(shown.json).toEqual(sent);
    GetBuildByKeySchema.parse(shown.json);
    expect(jira.state.builds('MYT-2').map((one) => one.pipelineId)).toContain('team/shop pipeline');
  });

  it('accepts a stale or equal sequence and drops it in silence', async () => {
    const at = (updateSequenceNumber: number, state: string) =>
      build({ pipelineId: 'order', updateSequenceNumber, state });
    for (const [sequence, state] of [
      [10, 'in_progress'],
      [10, 'failed'],
      [9, 'pending'],
    ] as const) {
      const answer = await submit([at(sequence, state)]);
      expect(answer.json.acceptedBuilds).toEqual([{ pipelineId: 'order', buildNumber: 12 }]);
    }
    expect((await show('order', 12)).json.state).toBe('in_progress');
    await submit([at(11, 'successful')]);
    expect((await show('order', 12)).json.state).toBe('successful');
    const effects = jira.state.effects.filter((one) => one.key === 'order#12').map((one) => one.outcome);
    expect(effects).toEqual(['stored', 'stale', 'stale', 'stored']);
  });

  it('stores it for the known keys only, and names the unknown ones', async () => {
    const answer = await submit([build({ pipelineId: 'part', issueKeys: ['UTF-8', 'MYT-1', 'myt-2'] })]);
    expect(answer.json.unknownIssueKeys).toEqual(['UTF-8', 'myt-2']);
    expect((await show('part', 12)).json.issueKeys).toEqual(['MYT-1']);
  });

  it('rejects one that names only unknown issues, and takes its neighbour', async () => {
    const answer = await submit([
      build({ pipelineId: 'lost', issueKeys: ['TEST-110'] }),
      build({ pipelineId: 'kept' }),
    ]);
    expect(SubmitBuildsSchema.parse(answer.json)).toEqual({
      acceptedBuilds: [{ pipelineId: 'kept', buildNumber: 12 }],
      rejectedBuilds: [
        {
          key: { pipelineId: 'lost', buildNumber: 12 },
          errors: [{ message: 'No valid issues found for build' }],
        },
      ],
      unknownIssueKeys: ['TEST-110'],
    });
    expect((await show('lost', 12)).status).toBe(404);
  });

  it('takes associations too, as the newer API does', async () => {
    const id = jira.state.findIssue('MYT-3')?.id;
    const associations = [{ associationType: 'issueIdOrKeys', values: [id, 'MYT-4', 'NO-1'] }];
    const answer = await submit([build({ pipelineId: 'tied', issueKeys: undefined, associations })]);
    expect(answer.json.unknownAssociations).toEqual([{ associationType: 'issueIdOrKeys', values: ['NO-1'] }]);
    expect(jira.state.builds('MYT-3').map((one) => one.pipelineId)).toEqual(['tied']);
  });
});

describe('what one build does wrong is its own matter', () => {
  const cases: [title: string, wrong: Record<string, unknown>, message: string][] = [
    ['no url', { url: undefined }, "'url' is required"],
    ['an address that is none', { url: 'ci.example/1' }, "'url' must be a valid URL"],
    ['a state of deployments', { state: 'rolled_back' }, "'state' must be one of pending"],
    ['a description over 255', { description: 'x'.repeat(256) }, "'description' must be at most 255"],
    ['a time without an offset', { lastUpdated: '2026-11-22T07:00:00' }, "'lastUpdated' must be an RFC 3339"],
    ['the 31st of June', { lastUpdated: '2026-06-31T07:00:00Z' }, "'lastUpdated' must be an RFC 3339"],
    ['no keys', { issueKeys: [] }, "'issueKeys' must have at least 1"],
    ['101 keys', { issueKeys: Array.from({ length: 101 }, (_, n) => `MYT-${n}`) }, 'at most 100 items'],
    ['six references', { references: Array.from({ length: 6 }, () => ({})) }, 'at most 5 items'],
    ['a key that is none', { issueKeys: ['no key'] }, "'issueKeys.0' must be a valid issue key"],
    [
      'tests without a total',
      { testInfo: { numberPassed: 1, numberFailed: 0 } },
      "'testInfo.totalNumber' is required",
    ],
  ];
  it.each(cases)('%s', async (_title, wrong, message) => {
    const answer = await submit([build({ pipelineId: 'wrong', ...wrong }), build({ pipelineId: 'right' })]);
    expect(answer.status).toBe(202);
    expect(answer.json.acceptedBuilds).toEqual([{ pipelineId: 'right', buildNumber: 12 }]);
    expect(answer.json.rejectedBuilds).toHaveLength(1);
    expect(answer.json.rejectedBuilds[0].errors[0].message).toContain(message);
  });
});

describe('what the request does wrong refuses it whole', () => {
  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, 'x']));
  const cases: [title: string, body: unknown, status: number][] = [
    ['no builds', {}, 400],
    ['an empty list', { builds: [] }, 400],
    ['101 builds', { builds: Array.from({ length: 101 }, () => build()) }, 413],
    ['six properties', { builds: [build()], properties: pairs(6) }, 400],
    ['a property with an underscore in front', { builds: [build()], properties: { _p: 'x' } }, 400],
    ['a property with a colon', { builds: [build()], properties: { 'a:b': 'x' } }, 400],
    ['a property that is a number', { builds: [build()], properties: { p: 1 } }, 400],
    ['a build without its key', { builds: [build({ buildNumber: undefined })] }, 400],
    ['no object', [build()], 400],
    ['no JSON', '{"builds":', 400],
  ];
  it.each(cases)('%s', async (_title, body, status) => {
    const before = jira.state.effects.length;
    const answer = await to.atGateway(token, 'builds/0.1', '/bulk', { method: 'POST', body });
    expect(answer.status).toBe(status);
    expect(answer.json[0].message).toEqual(expect.any(String));
    expect(jira.state.effects.length).toBe(before);
  });

  it('asks for JSON by its content type', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await to.atGateway(token, 'builds/0.1', '/bulk', { method: 'POST', body: '{}', headers });
    expect(answer.status).toBe(415);
  });

  it('has a limit of bytes', async () => {
    const small = await startJiraSimulator({ edition: 'cloud', maxBodyBytes: 1000 });
    const caller = callersOf(small);
    const body = { builds: [build({ description: 'x'.repeat(2000) })] };
    const answer = await caller.atGateway(await caller.tokenOf(), 'builds/0.1', '/bulk', {
      method: 'POST',
      body,
    });
    expect(answer.status).toBe(413);
    await small.close();
  });
});

describe('what was sent can be deleted', () => {
  it('by its key, and nothing is there any more', async () => {
    await submit([build({ pipelineId: 'gone' })]);
    const path = '/pipelines/gone/builds/12';
    expect((await to.atGateway(token, 'builds/0.1', path, { method: 'DELETE' })).status).toBe(202);
    expect((await show('gone', 12)).status).toBe(404);
    expect((await to.atGateway(token, 'builds/0.1', path, { method: 'DELETE' })).status).toBe(202);
  });

  it('by all of its properties together', async () => {
    await submit([build({ pipelineId: 'p-1' })], { properties: { account: 'a', repo: '1' } });
    await submit([build({ pipelineId: 'p-2' })], { properties: { account: 'a', repo: '2' } });
    const remove = (query: string) =>
      to.atGateway(token, 'builds/0.1', `/bulkByProperties${query}`, { method: 'DELETE' });
    expect((await remove('')).status).toBe(400);
    expect((await remove('?account=a&account=b')).status).toBe(400);
    expect((await remove('?account=a&_updateSequenceNumber=soon')).status).toBe(400);
    expect((await remove('?account=a&repo=3')).status).toBe(202);
    expect((await show('p-1', 12)).status).toBe(200);
    expect((await remove('?account=a&repo=1')).status).toBe(202);
    expect((await show('p-1', 12)).status).toBe(404);
    expect((await show('p-2', 12)).status).toBe(200);
  });
});

describe('who may send builds', () => {
  it('not a user, at neither address', async () => {
    const body = { builds: [build()] };
    const atSite = await to.asAccount('/rest/builds/0.1/bulk', { method: 'POST', body });
    expect(atSite.status).toBe(401);
    const account = jira.accounts[0];
    const headers = to.basic(account?.email ?? '', account?.apiToken ?? '');
    const atGateway = await to.atGateway(token, 'builds/0.1', '/bulk', { method: 'POST', body, headers });
    expect(atGateway.status).toBe(401);
    expect(atGateway.json).toEqual({ code: 401, message: 'Unauthorized' });
  });

  it('a client with the scope, at the gateway of its own site only', async () => {
    const builder = await to.tokenOf('simulated-client-builds');
    const send = (api: string, body: object) => to.atGateway(builder, api, '/bulk', { method: 'POST', body });
    expect((await send('builds/0.1', { builds: [build()] })).status).toBe(202);
    expect((await send('deployments/0.1', { deployments: [] })).status).toBe(403);
    const elsewhere = `${jira.gatewayUrl}/jira/builds/0.1/cloud/00000000-0000-4000-8000-000000000000/bulk`;
    const headers = { authorization: `Bearer ${builder}` };
    expect((await to.send(elsewhere, { method: 'POST', body: {}, headers })).status).toBe(404);
  });

  it('an app at the site, and each provider sees only its own', async () => {
    const client = createAgileClient({
      host: jira.siteUrl,
      auth: { type: 'bearer', token: jira.apps[0]?.token ?? '' },
      onSchemaMismatch: 'throw',
    });
    const sent = build({ pipelineId: 'by-app' });
    const answer = await client.builds.submitBuilds({ builds: [sent] });
    expect(answer.acceptedBuilds).toHaveLength(1);
    const shown = await client.builds.getBuildByKey({ pipelineId: 'by-app', buildNumber: 12 });
    expect(shown.displayName).toBe('Checkout');
    expect((await show('by-app', 12)).status).toBe(404);
  });

  it('nobody after fifteen minutes', async () => {
    let at = Date.parse('2026-11-22T12:00:00Z');
    const timed = await startJiraSimulator({ edition: 'cloud', now: () => new Date(at) });
    const caller = callersOf(timed);
    const short = await caller.tokenOf();
    const path = '/pipelines/x/builds/1';
    at += 15 * 60_000 - 1;
    expect((await caller.atGateway(short, 'builds/0.1', path)).status).toBe(404);
    at += 1;
    const answer = await caller.atGateway(short, 'builds/0.1', path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('date')).toBe('Sun, 22 Nov 2026 12:15:00 GMT');
    await timed.close();
  });
});
