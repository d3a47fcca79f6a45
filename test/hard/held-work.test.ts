import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';
import {
  buildReport,
  type Caller,
  call,
  connectToJira,
  listDeliveries,
  postBuild,
  shownBuild,
} from './pipeline.ts';

const processes = createHubProcesses();
let jira: JiraSimulator;
beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
});
afterAll(async () => {
  await processes.cleanUp();
  await jira.close();
});

const patience = { timeout: 30_000, interval: 100 };
const heldLine = 'is held until somebody has repaired it';
const countLines = (output: string) => output.split('\n').filter((line) => line.includes(heldLine)).length;

it('two replicas hold together; the one that learned of it is killed, and all arrives once, in order', {
  timeout: 120_000,
}, async () => {
  const database = await startTestDatabase({ empty: true });
  try {
    const environment = {
      DATABASE_URL: database.url,
      TIELINE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      TIELINE_HOME: await processes.newFolder(),
    };
    const first = processes.startHub(environment);
    const { url, firstToken } = await first.ready;
    const token = firstToken ?? '';
    const { connectionId, connectKey } = await connectToJira({ url, token }, jira, 'held');
    const show = (hub: Caller) =>
      call<{ status: string; failedChecks: number }>(hub, 'GET', `/api/v1/connections/${connectionId}`);

    // Jira's owner takes the credential back while one replica runs; it learns of it by the first report.
    const revoked = jira.faults.add({ match: { path: '/oauth/token' }, answer: { status: 401 } });
    jira.faults.expireTokens();
    await postBuild(url, connectKey, buildReport('held', 1));
    await vi.waitFor(
      async () => expect(await show({ url, token })).toMatchObject({ status: 'held', failedChecks: 1 }),
      patience,
    );
    const second = processes.startHub(environment);
    const other = { url: (await second.ready).url, token };
    await first.end('SIGKILL');

    const numbers = [1, 2, 3, 4, 5, 6];
    for (const number of numbers.slice(1)) {
      const taken = await postBuild(other.url, connectKey, buildReport('held', number));
      expect(taken).toMatchObject({ state: 'queued' });
    }
    const waiting = await listDeliveries(other);
    expect(waiting.map(({ state, attempts }) => [state, attempts])).toEqual([
      ...numbers.slice(1).map(() => ['queued', 0]),
      ['queued', 1],
    ]);

    jira.faults.remove(revoked);
    await call(other, 'POST', `/api/v1/connections/${connectionId}/test`, {});
    await vi.waitFor(
      async () =>
        expect((await listDeliveries(other)).map(({ state }) => state)).toEqual(
          numbers.map(() => 'delivered'),
        ),
      patience,
    );
    expect(numbers.map((number) => shownBuild(jira, 'held', number).stored)).toEqual(numbers.map(() => 1));
    const order = jira.state.effects.flatMap(({ key, outcome }) => (outcome === 'stored' ? [key] : []));
    expect(order).toEqual(numbers.map((number) => `held#${number}`));
    expect(countLines(first.output()) + countLines(second.output())).toBe(1);
    expect((await second.end('SIGTERM')).code).toBe(0);
  } finally {
    jira.faults.clear();
    await database.close();
  }
});

it('a credential that comes right is found by whichever replica lives', { timeout: 120_000 }, async () => {
  const database = await startTestDatabase({ empty: true });
  try {
    const environment = {
      DATABASE_URL: database.url,
      TIELINE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      TIELINE_HOME: await processes.newFolder(),
    };
    const hubs = [processes.startHub(environment), processes.startHub(environment)] as const;
    const readies = await Promise.all(hubs.map((hub) => hub.ready));
    const token = readies.find(({ firstToken }) => firstToken !== null)?.firstToken ?? '';
    const [one, two] = readies.map(({ url }) => ({ url, token })) as [Caller, Caller];
    const { connectionId, connectKey } = await connectToJira(one, jira, 'heals');
    const { items } = await call<{ items: { id: string }[] }>(one, 'GET', '/api/v1/secrets');
    const putSecret = (hub: Caller, value: string | undefined) =>
      call(hub, 'PUT', `/api/v1/secrets/${items[0]?.id}/value`, { value });
    await putSecret(one, 'wrong');
    jira.faults.expireTokens();
    await postBuild(one.url, connectKey, buildReport('heals', 1));
    await vi.waitFor(
      async () =>
        expect(await call(two, 'GET', `/api/v1/connections/${connectionId}`)).toMatchObject({
          status: 'held',
        }),
      patience,
    );
    await hubs[0].end('SIGKILL');
    await putSecret(two, jira.clients[0]?.clientSecret);
    await vi.waitFor(() => expect(shownBuild(jira, 'heals', 1).stored).toBe(1), patience);
    expect(await call(two, 'GET', `/api/v1/connections/${connectionId}`)).toMatchObject({ status: 'passed' });
    expect((await hubs[1].end('SIGTERM')).code).toBe(0);
  } finally {
    await database.close();
  }
});
