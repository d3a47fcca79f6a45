import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import {
  type BundledReport,
  bundleReport,
  directSettings,
  pipeline,
  resultOf,
  runReport,
  type Stage,
  startReport,
  startStage,
} from './stage.ts';

let database: TestDatabase;
let stage: Stage;
let bundle: BundledReport;
let connectKey: string;

beforeAll(async () => {
  database = await startTestDatabase({ empty: true });
  stage = await startStage({ DATABASE_URL: database.url });
  bundle = await bundleReport();
  connectKey = await stage.makeKey();
});
afterAll(async () => {
  await stage.close();
  await bundle.remove();
  await database.close();
});
beforeEach(() => {
  stage.jira.faults.clear();
  stage.jira.state.decideGates('awaiting');
});

const byHub = () => ({ PLUGIN_CONNECT_KEY: connectKey, PLUGIN_CONNECT_HOSTNAME: stage.hubUrl });
const routes = [
  ['by the hub', byHub],
  ['straight to Jira', () => directSettings(stage.jira)],
] as const;

let number = 0;
/** A deployment to production of the service checkout that waits for a decision, each time another. */
const gated = (settings: Record<string, string>, more: Record<string, string> = {}) => {
  number += 1;
  return {
    ...pipeline({ DRONE_BUILD_NUMBER: String(number) }),
    ...settings,
    PLUGIN_ENVIRONMENT_NAME: 'production',
    PLUGIN_SERVICE: 'checkout',
    PLUGIN_GATE: 'true',
    ...more,
  };
};

const deployments = () =>
  stage.jira.state
    .deployments()
    .filter(({ deploymentSequenceNumber }) => deploymentSequenceNumber === number);

/** How often Jira was asked for the decision on the deployment under way. */
const questions = () =>
  stage.jira.state.requests.filter(({ path }) => path.endsWith(`/deployments/${number}/gating-status`))
    .length;

const run = (env: Record<string, string>, ...flags: string[]) => runReport({ env, flags }, bundle.program);

describe.each(routes)('a deployment that people decide on, %s', (_name, settings) => {
  it('waits, with a link to the request, and goes ahead once it is allowed', async () => {
    const running = startReport({ env: gated(settings()) }, bundle.program);
    await vi.waitFor(() => expect(questions()).toBeGreaterThan(0), 20_000);
    expect(deployments()).toMatchObject([{ state: 'pending' }]);
    stage.jira.state.decideGates('allowed');
    const ended = await running.ended;
    const link = `${stage.jira.siteUrl}/browse/MYT-1`;
    expect(ended.code).toBe(0);
    expect(ended.notes).toContain(`Waiting for the decision in MYT-1: ${link}`);
    expect(ended.out).toContain('gate allowed: the deployment may go ahead');
    expect(ended.out).toContain(link);
  });

  it.each([
    ['prevented', 5, /must not go ahead/],
    ['expired', 5, /nobody decided/],
    ['invalid', 3, /change management/],
  ] as const)('is stopped when the gate is %s', async (status, code, words) => {
    stage.jira.state.decideGates(status);
    const ended = await run(gated(settings()));
    expect(ended).toMatchObject({ code, out: expect.stringMatching(words) });
    expect(await run(gated(settings()), '--ignore-errors')).toMatchObject({ code: code === 3 ? 0 : code });
  });

  it('exits 6 when nobody decides in the time given', async () => {
    const ended = await run(gated(settings()), '--gate-timeout', '1', '--json');
    expect(ended.code).toBe(6);
    expect(resultOf(ended)).toMatchObject({
      state: 'delivered',
      gate: { status: 'awaiting', requests: [{ issueKey: 'MYT-1' }] },
    });
  });

  it('bears an answer of Jira that fails, and one that does not know the deployment yet', async () => {
    stage.jira.state.decideGates('allowed');
    const match = { path: '/gating-status' };
    stage.jira.faults.add({ match, times: 1, answer: { status: 503 } });
    stage.jira.faults.add({ match, times: 1, answer: { status: 404 } });
    const ended = await run(gated(settings()));
    expect(ended).toMatchObject({ code: 0, notes: expect.stringContaining('trying again') });
    expect(questions()).toBe(3);
  });

  it('ends at once on Ctrl-C', async () => {
    const running = startReport({ env: gated(settings()) }, bundle.program);
    await vi.waitFor(() => expect(questions()).toBeGreaterThan(0), 20_000);
    running.signal('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, out: '' });
  });

  it('names a service that Jira does not know', async () => {
    stage.jira.state.decideGates('allowed');
    const ended = await run(gated(settings(), { PLUGIN_SERVICE: 'checkout,till' }));
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('service till  not tied') });
  });

  it('is refused when Jira refuses the deployment, and no decision is asked for', async () => {
    const answer = { status: 400, body: [{ message: 'no such luck' }] };
    stage.jira.faults.add({ match: { path: '/bulk' }, answer });
    expect(await run(gated(settings()))).toMatchObject({
      code: 3,
      out: expect.stringContaining('no such luck'),
    });
    expect(questions()).toBe(0);
  });

  it('is planned by --dry-run', async () => {
    const ended = await run(gated(settings()), '--dry-run', '--json');
    expect(JSON.parse(ended.out).payload).toMatchObject({ state: 'pending', gate: true });
    expect(deployments()).toEqual([]);
  });
});

describe('a gate', () => {
  it.each([
    ['PLUGIN_SERVICE', /--gate needs the service/],
    ['PLUGIN_ENVIRONMENT_NAME', /--gate is for deployments/],
  ])('without %s is wrong usage', async (setting, words) => {
    const ended = await run(gated(byHub(), { [setting]: '' }));
    expect(ended).toMatchObject({ code: 2, out: '', notes: expect.stringMatching(words) });
  });

  it('is a thing of Jira Cloud: a self-hosted Jira has none, and the command says so', async () => {
    const jira = await startJiraSimulator({ edition: 'data-center' });
    await stage.create('secrets', { name: 'pat', value: jira.accounts[0]?.personalAccessToken });
    const { id } = await stage.create<{ id: string }>('connections', {
      name: 'self-hosted',
      connector: 'jira',
      settings: {
        baseUrl: jira.siteUrl,
        platform: { type: 'personal-access-token', token: { secret: 'account.pat' } },
        allowAddresses: ['127.0.0.1/32'],
      },
    });
    const { key } = await stage.create<{ key: string }>('connect-keys', { connection: id, name: 'own' });
    const ended = await run(gated({ ...byHub(), PLUGIN_CONNECT_KEY: key }), '--json');
    expect(ended.code).toBe(3);
    expect(resultOf(ended)).toMatchObject({ state: 'dead', error: { code: 'jira-edition-unsuited' } });
    await jira.close();
  });

  it('is shown to the connect key that reported it and to no other', async () => {
    stage.jira.state.decideGates('allowed');
    const { delivery } = resultOf(await run(gated(byHub()), '--json'));
    const ask = async (key: string) => {
      const headers = { authorization: `Bearer ${key}` };
      const answer = await fetch(`${stage.hubUrl}/api/v1/deliveries/${delivery}/gating-status`, { headers });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ask(connectKey)).toMatchObject({
      status: 200,
      body: { status: 'allowed', details: [{ issueKey: 'MYT-1' }] },
    });
    expect(await ask(await stage.makeKey())).toMatchObject({
      status: 404,
      body: { code: 'resource-not-found' },
    });
  });
});
