// 200 reports a second for a minute, evenly, while each of Jira's answers takes 50 ms: nothing lost, accepted within
// 50 ms at p99. The same pace against fastify with one durable row a post stands beside it.
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Pool } from 'undici';
import {
  buildBody,
  makeConnectKey,
  quantile,
  startDatabases,
  startHub,
  startJira,
  startProcess,
} from './stage.ts';

const everyMs = 1_000 / 200;
const warmUp = 1_000;
const reports = 12_000;
const jiraDelayMs = 50;
/** Jira is asked once a request for up to 100 builds, so what waits at the end is soon gone. */
const patienceMs = 60_000;

const databases = await startDatabases(['hub', 'bare']);
const jira = await startJira();
jira.faults.add({ match: {}, answer: { delayMs: jiraDelayMs } });
const hub = await startHub(databases.url('hub'));
const bare = await startProcess([fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
  DATABASE_URL: databases.url('bare'),
});
const key = await makeConnectKey(hub, jira);

let number = 0;
/** Posts at the pace, whether or not the ones before were answered; gives the milliseconds until each 202. */
async function post(url: string, path: string, count: number): Promise<number[]> {
  const pool = new Pool(url, { connections: 64 });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const one = async (dueAt: number): Promise<number> => {
    number += 1;
    const answer = await pool.request({ method: 'POST', path, headers, body: buildBody(number) });
    await answer.body.dump();
    if (answer.statusCode !== 202) throw new Error(`${path} answered ${answer.statusCode}`);
    // From the moment at which it was due: a late start is the wait of whoever reports.
    return performance.now() - dueAt;
  };
  const begun = performance.now();
  const posted: Promise<number>[] = [];
  while (posted.length < count) {
    const due = Math.min(count, Math.ceil((performance.now() - begun) / everyMs));
    while (posted.length < due) posted.push(one(begun + posted.length * everyMs));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const times = await Promise.all(posted);
  await pool.close();
  return times;
}

const database = new pg.Client({ connectionString: databases.url('hub') });
await database.connect();
const countByState = async (): Promise<Map<string, number>> => {
  const { rows } = await database.query<{ state: string; count: string }>(
    'select state, count(*) as count from deliveries group by state',
  );
  return new Map(rows.map(({ state, count }) => [state, Number(count)]));
};

await post(bare.ready.url, '/posts', warmUp);
const bareTimes = await post(bare.ready.url, '/posts', reports / 4);
await post(hub.url, '/api/v1/builds', warmUp);
const first = number + 1;
const hubTimes = await post(hub.url, '/api/v1/builds', reports);
const last = number;

const ended = performance.now();
let states = await countByState();
while (states.get('delivered') !== warmUp + reports && performance.now() - ended < patienceMs) {
  states = await countByState();
}
const drainedMs = performance.now() - ended;
const shown = new Set(jira.state.builds('MYT-1').map(({ buildNumber }) => buildNumber));
let lost = 0;
for (let wanted = first; wanted <= last; wanted += 1) if (!shown.has(wanted)) lost += 1;

console.log(
  `${reports} reports at ${1_000 / everyMs} a second, Jira at ${jiraDelayMs} ms: ${lost} lost (wanted: 0), ` +
    `the last one sent ${drainedMs.toFixed(0)} ms after the end`,
);
console.log(`ledger: ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}`);
for (const share of [0.5, 0.99, 1]) {
  const [through, without] = [quantile(hubTimes, share), quantile(bareTimes, share)];
  const wanted = share === 0.99 ? ' (wanted: under 50)' : '';
  console.log(
    `accept p${share * 100}: hub ${through.toFixed(1)} ms${wanted}, bare ${without.toFixed(1)} ms, ratio ${(through / without).toFixed(1)}`,
  );
}
if (lost > 0) process.exitCode = 1;

await database.end();
await hub.stop();
await bare.stop();
await jira.close();
await databases.stop();
