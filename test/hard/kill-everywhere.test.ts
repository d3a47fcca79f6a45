import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';
import { buildReport, connectToJira, listDeliveries, postBuild, shownBuild, waitForEnd } from './pipeline.ts';

/** A report must have its end this long after the hub's new start. */
const patienceSeconds = 30;
const pipeline = 'checkout';

const processes = createHubProcesses();
let jira: JiraSimulator;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
});
afterAll(async () => {
  await processes.cleanUp();
  await jira.close();
});

/** A data folder whose hub is tied to the simulated Jira, and the I/O points that its first report passed. */
interface Home {
  environment: { TIELINE_HOME: string };
  token: string;
  connectKey: string;
  points: string[];
}

async function prepareHome(name: string): Promise<Home> {
  const folder = await processes.newFolder();
  const record = join(folder, 'points');
  const environment = { TIELINE_HOME: join(folder, 'home') };
  const hub = processes.startHub({ ...environment, TIELINE_FAULT: `record:${record}` });
  const { url, firstToken } = await hub.ready;
  const token = firstToken ?? '';
  const { connectKey } = await connectToJira({ url, token }, jira, name);
  // What was passed so far was on the way of the start and of the settings.
  await writeFile(record, '');
  const taken = await postBuild(url, connectKey, buildReport(`${pipeline}-${name}`, 0));
  await waitForEnd({ url, token }, taken?.delivery ?? '', patienceSeconds);
  const passed = await readFile(record, 'utf8');
  await hub.end('SIGTERM');
  return { environment, token, connectKey, points: [...new Set(passed.trim().split('\n'))] };
}

/**
 * A hub that dies at the point while a pipeline reports a build, and starts again. The pipeline posts until it is
 * answered, with the same id each time.
 */
async function killAt(point: string, { environment, token, connectKey }: Home, buildNumber: number) {
  const report = buildReport(pipeline, buildNumber);
  // The hub keeps its access token over a restart: only a token that Jira takes no more makes it ask for another.
  if (point.startsWith('http:POST /oauth/token')) jira.faults.expireTokens();
  const doomed = processes.startHub({ ...environment, TIELINE_FAULT: `kill:${point}` });
  const early = await postBuild((await doomed.ready).url, connectKey, report);
  const { signal } = await doomed.ended;

  const hub = processes.startHub(environment);
  const { url } = await hub.ready;
  const taken = early ?? (await postBuild(url, connectKey, report));
  await waitForEnd({ url, token }, taken?.delivery ?? '', patienceSeconds);
  const deliveries = await listDeliveries({ url, token });
  const summary = `build ${buildNumber} of ${pipeline}: successful`;
  const { code } = await hub.end('SIGTERM');
  return {
    point,
    died: signal,
    stopped: code,
    ...(point.startsWith('accept#') ? { early: early !== undefined, known: taken?.duplicate } : {}),
    ledger: deliveries.filter((one) => one.summary === summary).map(({ state }) => state),
    jira: shownBuild(jira, pipeline, buildNumber),
    sequence: Date.parse(report.lastUpdated),
  };
}

function expectedAt(point: string, { sequence }: { sequence: number }) {
  return {
    point,
    died: 'SIGKILL',
    stopped: 0,
    // One statement stores everything: before it nothing is there, after it all, and an answer never comes first.
    ...(point.startsWith('accept#') ? { early: false, known: point === 'accept#1:after' } : {}),
    ledger: ['delivered'],
    jira: { builds: [{ state: 'successful', sequence }], stored: 1, rejected: 0 },
    sequence,
  };
}

it('a report reaches Jira once, wherever on its way the hub is killed', { timeout: 240_000 }, async () => {
  const homes = await Promise.all([prepareHome('one'), prepareHome('two')]);
  const points = homes[0].points;
  const bulk = `http:POST /jira/builds/0.1/cloud/${jira.cloudId}/bulk`;
  const steps = ['accept#1', 'claim#1', 'settle#1', bulk];
  const asked = ['http:POST /oauth/token', 'http:GET /_edge/tenant_info'];
  expect(points).toEqual(
    expect.arrayContaining([...steps, ...asked].flatMap((step) => [`${step}:before`, `${step}:after`])),
  );

  const left = [...points.entries()];
  const stories: Awaited<ReturnType<typeof killAt>>[] = [];
  const lane = async (home: Home): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      stories.push(await killAt(next[1], home, next[0] + 1));
    }
  };
  await Promise.all(homes.map(lane));
  const told = points.map((point) => stories.find((story) => story.point === point));
  expect(told).toEqual(points.map((point, index) => expectedAt(point, told[index] ?? { sequence: 0 })));
});

it('a second hub takes over what a killed one was sending', { timeout: 120_000 }, async () => {
  const database = await startTestDatabase({ empty: true });
  try {
    const environment = {
      DATABASE_URL: database.url,
      TIELINE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      TIELINE_HOME: await processes.newFolder(),
    };
    const first = processes.startHub(environment);
    const { url, firstToken } = await first.ready;
    const { connectKey } = await connectToJira({ url, token: firstToken ?? '' }, jira, 'replicas');
    // Held long enough to be killed with the request under way; the simulator never answers it.
    const held = jira.faults.add({ match: { path: '/bulk' }, times: 1, answer: { delayMs: 600_000 } });
    const report = buildReport('replicas', 1);
    const taken = await postBuild(url, connectKey, report);
    await vi.waitFor(() => expect(jira.faults.list().find(({ id }) => id === held)?.struck).toBe(1), 10_000);
    const second = processes.startHub(environment);
    const other = { url: (await second.ready).url, token: firstToken ?? '' };
    await first.end('SIGKILL');

    const delivery = await waitForEnd(other, taken?.delivery ?? '', patienceSeconds);
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 2 });
    expect(shownBuild(jira, 'replicas', 1)).toEqual({
      builds: [{ state: 'successful', sequence: Date.parse(report.lastUpdated) }],
      stored: 1,
      rejected: 0,
    });
    expect((await second.end('SIGTERM')).code).toBe(0);
  } finally {
    jira.faults.clear();
    await database.close();
  }
});
