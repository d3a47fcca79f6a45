// Posts of a build accepted and durably stored a second, against fastify with one durable row a post.
// Jira refuses connections meanwhile, so that accepting is measured and not sending. At least 0.6.
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import {
  buildBody,
  makeConnectKey,
  nobody,
  quantile,
  startDatabases,
  startHub,
  startJira,
  startProcess,
} from './stage.ts';

const connections = 64;
const roundMs = 4_000;
const rounds = 4;

const databases = await startDatabases(['hub', 'bare']);
const jira = await startJira();
const hub = await startHub(databases.url('hub'));
const bare = await startProcess([fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
  DATABASE_URL: databases.url('bare'),
});
const key = await makeConnectKey(hub, jira, nobody);

let number = 0;
/** Posts a second, over one round. */
async function measure(url: string, path: string): Promise<number> {
  const pool = new Pool(url, { connections });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const until = performance.now() + roundMs;
  let done = 0;
  const one = async () => {
    while (performance.now() < until) {
      number += 1;
      const answer = await pool.request({ method: 'POST', path, headers, body: buildBody(number) });
      await answer.body.dump();
      if (answer.statusCode !== 202) throw new Error(`${path} answered ${answer.statusCode}`);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  await pool.close();
  return done / (roundMs / 1_000);
}

const pairs: { bare: number; hub: number }[] = [];
for (let round = 0; round <= rounds; round += 1) {
  const pair = {
    bare: await measure(bare.ready.url, '/posts'),
    hub: await measure(hub.url, '/api/v1/builds'),
  };
  // The first round warms both up.
  if (round > 0) pairs.push(pair);
  console.log(
    `${round === 0 ? 'warm-up' : `round ${round}`}: bare ${pair.bare.toFixed(0)}/s, hub ${pair.hub.toFixed(0)}/s`,
  );
}
const ratio = quantile(
  pairs.map((pair) => pair.hub / pair.bare),
  0.5,
);
console.log(`ratio hub / bare: ${ratio.toFixed(2)} (wanted: at least 0.6)`);

await hub.stop();
await bare.stop();
await jira.close();
await databases.stop();
