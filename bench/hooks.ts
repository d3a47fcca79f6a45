// Webhooks of a code host. Three figures, with a hub, a simulated Jira at 0 ms and a simulated Harness Code:
// - from a webhook to Jira's answer, one at a time: p50 under 15 ms, p99 under 60 ms
// - webhooks of 10 KB accepted a second (signature checked, durably stored), against fastify with one row a post: 0.5
// - 500 a second for a minute: p99 of accept under 50 ms, none lost, no branch in Jira's panel wrong at the end
// `--only=latency`, `--only=load` or `--only=accept` takes one of them.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { Pool } from 'undici';
import { startHarnessCodeSimulator } from '../src/simulators/harness-code/index.ts';
import type { HookLoad, HookLoadResult } from './hook-load.ts';
import { type Branch, headersOf, push, sendHook } from './made-up-push.ts';
import {
  connectJira,
  get,
  post,
  quantile,
  startDatabases,
  startHub,
  startJira,
  startProcess,
} from './stage.ts';

const only = process.argv.find((one) => one.startsWith('--only='))?.slice('--only='.length);
const isWanted = (part: 'latency' | 'load' | 'accept'): boolean => only === undefined || only === part;

const repositories = ['storefront', 'payments'];
const scope = 'acme/shop/web';

const databases = await startDatabases(['hub', 'bare']);
const jira = await startJira();
const host = await startHarnessCodeSimulator();
// Nothing listens there: the webhooks come from this benchmark, as the host would send them.
const hub = await startHub(databases.url('hub'), undefined, { TIELINE_PUBLIC_URL: 'http://127.0.0.1:9' });
const bare = await startProcess([fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
  DATABASE_URL: databases.url('bare'),
});
const { id: jiraConnection } = await connectJira(hub, jira);
await post(hub, '/api/v1/secrets', { name: 'code', value: host.accounts[0]?.token });
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
const link = await post(hub, '/api/v1/links', {
  name: 'bench',
  hostConnection,
  jiraConnection,
  level: 'project',
  paths: [scope],
  backfill: null,
});
// The first regular look would find that the host has none of the pushes that are made up here.
while ((await get(hub, `/api/v1/links/${link.id}`)).lastLook?.endedAt == null) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const { url, secret } = await get(hub, `/api/v1/links/${link.id}/webhook-secret`);

const noCommit = '0'.repeat(40);
const known = await Promise.all(
  repositories.map(async (name) => {
    const path = `${scope}/${name}`;
    const answer = await fetch(`${host.apiUrl}/repos/${encodeURIComponent(path)}`, {
      headers: { authorization: `Bearer ${host.accounts[0]?.token}` },
    });
    return { path, id: ((await answer.json()) as { id: number }).id };
  }),
);

const pool = new Pool(hub.url, { connections: 64 });
const hook = { path: new URL(url).pathname, secret };
const send = (body: Buffer): Promise<string> => sendHook(pool, hook, body);

/** A branch that the host has and the hub has seen: from here on each push follows from what is known. */
async function makeBranch(name: string, repository = known[0]): Promise<Branch> {
  if (repository === undefined) throw new Error('no repository');
  const head = await host.people.createBranch({ repository: repository.path, name });
  const branch = { repository, name, head: noCommit };
  const delivery = await send(push(branch, 'first', head).body);
  await get(hub, `/api/v1/deliveries/${delivery}?wait=30`);
  return branch;
}

const headInJira = (name: string): string | undefined =>
  jira.state
    .development()
    .flatMap(({ branches }) => branches)
    .find((branch) => branch.name === name)?.lastCommit.hash;

/** From a webhook to Jira's answer. */
async function measureLatency(): Promise<void> {
  const branch = await makeBranch('MYT-1-latency');
  const times: number[] = [];
  let effects = jira.state.effects.length;
  for (let number = 0; number < 250; number += 1) {
    const { body, sha } = push(branch, 'MYT-2');
    const begun = performance.now();
    void send(body);
    const seen = () => {
      for (; effects < jira.state.effects.length; effects += 1) {
        if (jira.state.effects[effects]?.key.endsWith(sha)) return true;
      }
      return false;
    };
    while (!seen()) await new Promise((resolve) => setTimeout(resolve, 1));
    // The first ones warm up.
    if (number >= 50) times.push(performance.now() - begun);
  }
  console.log(
    `webhook to Jira: p50 ${quantile(times, 0.5).toFixed(1)} ms (wanted: under 15), p99 ${quantile(times, 0.99).toFixed(1)} ms (wanted: under 60)`,
  );
}

