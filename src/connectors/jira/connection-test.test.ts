import { afterEach, describe, expect, it } from 'vitest';
import type { TestReport } from '../../kit/connector.ts';
import { testJira } from './connection-test.ts';
import { openConnection } from './fixtures/connection.ts';
import { type Received, type Reply, startWebServer } from './fixtures/web-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const cloudId = '5f2c1d3e-8a47-4b6e-9c10-7d3e5a9b2f64';
const account = { type: 'personal-access-token', token: { secret: 'a-personal-token' } };
const oauth = { clientId: 'client-1', clientSecret: { secret: 'a-client-secret' } };

const granted = (names: string[]) => ({
  permissions: Object.fromEntries(names.map((name) => [name, { havePermission: true }])),
});
const everyPermission = [
  'BROWSE_PROJECTS',
  'CREATE_ISSUES',
  'EDIT_ISSUES',
  'ADD_COMMENTS',
  'TRANSITION_ISSUES',
  'LINK_ISSUES',
  'ADMINISTER',
];

const selfHosted: Record<string, Reply> = {
  'GET /rest/api/2/serverInfo': {
    body: { baseUrl: 'https://jira.example.com', version: '10.3.24', versionNumbers: [10, 3, 24] },
  },
  'GET /rest/api/2/myself': { body: { displayName: 'Ann Arbor', key: 'JIRAUSER1', name: 'ann' } },
  'GET /rest/api/2/mypermissions': { body: granted(everyPermission) },
};

async function report(
  routes: Record<string, Reply | ((received: Received) => Reply)>,
  settings: object,
  projects?: string[],
  now?: () => Date,
): Promise<{ report: TestReport; states: Record<string, string>; received: Received[] }> {
  const server = await startWebServer(routes);
  const { connection, close } = await openConnection(
    { baseUrl: server.url, gatewayUrl: server.url, ...settings },
    now,
  );
  closing.push(close, server.close);
  const answer = await testJira(connection, { projects });
  const states = Object.fromEntries(answer.capabilities.map(({ capability, state }) => [capability, state]));
  return { report: answer, states, received: server.received };
}

const capability = ({ capabilities }: TestReport, name: string) =>
  capabilities.find((found) => found.capability === name);

