// Approvals that wait. Figures, with a hub, a PostgreSQL and a simulated Jira Cloud:
// - 10,000 waiting on one site, each looked at every minute: fewer than 20 searches a minute
// - from a change in Jira to the decision of the run, by webhook: under 2 s
// - 10,000 webhooks for issues that nobody waits for: how many are taken a second, and that decisions stay under 2 s
// `node bench/approvals.ts 1000` does it with 1,000.

import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { defaultSeed, startJiraSimulator } from '../src/simulators/jira/index.ts';
import { freePort } from '../test/free-port.ts';
import { get, post, quantile, startDatabases, startHub } from './stage.ts';

const waiting = Number(process.argv[2] ?? 10_000);
const minutes = 2;
const decisions = 30;
const wantedMs = 2_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does something for each number below a count, so many at a time. */
async function times(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index).values();
  const take = async () => {
    for (const index of indexes) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

const seed = defaultSeed();
const others = Array.from({ length: waiting }, (_, index) => ({
  key: `MYT-${100 + index}`,
  summary: `Change ${index}`,
  description: '',
  type: 'Task',
  status: 'In Progress',
  labels: [],
  fields: {},
}));
// Issues that nobody has touched of late: what has just changed would be in every search.
let agoMs = 24 * 3_600_000;
const jira = await startJiraSimulator({
  edition: 'cloud',
  now: () => new Date(Date.now() - agoMs),
  seed: { ...seed, issues: [...seed.issues, ...others] },
  webhookRetryDelayMs: 100,
});
agoMs = 0;
const databases = await startDatabases(['hub']);
const port = await freePort();
const hub = await startHub(databases.url('hub'), undefined, {
  TIELINE_PORT: String(port),
  TIELINE_PUBLIC_URL: `http://127.0.0.1:${port}`,
});
const [account] = jira.accounts;
await post(hub, '/api/v1/secrets', { name: 'jira-token', value: account?.apiToken });
const connection = await post(hub, '/api/v1/connections', {
  name: 'jira',
  connector: 'jira',
  settings: {
    baseUrl: jira.siteUrl,
    gatewayUrl: jira.gatewayUrl,
    platform: { type: 'api-token', email: account?.email, token: { secret: 'jira-token' } },
    allowAddresses: ['127.0.0.1/32'],
  },
});

const runs = new Map<string, string>();
const begun = performance.now();
await times(waiting, 16, async (index) => {
  const issue = `MYT-${100 + index}`;
  const { id } = await post(hub, '/api/v1/actions/jira.wait-for-approval/run', {
    connection: connection.id,
    input: {
      issue,
      everyMs: 60_000,
      approve: {
        type: 'key-values',
        conditions: [{ key: 'Status', operator: 'equals', value: 'Done' }],
      },
    },
    timeoutMs: 24 * 3_600_000,
  });
  runs.set(issue, id);
});
const stateOf = async (id: string | undefined): Promise<string> =>
  (await get(hub, `/api/v1/runs/${id}`)).state;
await times(waiting, 16, async (index) => {
  while ((await stateOf(runs.get(`MYT-${100 + index}`))) !== 'waiting') await pause(200);
});
console.log(`${waiting} approvals wait after ${((performance.now() - begun) / 1_000).toFixed(0)} s`);

const isSearch = ({ path }: { path: string }) => path.includes('/search/jql');
// The first looks, one at each issue, are over when nothing but the rhythm is left.
await pause(90_000);
const from = new Date();
await pause(minutes * 60_000);
const asked = jira.state.requests.filter(({ at }) => at >= from);
const searches = asked.filter(isSearch).length / minutes;
const rest = (asked.length - asked.filter(isSearch).length) / minutes;
console.log(
  `${waiting} approvals, looked at every minute: ${searches.toFixed(1)} searches a minute (wanted: fewer than 20), ${rest.toFixed(1)} other requests`,
);

const [hook] = jira.state.webhooks().admin;
if (hook?.secret === undefined) throw new Error('the hub has registered no webhook');
const authorization = `Basic ${Buffer.from(`${account?.email}:${account?.apiToken}`).toString('base64')}`;
const site = new Pool(jira.siteUrl, { connections: 64 });

/** Sets an issue to Done; milliseconds from then until its run has ended. */
async function decide(issue: string, lookEveryMs = 10): Promise<number> {
  const answer = await site.request({
    method: 'POST',
    path: `/rest/api/3/issue/${issue}/transitions`,
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ transition: { id: '31' } }),
  });
  if (answer.statusCode !== 204)
    throw new Error(`${issue}: ${answer.statusCode} ${await answer.body.text()}`);
  await answer.body.dump();
  const changedAt = Date.now();
  for (;;) {
    const { state, endedAt } = await get(hub, `/api/v1/runs/${runs.get(issue)}`);
    if (state === 'succeeded') return Date.parse(endedAt) - changedAt;
    await pause(lookEveryMs);
  }
}

function tell(what: string, took: number[], wanted?: number): void {
  const most = Math.max(...took);
  const against = wanted === undefined ? '' : ` (wanted: under ${wanted})`;
  console.log(
    `${what}: p50 ${quantile(took, 0.5).toFixed(0)} ms, p99 ${quantile(took, 0.99).toFixed(0)} ms, at most ${most.toFixed(0)} ms${against}`,
  );
  if (wanted !== undefined && most >= wanted) process.exitCode = 1;
}

const took: number[] = [];
for (let index = 0; index < decisions; index += 1) took.push(await decide(`MYT-${100 + index}`));
tell('decided after the change', took, wantedMs);

const { pathname } = new URL(hook.url);
const intake = new Pool(hub.url, { connections: 64 });
const hooks = 10_000;
const during: number[] = [];
const burst = performance.now();
let left = hooks;
const body = JSON.stringify({ webhookEvent: 'jira:issue_updated', issue: { id: '1', key: 'OTHER-1' } });
const signature = `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`;
await Promise.all([
  times(hooks, 64, async (index) => {
    const answer = await intake.request({
      method: 'POST',
      path: pathname,
      headers: { 'x-hub-signature': signature, 'x-atlassian-webhook-identifier': `burst-${index}` },
      body,
    });
    if (answer.statusCode !== 200) throw new Error(`a webhook was answered ${answer.statusCode}`);
    await answer.body.dump();
    left -= 1;
  }),
  (async () => {
    for (let index = decisions; left > 0; index += 1) during.push(await decide(`MYT-${100 + index}`));
  })(),
]);
console.log(
  `${hooks} webhooks that nobody waits for: ${(hooks / ((performance.now() - burst) / 1_000)).toFixed(0)} a second`,
);
tell('decided meanwhile', during, wantedMs);

const together = 200;
const first = decisions + during.length + 1;
const atOnce: number[] = [];
await times(Math.min(together, waiting - first), together, async (index) => {
  // So many who ask at once would be the load themselves.
  atOnce.push(await decide(`MYT-${100 + first + index}`, 5_000));
});
tell(`${atOnce.length} decided at once`, atOnce);
if (searches >= 20) process.exitCode = 1;

await Promise.all([site.close(), intake.close()]);
await hub.stop();
await jira.close();
await databases.stop();
