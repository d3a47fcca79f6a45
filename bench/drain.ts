// 10,000 builds that wait for one site: at most one bulk request for each 100, memory flat.
import { readFileSync } from 'node:fs';
import { Pool, request } from 'undici';
import { buildBody, makeConnectKey, startDatabases, startHub, startJira } from './stage.ts';

const builds = 10_000;
const together = 100;

const databases = await startDatabases(['hub']);
const jira = await startJira();
const hub = await startHub(databases.url('hub'));
// While the gateway answers 503 the stream waits, and the builds gather.
const block = jira.faults.add({
  match: { path: '/oauth/token' },
  answer: { status: 503, headers: { 'retry-after': '20' }, body: {} },
});
const key = await makeConnectKey(hub, jira);

const pool = new Pool(hub.url, { connections: 32 });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
let number = 0;
const poster = async () => {
  while (number < builds) {
    number += 1;
    const answer = await pool.request({
      method: 'POST',
      path: '/api/v1/builds',
      headers,
      body: buildBody(number),
    });
    await answer.body.dump();
    if (answer.statusCode !== 202) throw new Error(`the hub answered ${answer.statusCode}`);
  }
};
await Promise.all(Array.from({ length: 32 }, poster));
await pool.close();

/** Resident megabytes of the hub. */
const residentMegabytes = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${hub.pid}/status`, 'utf8'))?.[1]) / 1_024;
const queued = async (): Promise<boolean> => {
  const answer = await request(`${hub.url}/api/v1/deliveries?state=queued&limit=1`, {
    headers: { authorization: `Bearer ${hub.token}` },
  });
  return ((await answer.body.json()) as { items: unknown[] }).items.length > 0;
};

const before = residentMegabytes();
jira.faults.remove(block);
const bulkBefore = jira.state.requests.filter(({ path }) => path.endsWith('/bulk')).length;
const begun = performance.now();
let most = before;
while (await queued()) most = Math.max(most, residentMegabytes());
const tookMs = performance.now() - begun;
const bulk = jira.state.requests.filter(({ path }) => path.endsWith('/bulk')).length - bulkBefore;
console.log(
  `${builds} builds in ${bulk} bulk requests, ${(tookMs / 1_000).toFixed(1)} s with the rest of the pause`,
);
console.log(
  `ratio requests / (builds / ${together}): ${(bulk / (builds / together)).toFixed(2)} (wanted: at most 1.00)`,
);
console.log(
  `memory ${before.toFixed(0)} MB before, ${most.toFixed(0)} MB at most: ratio ${(most / before).toFixed(2)}`,
);

await hub.stop();
await jira.close();
await databases.stop();
