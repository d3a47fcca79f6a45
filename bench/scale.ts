// A hub with 1,000 connections and 10,000 secrets: a page of either list, against a bare select of the same rows, and
// the start against that of an empty hub. Wanted: p99 of a page under 50 ms; a start that does not grow.
import pg from 'pg';
import { request } from 'undici';
import { quantile, startDatabases, startHub } from './stage.ts';

const connections = 1_000;
const secrets = 10_000;
const pages = 200;
const starts = 5;

const databases = await startDatabases(['hub']);
const url = databases.url('hub');

/** Milliseconds until the hub takes requests, the best of a few starts. */
async function start(): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < starts; round += 1) {
    const hub = await startHub(url);
    times.push(hub.readyMs);
    await hub.stop();
  }
  return Math.min(...times);
}

// The first start migrates.
await (await startHub(url)).stop();
const emptyMs = await start();

const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query(`
  insert into secrets (id, scope, name, sealed, usage_scopes)
  select gen_random_uuid(), scope, 'secret ' || n, decode(repeat('00', 120), 'hex'), array[scope]
  from generate_series(1, ${secrets}) n, lateral (select 'org' || n % 50 || '/project' || n % 200 as scope) as place`);
await client.query(`
  insert into connections (id, scope, name, connector, settings, next_check_at, usage_scopes)
  select gen_random_uuid(), scope, 'connection ' || n, 'jira', jsonb_build_object('baseUrl', 'https://jira.example.com',
    'devops', jsonb_build_object('clientId', 'c', 'clientSecret', jsonb_build_object('secret', 'secret ' || n))),
    now() + interval '1 day', array[scope]
  from generate_series(1, ${connections}) n, lateral (select 'org' || n % 50 || '/project' || n % 200 as scope) as place`);
await client.query(`
  insert into secret_uses (user_kind, user_id, path, reference, secret_id)
  select 'connection', connections.id, 'devops.clientSecret', secrets.name, secrets.id
  from connections join secrets on secrets.scope = connections.scope
    and secrets.name = replace(connections.name, 'connection', 'secret')`);
await client.query('analyze');

const filledMs = await start();
console.log(
  `start: empty ${emptyMs.toFixed(0)} ms, with ${connections} connections and ${secrets} secrets ` +
    `${filledMs.toFixed(0)} ms, ratio ${(filledMs / emptyMs).toFixed(2)}`,
);

const hub = await startHub(url);
const headers = { authorization: `Bearer ${hub.token}` };

/** Milliseconds of each page of a list, walked through by its cursor, over and over. */
async function walk(path: string): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | null = null;
  while (times.length < pages) {
    const begun = performance.now();
    const query = new URLSearchParams({ limit: '50', ...(cursor === null ? {} : { cursor }) });
    const answer = await request(`${hub.url}${path}?${query}`, { headers });
    const page = (await answer.body.json()) as { items: unknown[]; next: string | null };
    if (answer.statusCode !== 200) throw new Error(JSON.stringify(page));
    times.push(performance.now() - begun);
    cursor = page.next;
  }
  return times;
}

/** Milliseconds of a bare select of fifty rows. */
async function select(table: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < pages; round += 1) {
    const begun = performance.now();
    await client.query(`select * from ${table} order by id desc limit 50 offset ${(round * 50) % 1_000}`);
    times.push(performance.now() - begun);
  }
  return times;
}

for (const table of ['connections', 'secrets']) {
  const path = `/api/v1/${table}`;
  // The pool, the statements' plans, the compiler.
  await walk(path);
  const [page, bare] = [await walk(path), await select(table)];
  for (const share of [0.5, 0.99]) {
    const [listMs, bareMs] = [quantile(page, share), quantile(bare, share)];
    console.log(
      `${path} p${share * 100}: page ${listMs.toFixed(1)} ms (wanted: under 50), bare select ${bareMs.toFixed(1)} ms, ` +
        `ratio ${(listMs / bareMs).toFixed(1)}`,
    );
  }
}

await hub.stop();
await client.end();
await databases.stop();