/** 500 a second for a minute. */
async function measureLoad(): Promise<void> {
  const countOpen = async (): Promise<number> => {
    const { rows } = await database.query<{ count: string }>(
      "select count(*) as count from deliveries where state in ('received', 'queued', 'sending')",
    );
    return Number(rows[0]?.count);
  };
  while ((await countOpen()) > 0) await new Promise((resolve) => setTimeout(resolve, 200));
  const seconds = 60;
  const rate = 500;
  const branches = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      makeBranch(`MYT-${(index % 3) + 1}-load-${index}`, known[index % 2]),
    ),
  );
  const load: HookLoad = { url: hub.url, hook, branches, rate, seconds };
  const [{ acceptMs, branches: pushed }] = (await once(
    new Worker(new URL('./hook-load.ts', import.meta.url), { workerData: load }),
    'message',
  )) as [HookLoadResult];
  const ended = performance.now();
  while ((await countOpen()) > 0) await new Promise((resolve) => setTimeout(resolve, 200));
  const wrong = pushed.filter(({ name, head }) => headInJira(name) !== head).length;
  const shown = new Set(jira.state.development().flatMap(({ commits }) => commits.map(({ hash }) => hash)));
  console.log(
    `${rate} a second for ${seconds} s: accept p50 ${quantile(acceptMs, 0.5).toFixed(1)} ms, p99 ${quantile(acceptMs, 0.99).toFixed(1)} ms (wanted: under 50); ` +
      `drained ${((performance.now() - ended) / 1_000).toFixed(1)} s later; ${shown.size} commits shown, ${wrong} of ${branches.length} branches wrong (wanted: 0)`,
  );
  if (wrong > 0) process.exitCode = 1;
}

/** How often something can be done a second, 64 at a time. */
async function measure(one: () => Promise<unknown>, roundMs = 4_000): Promise<number> {
  const until = performance.now() + roundMs;
  let done = 0;
  const again = async () => {
    while (performance.now() < until) {
      await one();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: 64 }, again));
  return done / (roundMs / 1_000);
}

/** Accepted a second, of 10 KB each, beside the bare server. */
async function measureAccept(): Promise<void> {
  const branch = await makeBranch('MYT-1-accept');
  const barePool = new Pool(bare.ready.url, { connections: 64 });
  const postBare = async () => {
    const { body } = push({ ...branch }, 'none');
    const headers = headersOf(body, secret);
    const answer = await barePool.request({ method: 'POST', path: '/posts', headers, body });
    await answer.body.dump();
  };
  // The host refuses the token from now on, so that the work is held: what is measured is accepting.
  host.expireToken(host.accounts[0]?.uid ?? '');
  const postHook = () => send(push({ ...branch, head: noCommit }, 'none').body);
  const ratios: number[] = [];
  for (let round = 0; round <= 3; round += 1) {
    const [bareRate, hubRate] = [await measure(postBare), await measure(postHook)];
    if (round > 0) ratios.push(hubRate / bareRate);
    console.log(`accept round ${round}: bare ${bareRate.toFixed(0)}/s, hub ${hubRate.toFixed(0)}/s`);
  }
  console.log(`accept ratio hub / bare: ${quantile(ratios, 0.5).toFixed(2)} (wanted: at least 0.5)`);
}

const database = new pg.Client({ connectionString: databases.url('hub') });
await database.connect();
if (isWanted('latency')) await measureLatency();
if (isWanted('load')) await measureLoad();
if (isWanted('accept')) await measureAccept();

await database.end();
await pool.close();
await hub.stop();
await bare.stop();
await host.close();
await jira.close();
await databases.stop();
