// A backfill of 2,000 branches, 5,000 pull requests and 50,000 commits from a simulated Harness Code, against a bare
// walk through the same pages: at least 0.8 of its pace, the hub's memory under 250 MB. With `--kill` the hub is killed
// twice on the way. At the end Jira's panel is compared with the host. The simulated host takes all that a small machine
// has; `--delay=20` gives each of its answers a way of 20 ms, as over a network. `--scale=0.1` makes a tenth of it all.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startHarnessCodeSimulator } from '../src/simulators/harness-code/index.ts';
import {
  connectJira,
  get,
  type HubProcess,
  post,
  startDatabases,
  startHub,
  startJira,
  startProcess,
} from './stage.ts';

const scale = Number(process.argv.find((one) => one.startsWith('--scale='))?.slice('--scale='.length) ?? 1);
const delayMs = Number(process.argv.find((one) => one.startsWith('--delay='))?.slice('--delay='.length) ?? 0);
const kills = process.argv.includes('--kill') ? [0.3, 0.6] : [];
const repository = 'acme/shop/web/storefront';
const size = { branches: 2_000 * scale, pullRequests: 5_000 * scale, commits: 50_000 * scale };
/** The numbers of the issues that the simulated Jira has. */
const issues = [1, 2, 3];

const databases = await startDatabases(['hub']);
const jira = await startJira();
const host = await startHarnessCodeSimulator();
await host.fill({ repository, ...size, issueKey: (index) => `MYT-${issues[index % issues.length]}` });
if (delayMs > 0) host.faults.add({ answer: { delayMs } });
const token = host.accounts[0]?.token ?? '';

/** What the host holds, and how long a bare walk through it takes. */
interface Walked {
  tookMs: number;
  requests: number;
  branches: [name: string, sha: string][];
  pullRequests: [number: number, title: string, state: string][];
  commits: [sha: string, message: string][];
}
async function walk(): Promise<Walked> {
  const { ready } = await startProcess([fileURLToPath(new URL('./bare-walk.ts', import.meta.url))], {
    HOST_URL: host.url,
    HOST_TOKEN: token,
    REPOSITORY: repository,
  });
  return ready;
}

const peaks: number[] = [];
/** The most memory that the hub has had so far, in MB. */
const peakOf = ({ pid }: HubProcess): number =>
  Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const before = await walk();
let hub = await startHub(databases.url('hub'));
const { id: jiraConnection } = await connectJira(hub, jira);
await post(hub, '/api/v1/secrets', { name: 'code', value: token });
const { id: hostConnection } = await post(hub, '/api/v1/connections', {
  name: 'code',
  connector: 'harness-code',
  settings: {
    baseUrl: host.url,
    product: 'gitness',
    token: { secret: 'code' },
    allowAddresses: ['127.0.0.1/32'],
  },
});
const asked = host.requests.length;
const begun = performance.now();
const link = await post(hub, '/api/v1/links', {
  name: 'bench',
  hostConnection,
  jiraConnection,
  level: 'project',
  paths: ['acme/shop/web'],
  includeRepositories: [repository],
});
for (;;) {
  const { state, problem, kinds } = await get(hub, `/api/v1/links/${link.id}/backfill`);
  if (problem !== null) throw new Error(problem.message);
  if (state === 'done') break;
  const looked = kinds.reduce((sum: number, { entities }: { entities: number }) => sum + entities, 0);
  const whole = before.branches.length + before.pullRequests.length * 5 + before.commits.length;
  if (kills[0] !== undefined && looked > kills[0] * whole) {
    kills.shift();
    peaks.push(peakOf(hub));
    process.kill(hub.pid, 'SIGKILL');
    console.log(`killed at ${looked} of about ${whole}`);
    hub = await startHub(databases.url('hub'));
  }
  await pause(100);
}
const tookMs = performance.now() - begun;
const requests = host.requests.length - asked;
const database = new pg.Client({ connectionString: databases.url('hub') });
await database.connect();
const countOpen = async (): Promise<number> => {
  const { rows } = await database.query<{ count: string }>(
    "select count(*) as count from deliveries where state in ('received', 'queued', 'sending')",
  );
  return Number(rows[0]?.count);
};
const left = await countOpen();
while ((await countOpen()) > 0) await pause(200);
const drainedMs = performance.now() - begun;
peaks.push(peakOf(hub));
const after = await walk();
const bareMs = (before.tookMs + after.tookMs) / 2;

/** Every entity that names an issue, as Jira should show it. */
const wanted = new Set<string>();
const names = (text: string) => /\bMYT-\d+/.test(text);
for (const [name, sha] of after.branches) if (names(name)) wanted.add(`branch ${name} ${sha}`);
const states: Record<string, string> = { open: 'OPEN', merged: 'MERGED', closed: 'DECLINED' };
for (const [number, title, state] of after.pullRequests) {
  if (names(title)) wanted.add(`pull request ${number} ${states[state]}`);
}
for (const [sha, message] of after.commits) if (names(message)) wanted.add(`commit ${sha}`);
const shown = new Set(
  jira.state
    .development()
    .flatMap(({ branches, pullRequests, commits }) => [
      ...branches.map(({ name, lastCommit }) => `branch ${name} ${lastCommit.hash}`),
      ...pullRequests.map(({ displayId, status }) => `pull request ${displayId?.replace('#', '')} ${status}`),
      ...commits.map(({ hash }) => `commit ${hash}`),
    ]),
);
const missing = [...wanted].filter((one) => !shown.has(one));
const tooMuch = [...shown].filter((one) => !wanted.has(one));

console.log(
  `bare walk: ${before.requests} requests, ${(before.tookMs / 1_000).toFixed(1)} s before and ${(after.tookMs / 1_000).toFixed(1)} s after`,
);
console.log(
  `backfill: ${requests} requests, ${(tookMs / 1_000).toFixed(1)} s; ${left} deliveries were on their way then, all at Jira ${((drainedMs - tookMs) / 1_000).toFixed(1)} s later`,
);
console.log(`backfill ratio bare / hub: ${(bareMs / tookMs).toFixed(2)} (wanted: at least 0.8)`);
console.log(`memory of the hub at most: ${Math.max(...peaks).toFixed(0)} MB (wanted: under 250)`);
console.log(
  `Jira shows ${shown.size} of ${wanted.size}; missing ${missing.length}, too much ${tooMuch.length} (wanted: 0 and 0)`,
  ...missing.slice(0, 3),
  ...tooMuch.slice(0, 3),
);
if (missing.length + tooMuch.length > 0) process.exitCode = 1;

await database.end();
await hub.stop();
await host.close();
await jira.close();
await databases.stop();
