// The whole process of `tieline step` that creates an issue, with 50 ms delay on each request to Jira.
// Wanted: under 400 ms, with three requests at most once the hub knows the fields.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { post, quantile, startDatabases, startHub, startJira } from './stage.ts';

const runs = 12;
/** The first ones learn the fields of the project, and warm the hub. */
const warmUp = 3;
const delayMs = 50;
const program = fileURLToPath(new URL('../bin/tieline.cjs', import.meta.url));
const example = fileURLToPath(new URL('../examples/steps/create-issue.yaml', import.meta.url));

const databases = await startDatabases(['hub']);
const jira = await startJira();
const hub = await startHub(databases.url('hub'));
const [account] = jira.accounts;
await post(hub, '/api/v1/secrets', { name: 'jira-token', value: account?.apiToken });
await post(hub, '/api/v1/connections', {
  name: 'jira',
  connector: 'jira',
  settings: {
    baseUrl: jira.siteUrl,
    platform: { type: 'api-token', email: account?.email, token: { secret: 'account.jira-token' } },
    allowAddresses: ['127.0.0.1/32'],
  },
});
jira.faults.add({ answer: { delayMs } });

function create(): Promise<number> {
  const begun = performance.now();
  const words = [program, 'step', example, '--input', 'Summary=Basket is off by one cent'];
  const env = { PATH: process.env.PATH, TIELINE_URL: hub.url, TIELINE_TOKEN: hub.token };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { env }, (error, out, notes) => {
      if (error) reject(new Error(out + notes));
      else resolve(performance.now() - begun);
    });
  });
}

/** Three requests one after the other, and nothing else. */
async function bare(): Promise<number> {
  const begun = performance.now();
  const authorization = `Basic ${Buffer.from(`${account?.email}:${account?.apiToken}`).toString('base64')}`;
  for (let count = 0; count < 3; count += 1) {
    const answer = await request(`${jira.siteUrl}/rest/api/3/issue/MYT-1`, { headers: { authorization } });
    await answer.body.dump();
  }
  return performance.now() - begun;
}

const steps: number[] = [];
const bares: number[] = [];
let asked = 0;
for (let run = 0; run < warmUp + runs; run += 1) {
  const before = jira.state.requests.length;
  const tookMs = await create();
  asked = jira.state.requests.length - before;
  const bareMs = await bare();
  if (run < warmUp) continue;
  steps.push(tookMs);
  bares.push(bareMs);
}
const [median, ofBare] = [quantile(steps, 0.5), quantile(bares, 0.5)];
console.log(
  `tieline step, create with a comment: median ${median.toFixed(0)} ms (wanted: under 400), ${asked} requests to Jira, ` +
    `ratio to three bare requests ${(median / ofBare).toFixed(2)}`,
);

await hub.stop();
await jira.close();
await databases.stop();