describe('the test of a connection to Jira Data Center', () => {
  it('tells who we are, what we may do, and that builds become links', async () => {
    const { report: answer, states } = await report(selfHosted, { platform: account }, ['MYT']);
    expect(answer).toMatchObject({
      ok: true,
      product: 'Jira Data Center 10.3.24',
      account: { name: 'Ann Arbor', id: 'JIRAUSER1' },
    });
    expect(states).toEqual({
      site: 'ok',
      clock: 'ok',
      account: 'ok',
      permissions: 'ok',
      webhooks: 'ok',
      builds: 'ok',
      deployments: 'ok',
      'development-information': 'ok',
    });
    expect(capability(answer, 'builds')?.message).toContain('links on the issues');
  });

  it('at an address where there is none says so, and nothing of projects or permissions', async () => {
    const { report: answer, states } = await report({}, { platform: account });
    expect(states).toMatchObject({
      site: 'failed',
      account: 'failed',
      permissions: 'failed',
      builds: 'failed',
    });
    const { message, hint } = capability(answer, 'permissions') ?? {};
    expect(message).toMatch(/\/mypermissions\?… answered 404/);
    expect(hint).toMatch(/Check the address/);
  });

  it.each([
    [
      'consent',
      { type: 'oauth', clientId: 'a', clientSecret: { secret: 's' } },
      /knows no apps of Atlassian’s developer console; use a personal access token/,
    ],
    [
      'service account',
      { type: 'service-account', clientId: 'a', clientSecret: { secret: 's' } },
      /knows no service accounts of Atlassian; use a personal access token/,
    ],
  ])('with a %s of the cloud says what to use instead', async (_, platform, said) => {
    const { report: answer } = await report(selfHosted, { platform });
    expect(capability(answer, 'account')).toMatchObject({
      state: 'refused',
      code: 'jira-token-unsupported',
      message: expect.stringMatching(said),
    });
  });

  it('names each permission that is missing, project by project', async () => {
    const routes = {
      ...selfHosted,
      'GET /rest/api/2/mypermissions': ({ path }: Received): Reply => {
        const project = new URL(path, 'http://jira').searchParams.get('projectKey');
        if (project === 'GONE') return { status: 404, body: { errorMessages: ['No project'] } };
        const missing = project === 'OPS' ? ['ADD_COMMENTS', 'LINK_ISSUES'] : ['ADMINISTER'];
        return { body: granted(everyPermission.filter((name) => !missing.includes(name))) };
      },
    };
    const { report: answer, states } = await report(routes, { platform: account }, ['MYT', 'OPS', 'GONE']);
    expect(answer).toMatchObject({ ok: true, outcome: 'limited' });
    expect(capability(answer, 'permissions')).toMatchObject({
      state: 'missing',
      message:
        'GONE: no such project that the account can see. Comment in OPS: missing; ask for the Add Comments permission. ' +
        'Link issues in OPS: missing; ask for the Link Issues permission.',
      hint: expect.stringContaining('permission scheme'),
      details: expect.arrayContaining([
        { name: 'ADD_COMMENTS', project: 'MYT', state: 'ok' },
        { name: 'ADD_COMMENTS', project: 'OPS', state: 'missing' },
        { name: 'BROWSE_PROJECTS', project: 'GONE', state: 'missing' },
      ]),
    });
    // An account that is no administrator does its work all the same.
    expect(states.webhooks).toBe('not-configured');
  });

  it('without a project asks whether the account has a permission anywhere', async () => {
    const none = { ...selfHosted, 'GET /rest/api/2/mypermissions': { body: granted([]) } };
    const { report: answer } = await report(none, { platform: account });
    expect(capability(answer, 'permissions')?.message).toContain(
      'See issues in any project: missing; ask for the Browse Projects permission.',
    );
  });

  it.each([
    [account, 'a new one in the profile'],
    [{ type: 'password', username: 'ann', password: { secret: 'a-password' } }, 'CAPTCHA'],
    [
      { type: 'api-token', email: 'ann@example.com', token: { secret: 'an-api-token' } },
      'use a personal access token',
    ],
  ])('says what to do about refused credentials of kind %j', async (platform, advice) => {
    const routes = { ...selfHosted, 'GET /rest/api/2/myself': { status: 401, body: {} } };
    const { report: answer, states } = await report(routes, { platform });
    expect(answer.ok).toBe(false);
    expect(capability(answer, 'account')).toMatchObject({
      state: 'refused',
      hint: expect.stringContaining(advice),
    });
    expect(states.permissions).toBe('ok');
  });
});

