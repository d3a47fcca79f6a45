import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, TestReport } from '../../kit/connector.ts';
import { createJiraClient } from './client.ts';
import { authorise } from './fixtures/consent.ts';
import { type SimulatedCloud, startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import { type SimulatedDataCenter, startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';
import jira from './index.ts';
import type { JiraSettings } from './settings.ts';

const states = ({ capabilities }: TestReport) =>
  Object.fromEntries(capabilities.map(({ capability, state }) => [capability, state]));
const found = ({ capabilities }: TestReport, name: string) =>
  capabilities.find(({ capability }) => capability === name);

async function projectKeys(connection: Connection<JiraSettings>) {
  const projects = await jira.jira?.(connection).metadata.projects();
  return projects?.map(({ key }) => key);
}

describe('the ways into Jira Cloud', () => {
  let cloud: SimulatedCloud;
  beforeEach(async () => {
    cloud = await startSimulatedCloud();
  });
  afterEach(() => cloud.close());

  const paths = () => cloud.simulator.state.requests.map(({ method, path }) => `${method} ${path}`);

  it('an e-mail address and an API token: the administrator may do everything, at the site', async () => {
    const connection = await cloud.connect({ ...cloud.user('admin'), ...cloud.app('Tieline') });
    const report = await jira.test(connection, { projects: ['MYT'] });
    expect(report).toMatchObject({
      outcome: 'passed',
      account: { name: 'Ada Admin' },
      rateLimit: { limit: 100, near: false },
    });
    expect(states(report)).toMatchObject({ account: 'ok', permissions: 'ok', webhooks: 'ok', builds: 'ok' });
    // Version 2 while nothing is known of the site, 3 from then on.
    expect(await projectKeys(connection)).toEqual(['MYT', 'OPS']);
    expect(paths().some((path) => path.startsWith('GET /rest/api/2/myself'))).toBe(true);
    expect(paths().some((path) => path.startsWith('GET /rest/api/3/project/search'))).toBe(true);
  });

  it('an API token with scopes goes to the gateway', async () => {
    const report = await jira.test(await cloud.connect(cloud.scopedToken('dana')));
    expect(report).toMatchObject({ outcome: 'passed', account: { name: 'Dana Developer' } });
    expect(
      paths().some((path) => path.includes(`/ex/jira/${cloud.simulator.cloudId}/rest/api/2/myself`)),
    ).toBe(true);
    expect(found(report, 'webhooks')).toMatchObject({
      state: 'not-configured',
      message: expect.stringMatching(
        /a token with scopes register no webhooks.* look at their issues at each interval/,
      ),
      hint: expect.stringContaining('API token without scopes'),
    });
  });

  it('an API token with scopes that is not said to be one is found out', async () => {
    const report = await jira.test(await cloud.connect(cloud.scopedToken('dana', false)));
    expect(found(report, 'account')).toMatchObject({
      state: 'refused',
      message: expect.stringContaining('made with scopes'),
      hint: expect.stringContaining('token with scopes'),
    });
  });

  it('a service account by its OAuth client credentials', async () => {
    const connection = await cloud.connect(cloud.serviceAccount());
    const report = await jira.test(connection, { projects: ['MYT', 'OPS'] });
    expect(report).toMatchObject({ outcome: 'passed', account: { name: 'Tieline Service' } });
    expect(found(report, 'webhooks')).toMatchObject({
      state: 'not-configured',
      message: expect.stringContaining('service account'),
    });
    expect(await projectKeys(connection)).toEqual(['MYT', 'OPS']);
    cloud.simulator.faults.expireTokens();
    expect(await projectKeys(connection)).toEqual(['MYT', 'OPS']);
    const wrong = await jira.test(await cloud.connect(cloud.serviceAccount('a-wrong-secret')));
    expect(found(wrong, 'account')).toMatchObject({ state: 'refused', code: 'remote-unauthorized' });
    expect(JSON.stringify(wrong)).not.toContain('a-wrong-secret');
  });

  it("a user's consent: asked for, given, used, renewed and taken back", async () => {
    const opened = await cloud.open(cloud.oauth());
    const before = await jira.test(opened.connection);
    expect(found(before, 'account')).toMatchObject({
      state: 'refused',
      code: 'authorization-missing',
      hint: expect.stringContaining('press Authorise'),
    });

    cloud.simulator.faults.consentAs('dana@tieline-demo.example');
    await authorise(opened);
    const report = await jira.test(opened.connection, { projects: ['MYT'] });
    expect(report).toMatchObject({ outcome: 'passed', account: { name: 'Dana Developer' } });
    expect(states(report)).toMatchObject({ scopes: 'ok', permissions: 'ok' });
    // As the steps will find it: no webhook is registered with a consent.
    expect(found(report, 'webhooks')).toMatchObject({
      state: 'not-configured',
      message: expect.stringContaining('a user’s consent'),
    });
    await expect(createJiraClient(opened.connection).webhooks.signature()).rejects.toMatchObject({
      code: 'remote-forbidden',
    });

    cloud.simulator.faults.expireTokens();
    expect(await projectKeys(opened.connection)).toEqual(['MYT', 'OPS']);

    const { clientId } = cloud.simulator.oauthApps[0] ?? { clientId: '' };
    cloud.simulator.faults.revokeConsent(clientId, 'dana@tieline-demo.example');
    const after = await jira.test(opened.connection);
    expect(found(after, 'account')).toMatchObject({ state: 'refused', code: 'authorization-lost' });
    await expect(projectKeys(opened.connection)).rejects.toMatchObject({ retry: 'once-repaired' });
  });

  it('a consent to too little is told by scope', async () => {
    const opened = await cloud.open(cloud.oauth({ scopes: ['read:jira-work'] }));
    cloud.simulator.faults.consentAs('dana@tieline-demo.example');
    await authorise(opened);
    const report = await jira.test(opened.connection);
    expect(report.outcome).toBe('limited');
    expect(found(report, 'account')).toMatchObject({
      state: 'missing',
      code: 'jira-scope-missing',
      hint: expect.stringContaining('read:jira-user'),
    });
    expect(found(report, 'scopes')?.message).toContain('write:jira-work (creating and changing issues)');
  });

  it('a consent for another site is named', async () => {
    const cloudId = '11111111-2222-4333-8444-555555555555';
    const opened = await cloud.open({ ...cloud.oauth(), cloudId });
    cloud.simulator.faults.consentAs('dana@tieline-demo.example');
    await authorise(opened);
    expect(found(await jira.test(opened.connection), 'account')).toMatchObject({
      state: 'refused',
      message: expect.stringContaining(`authorised ${cloud.simulator.siteUrl}, not`),
    });
  });

  it('a wrong API token is refused, also where Jira answers as to nobody', async () => {
    cloud.simulator.faults.treatWrongCredentialsAsNone();
    const connection = await cloud.connect(cloud.user('admin', 'a-wrong-api-token'));
    expect(found(await jira.test(connection), 'account')).toMatchObject({ state: 'refused' });
  });

  it('a personal access token, which Cloud has none of, is named as such', async () => {
    const platform = { type: 'personal-access-token', token: { secret: 'a-personal-token' } };
    const report = await jira.test(await cloud.connect({ platform }));
    expect(found(report, 'account')).toMatchObject({
      state: 'refused',
      code: 'jira-token-unsupported',
      message:
        'Jira Cloud has no personal access tokens; use the e-mail address of the account and an API token',
    });
  });

  it('a limit that is nearly used up is seen', async () => {
    cloud.simulator.faults.add({
      match: { path: '/myself' },
      answer: { nearLimit: 'jira-quota-global-based' },
    });
    const report = await jira.test(await cloud.connect(cloud.user('admin')));
    expect(report.rateLimit).toEqual({ limit: 65_000, remaining: 6_500, near: true });
  });

  it('an address that is not on the allowlist of the site is told as such', async () => {
    const words = 'The IP address has been rejected because it is not on the allowed list.';
    cloud.simulator.faults.add({ answer: { status: 403, body: { errorMessages: [words], errors: {} } } });
    const report = await jira.test(await cloud.connect(cloud.user('admin')));
    expect(found(report, 'site')).toMatchObject({ state: 'refused', code: 'jira-address-not-allowed' });
    expect(found(report, 'account')).toMatchObject({ state: 'refused', code: 'jira-address-not-allowed' });
  });

  it.each([
    ['a user', () => cloud.user('admin')],
    ['a service account', () => cloud.serviceAccount()],
    ['a user and an OAuth credential', () => ({ ...cloud.user('admin'), ...cloud.app('Tieline') })],
    [
      'a service account and an OAuth credential',
      () => ({ ...cloud.serviceAccount(), ...cloud.app('Tieline') }),
    ],
  ])('takes fewer than ten requests to test: %s', async (_, settings) => {
    await jira.test(await cloud.connect(settings()), { projects: ['MYT'] });
    expect(paths().length).toBeLessThan(10);
  });
});

describe('the ways into self-hosted Jira', () => {
  let site: SimulatedDataCenter;
  afterEach(() => site.close());

  it.each([
    ['10.3.24', 'a token', () => site.byToken('admin')],
    ['10.3.24', 'a password', () => site.byPassword('admin')],
    ['8.14.0', 'a token', () => site.byToken('admin')],
    ['8.13.2', 'a password', () => site.byPassword('admin')],
    ['7.6.1', 'a password', () => site.byPassword('admin')],
    ['11.3.0', 'a token', () => site.byToken('admin')],
  ])('Jira %s by %s', async (version, _, settings) => {
    site = await startSimulatedDataCenter({ version });
    const connection = await site.connect(settings());
    const report = await jira.test(connection, { projects: ['MYT', 'PAY_EU'] });
    expect(report).toMatchObject({ outcome: 'passed', account: { name: 'Ada Admin' } });
    expect(await projectKeys(connection)).toContain('PAY_EU');
    const { capabilities } = (await jira.jira?.(connection).identify()) ?? {};
    expect(capabilities).toMatchObject({ api: '2', panels: false });
  });

  it.each([
    [
      '8.13.2',
      () => site.byToken('admin'),
      'Jira 8.13 has no personal access tokens; use user name and password',
    ],
    ['11.3.0', () => site.byPassword('admin'), 'Jira 11.3 takes no passwords; use a personal access token'],
  ])('Jira %s is not asked for what it cannot', async (version, settings, message) => {
    site = await startSimulatedDataCenter({ version });
    const report = await jira.test(await site.connect(settings()));
    expect(report.outcome).toBe('failed');
    expect(found(report, 'account')).toMatchObject({ state: 'refused', message });
  });

  it('a CAPTCHA is due: the account is told where', async () => {
    site = await startSimulatedDataCenter();
    const wrong = await site.connect(site.byPassword('admin', 'a-wrong-password'));
    for (let n = 0; n < 3; n += 1) await jira.test(wrong);
    const report = await jira.test(await site.connect(site.byPassword('admin')));
    expect(found(report, 'account')).toMatchObject({
      state: 'refused',
      code: 'jira-captcha',
      hint: expect.stringContaining(`${site.simulator.siteUrl}/login.jsp`),
    });
  });
});
