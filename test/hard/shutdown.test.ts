import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findRunning } from '../../src/database/embedded/postmaster.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase } from '../postgres.ts';
import { createHubProcesses, type HubProcess } from '../process.ts';
import { buildReport, connectToJira, postBuild, shownBuild, waitForEnd } from './pipeline.ts';

const processes = createHubProcesses();
const masterKeyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');
let jira: JiraSimulator;

beforeEach(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
});
afterEach(async () => {
  await processes.cleanUp();
  await jira.close();
});

/** A hub at its first start, tied to the simulated Jira. */
async function startConnected() {
  const home = join(await processes.newFolder(), 'home');
  const hub = processes.startHub({ TIELINE_HOME: home });
  const { url, firstToken } = await hub.ready;
  const caller = { url, token: firstToken ?? '' };
  const { connectKey } = await connectToJira(caller, jira, 'jira');
  return { home, hub, caller, connectKey };
}

/** Resolves when Jira holds back a request that a hub sent it. */
async function heldRequest(fault: number): Promise<void> {
  await vi.waitFor(() => expect(jira.faults.list().find(({ id }) => id === fault)?.struck).toBe(1), 10_000);
}

const isRunning = async (home: string) => (await findRunning(join(home, 'database', 'data'))) !== undefined;

/** A hub that must not start: its end, and the one error that it wrote. */
async function failureOf(hub: HubProcess) {
  const { code } = await hub.ended;
  const line = hub.output().trim().split('\n').at(-1) ?? '';
  return { code, ...(JSON.parse(line) as { error: { code: string; message: string; hint: string } }) };
}

it('ends what runs on SIGTERM, keeps the rest for the next start, and leaves no database behind', async () => {
  const { home, hub, caller, connectKey } = await startConnected();
  const held = jira.faults.add({ match: { path: '/bulk' }, times: 1, answer: { delayMs: 1_000 } });
  const first = await postBuild(caller.url, connectKey, buildReport('checkout', 1));
  await heldRequest(held);
  const second = await postBuild(caller.url, connectKey, buildReport('checkout', 2));

  expect(await hub.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(shownBuild(jira, 'checkout', 1)).toMatchObject({ stored: 1 });
  expect(await isRunning(home)).toBe(false);
  // No warning: nothing was cut off.
  expect(hub.output()).not.toMatch(/"level":[456]0/);

  const again = processes.startHub({ TIELINE_HOME: home });
  const next = { url: (await again.ready).url, token: caller.token };
  expect(await waitForEnd(next, second?.delivery ?? '', 30)).toMatchObject({
    state: 'delivered',
    attempts: 1,
  });
  expect(await waitForEnd(next, first?.delivery ?? '', 0)).toMatchObject({ state: 'delivered', attempts: 1 });
  expect(shownBuild(jira, 'checkout', 1)).toMatchObject({ stored: 1 });
  expect(shownBuild(jira, 'checkout', 2)).toMatchObject({ stored: 1 });
  expect(await again.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(again.output()).not.toMatch(/"level":[456]0/);
});

it('does not wait for those who wait for a delivery that cannot end', { timeout: 40_000 }, async () => {
  const { hub, caller, connectKey } = await startConnected();
  jira.faults.unavailable({ match: { path: '/bulk' }, retryAfterSeconds: 3_600 });
  const taken = await postBuild(caller.url, connectKey, buildReport('checkout', 1));
  await vi.waitFor(
    async () =>
      expect(await waitForEnd(caller, taken?.delivery ?? '', 0)).toMatchObject({
        waiting: { reason: 'remote-failed' },
      }),
    10_000,
  );
  const told = waitForEnd(caller, taken?.delivery ?? '', 60);
  // Asked later on another connection and answered before: the one above waits by now.
  await waitForEnd(caller, taken?.delivery ?? '', 0);
  expect(await hub.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect((await told).final).toBe(false);
});

it.each(['SIGTERM', 'SIGINT'] as const)('exits at once on a second signal, %s', async (signal) => {
  const { home, hub, caller, connectKey } = await startConnected();
  const held = jira.faults.add({ match: { path: '/bulk' }, times: 1, answer: { delayMs: 600_000 } });
  const taken = await postBuild(caller.url, connectKey, buildReport('checkout', 1));
  await heldRequest(held);
  hub.signal('SIGTERM');
  await hub.said('stopping');
  hub.signal(signal);
  expect(await hub.ended).toEqual({ code: 1, signal: null });

  const again = processes.startHub({ TIELINE_HOME: home });
  const next = { url: (await again.ready).url, token: caller.token };
  expect(await waitForEnd(next, taken?.delivery ?? '', 30)).toMatchObject({ state: 'delivered' });
  expect(shownBuild(jira, 'checkout', 1)).toMatchObject({ stored: 1 });
});

it('says what is in the way of a second hub: the same home, the same port', async () => {
  const home = join(await processes.newFolder(), 'home');
  const hub = processes.startHub({ TIELINE_HOME: home });
  const { url } = await hub.ready;

  expect(await failureOf(processes.startHub({ TIELINE_HOME: home }))).toMatchObject({
    code: 1,
    error: { code: 'home-locked', message: expect.stringContaining(`process ${hub.pid}`) },
  });
  const other = join(await processes.newFolder(), 'home');
  const { port } = new URL(url);
  expect(await failureOf(processes.startHub({ TIELINE_HOME: other, TIELINE_PORT: port }))).toMatchObject({
    code: 1,
    error: { code: 'port-taken', message: expect.stringContaining(`127.0.0.1:${port}`) },
  });
  expect(await isRunning(other)).toBe(false);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

it('says where the database is that cannot be reached, and never its password', async () => {
  const hub = processes.startHub({
    DATABASE_URL: 'postgres://tieline:hush-hush@127.0.0.1:1/tieline',
    TIELINE_MASTER_KEY: masterKeyOf(1),
  });
  expect(await failureOf(hub)).toMatchObject({
    code: 4,
    error: { code: 'database-unreachable', message: expect.stringContaining('127.0.0.1:1') },
  });
  expect(hub.output()).not.toContain('hush-hush');
});

it('refuses a master key that did not encrypt the database', async () => {
  const database = await startTestDatabase({ empty: true });
  try {
    const environment = { DATABASE_URL: database.url, TIELINE_HOME: await processes.newFolder() };
    const hub = processes.startHub({ ...environment, TIELINE_MASTER_KEY: masterKeyOf(1) });
    await hub.ready;
    await hub.end('SIGTERM');
    const wrong = processes.startHub({ ...environment, TIELINE_MASTER_KEY: masterKeyOf(2) });
    expect(await failureOf(wrong)).toMatchObject({ code: 1, error: { code: 'master-key-wrong' } });
    const missing = processes.startHub(environment);
    expect(await failureOf(missing)).toMatchObject({ code: 1, error: { code: 'master-key-missing' } });
  } finally {
    await database.close();
  }
});
