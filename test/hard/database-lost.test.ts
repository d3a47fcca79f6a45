import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findRunning } from '../../src/database/embedded/postmaster.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { createHubProcesses } from '../process.ts';
import { buildReport, connectToJira, postBuild, shownBuild, waitForEnd } from './pipeline.ts';

const processes = createHubProcesses();
let jira: JiraSimulator;

beforeEach(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
});
afterEach(async () => {
  await processes.cleanUp();
  await jira.close();
});

it('goes on when its database died under it, and sends what comes afterwards', async () => {
  const home = join(await processes.newFolder(), 'home');
  const data = join(home, 'database', 'data');
  const hub = processes.startHub({ TIELINE_HOME: home });
  const { url, firstToken } = await hub.ready;
  const caller = { url, token: firstToken ?? '' };
  const { connectKey } = await connectToJira(caller, jira, 'jira');
  const before = await findRunning(data);

  process.kill(before ?? Number.NaN, 'SIGKILL');
  await hub.said('the embedded database was started again');

  const report = buildReport('checkout', 1);
  // As `tieline report` does: the same report until it is taken.
  const taken = await vi.waitFor(
    async () => {
      const answer = await postBuild(url, connectKey, report);
      expect(answer).toBeDefined();
      return answer;
    },
    { timeout: 20_000 },
  );
  expect(await waitForEnd(caller, taken?.delivery ?? '', 30)).toMatchObject({ state: 'delivered' });
  expect(shownBuild(jira, 'checkout', 1)).toMatchObject({ stored: 1 });
  expect(await findRunning(data)).not.toBe(before);
  expect(await hub.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