describe('the test of a connection to Jira Cloud', () => {
  const gateway = `/jira/builds/0.1/cloud/${cloudId}/pipelines/tieline-connection-test/builds/1`;
  const cloud: Record<string, Reply> = {
    ...selfHosted,
    'GET /rest/api/2/serverInfo': {
      body: { baseUrl: 'https://example.atlassian.net', version: '1001.0.0', deploymentType: 'Cloud' },
    },
    'GET /_edge/tenant_info': { body: { cloudId } },
    'POST /oauth/token': { body: { access_token: 'an-access-token', expires_in: 900, token_type: 'Bearer' } },
    [`GET ${gateway}`]: { status: 404, body: {} },
    [`GET /jira/deployments/0.1/cloud/${cloudId}/pipelines/tieline-connection-test/environments/tieline-connection-test/deployments/1`]:
      { status: 403, body: {} },
    [`GET /jira/devinfo/0.10/cloud/${cloudId}/existsByProperties`]: {
      body: { hasDataMatchingProperties: false },
    },
  };

  it('tells of each API whether the OAuth credential may use it', async () => {
    const { report: answer, states } = await report(cloud, { devops: oauth });
    expect(states).toEqual({
      site: 'ok',
      clock: 'ok',
      account: 'not-configured',
      permissions: 'not-configured',
      webhooks: 'not-configured',
      builds: 'ok',
      deployments: 'refused',
      'development-information': 'ok',
    });
    expect(answer.ok).toBe(false);
    expect(capability(answer, 'deployments')?.hint).toContain('permission Deployments');
  });

  it('changes nothing in Jira', async () => {
    const { received } = await report(cloud, { devops: oauth, platform: account });
    const writes = received.filter(({ method }) => method !== 'GET').map(({ path }) => path);
    expect(writes).toEqual(['/oauth/token']);
  });

  it('asks for an OAuth credential where there is none', async () => {
    const { report: answer, states } = await report(cloud, { platform: account });
    expect(answer.ok).toBe(true);
    expect([states.builds, states.deployments]).toEqual(['not-configured', 'not-configured']);
    expect(capability(answer, 'builds')?.hint).toContain('OAuth credentials');
  });

  it('hints at the permission without which the panel is hidden, and calls it no fault', async () => {
    const permissions = ({ path }: Received): Reply => {
      const named = new URL(path, 'http://jira').searchParams.get('permissions')?.split(',') ?? [];
      return { body: granted(named.filter((name) => name !== 'VIEW_DEV_TOOLS')) };
    };
    const routes = { ...cloud, 'GET /rest/api/2/mypermissions': permissions };
    const { report: answer } = await report(routes, { platform: account, devops: oauth }, ['MYT', 'OPS']);
    expect(capability(answer, 'permissions')).toMatchObject({
      state: 'ok',
      hint: expect.stringMatching(/View Development Tools .*\(MYT, OPS\)/),
      details: expect.arrayContaining([{ name: 'VIEW_DEV_TOOLS', project: 'OPS', state: 'missing' }]),
    });
  });

  it('is silent about it where Jira knows no such permission', async () => {
    const permissions = ({ path }: Received): Reply =>
      path.includes('VIEW_DEV_TOOLS')
        ? { status: 400, body: { errorMessages: ['Unrecognized permission(s)'] } }
        : { body: granted(everyPermission) };
    const routes = { ...cloud, 'GET /rest/api/2/mypermissions': permissions };
    const { report: answer } = await report(routes, { platform: account, devops: oauth }, ['MYT']);
    const found = capability(answer, 'permissions');
    expect(found?.state).toBe('ok');
    expect(found?.hint).toBeUndefined();
  });

  it.each([
    [cloudId, 'ok', cloud],
    ['11111111-2222-4333-8444-555555555555', 'failed', cloud],
    [cloudId, 'ok', { ...cloud, 'GET /_edge/tenant_info': { status: 404 } }],
  ])('compares the cloud id %s with that of the site: %s', async (given, state, routes) => {
    const { states } = await report(routes, { devops: oauth, cloudId: given });
    expect(states['cloud-id']).toBe(state);
  });

  it.each([
    [90_000, 'The clock of this machine is 90 s behind Jira', 'missing'],
    [-90_000, 'The clock of this machine is 90 s ahead of Jira', 'missing'],
    [20_000, 'agree within 21 s', 'ok'],
  ])('reads the clocks: %d ms', async (skewMs, message, state) => {
    const here = new Date('2026-11-20T10:00:00Z');
    const date = new Date(here.getTime() + skewMs).toUTCString();
    const info = { ...cloud['GET /rest/api/2/serverInfo'], headers: { date } };
    const routes = { ...cloud, 'GET /rest/api/2/serverInfo': info };
    const { report: answer } = await report(routes, { platform: account }, [], () => here);
    expect(answer.clockSkewMs).toBe(skewMs);
    expect(answer.outcome).toBe(state === 'ok' ? 'passed' : 'limited');
    expect(capability(answer, 'clock')).toMatchObject({ state, message: expect.stringContaining(message) });
  });
});

it('a site that is no Jira fails by itself, and says so once for each thing that needs it', async () => {
  const { report: answer, states } = await report({}, { platform: account, devops: oauth });
  expect(answer).toMatchObject({ ok: false, capabilities: expect.any(Array) });
  expect(answer.product).toBeUndefined();
  expect(states).toMatchObject({ site: 'failed', account: 'failed', builds: 'failed' });
  expect(states.clock).toBeUndefined();
});
