import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { type BundledReport, bundleReport, directSettings, pipeline, resultOf, runReport } from './stage.ts';

let jira: JiraSimulator;
let bundle: BundledReport;
let settings: Record<string, string>;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  settings = directSettings(jira);
  bundle = await bundleReport();
});
afterAll(async () => {
  await jira.close();
  await bundle.remove();
});

/** After the first story, which runs the whole binary, all run the bundled file. */
const run = (given: Parameters<typeof runReport>[0]) => runReport(given, bundle.program);

beforeEach(() => jira.faults.clear());

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));

const sent = (number: string, more: Record<string, string> = {}) => ({
  ...pipeline({ DRONE_BUILD_NUMBER: number }),
  ...settings,
  ...more,
});

describe('a report straight to Jira', () => {
  it('shows a build, and asks Jira three things only', async () => {
    const before = jira.state.requests.length;
    const ended = await runReport({ env: sent('1') });
    expect(ended).toMatchObject({ code: 0, notes: '' });
    expect(ended.out).toContain(`Jira took the build (by ${jira.siteUrl})`);
    expect(jira.state.builds('MYT-2')).toMatchObject([{ buildNumber: 1, state: 'successful' }]);
    const asked = jira.state.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked.sort()).toEqual([
      'GET /_edge/tenant_info',
      `POST /jira/builds/0.1/cloud/${jira.cloudId}/bulk`,
      'POST /oauth/token',
    ]);
  });

  it('shows a deployment when an environment is named, by the cloud id alone', async () => {
    const before = jira.state.requests.length;
    const env = {
      ...pipeline({ DRONE_BUILD_NUMBER: '2' }),
      ...without('PLUGIN_INSTANCE'),
      PLUGIN_CLOUD_ID: jira.cloudId,
      PLUGIN_ENVIRONMENT_NAME: 'staging 2',
    };
    expect(resultOf(await run({ env, flags: ['--json'] }))).toMatchObject({
      kind: 'deployment',
      state: 'delivered',
    });
    expect(jira.state.deployments('MYT-1')).toMatchObject([{ environment: { type: 'staging' } }]);
    expect(jira.state.requests.slice(before)).toHaveLength(2);
  });

  it('lets the later of two states win by the time of the event', async () => {
    const started = String(Math.floor(Date.now() / 1000) - 60);
    const state = (word: string) => sent('3', { DRONE_BUILD_STARTED: started, PLUGIN_STATE: word });
    await run({ env: state('success') });
    await run({ env: state('running') });
    expect(jira.state.builds('MYT-1').filter(({ buildNumber }) => buildNumber === 3)).toMatchObject([
      { state: 'successful' },
    ]);
  });

  it('prints what Jira answered at LOG_LEVEL debug, without secrets', async () => {
    const ended = await run({ env: sent('4', { PLUGIN_LOG_LEVEL: 'debug' }) });
    expect(ended.out).toContain('"acceptedBuilds"');
    expect(ended.out + ended.notes).not.toContain(settings.PLUGIN_CLIENT_SECRET);
  });

  it('tries again what may pass, and honours the time that Jira names', async () => {
    jira.faults.add({ match: { path: '/oauth/token' }, times: 1, answer: { status: 503 } });
    jira.faults.add({
      match: { path: '/bulk' },
      times: 1,
      answer: { rateLimit: 'jira-burst-based', retryAfterSeconds: 1 },
    });
    const ended = await run({ env: sent('5') });
    expect(ended.code).toBe(0);
    expect(ended.notes).toMatch(/answered 503.*trying again/);
    expect(ended.notes).toMatch(/answered 429.*trying again in [1-9]/);
    expect(jira.state.builds('MYT-1').some(({ buildNumber }) => buildNumber === 5)).toBe(true);
  });

  it('exits 4 when Jira stays out of reach for the time given', async () => {
    jira.faults.add({ match: { path: '/bulk' }, answer: 'drop-connection' });
    expect(await run({ env: sent('6'), flags: ['--wait', '1'] })).toMatchObject({ code: 4, out: '' });
  });

  it('goes before a connect key when both are given, and says so', async () => {
    const env = sent('7', {
      PLUGIN_CONNECT_KEY: 'tieline_ck_none',
      PLUGIN_CONNECT_HOSTNAME: 'http://127.0.0.1:9',
    });
    const ended = await run({ env });
    expect(ended).toMatchObject({ code: 0, notes: expect.stringContaining('CONNECT_KEY is not used') });
  });
});

describe('what Jira refuses', () => {
  it('a wrong secret exits 3 and does not repeat it', async () => {
    const ended = await run({ env: sent('8', { PLUGIN_CLIENT_SECRET: 'not-the-secret' }) });
    expect(ended.code).toBe(3);
    expect(ended.notes).toContain('client id or secret refused');
    expect(ended.notes).not.toContain('not-the-secret');
  });

  it('a credential without the scope exits 3', async () => {
    const client = jira.clients.find(({ name }) => name === 'Builds only');
    const env = sent('9', {
      PLUGIN_CLIENT_ID: client?.clientId ?? '',
      PLUGIN_CLIENT_SECRET: client?.clientSecret ?? '',
      PLUGIN_ENVIRONMENT_NAME: 'production',
    });
    const ended = await run({ env });
    expect(ended.code).toBe(3);
    expect(ended.notes).toMatch(/permission was refused/);
  });

  it('an entity that Jira rejects exits 3 with its words', async () => {
    jira.faults.add({
      match: { path: '/bulk' },
      answer: { status: 400, body: [{ message: 'no such luck' }] },
    });
    const ended = await run({ env: sent('10') });
    expect(ended.code).toBe(3);
    expect(ended.out).toContain('MYT-1  rejected: no such luck');
  });
});

describe('which site', () => {
  it('an INSTANCE and a CLOUD_ID that disagree are an error, and nothing is sent', async () => {
    const before = jira.state.effects.length;
    const other = '00000000-0000-4000-8000-000000000000';
    const ended = await run({ env: sent('11', { PLUGIN_CLOUD_ID: other }) });
    expect(ended.code).toBe(2);
    expect(ended.notes).toContain('INSTANCE and CLOUD_ID name different sites');
    expect(ended.notes).toContain(jira.cloudId);
    expect(jira.state.effects).toHaveLength(before);
  });

  it('both that agree are well', async () => {
    expect(await run({ env: sent('12', { PLUGIN_CLOUD_ID: jira.cloudId.toUpperCase() }) })).toMatchObject({
      code: 0,
    });
  });

  it('an INSTANCE that is no Jira Cloud site is named', async () => {
    const ended = await run({ env: sent('13', { PLUGIN_INSTANCE: `${jira.siteUrl}/wiki` }) });
    expect(ended.code).toBe(3);
    expect(ended.notes).toContain('INSTANCE names no Jira Cloud site');
  });

  it.each([
    [['PLUGIN_INSTANCE'], /INSTANCE, such as myorg/],
    [['PLUGIN_CLIENT_SECRET'], /CLIENT_ID is given without CLIENT_SECRET/],
    [['PLUGIN_CLIENT_ID'], /CLIENT_SECRET is given without CLIENT_ID/],
  ])('without %s the command exits 2 and says what to give', async (names, words) => {
    const ended = await run({ env: { ...pipeline(), ...without(...names) } });
    expect(ended.code).toBe(2);
    expect(ended.notes).toMatch(words);
  });
});
