// The whole process of `tieline report`, bundled, with 50 ms delay on each request.
// Wanted: under 120 ms by the hub with --no-wait, under 170 ms straight to Jira by INSTANCE.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeConnectKey, quantile, startDatabases, startHub, startJira } from './stage.ts';

const runs = 12;
const delayMs = 50;

const folder = mkdtempSync(join(tmpdir(), 'tieline-bench-'));
const bundle = join(folder, 'report.cjs');
execFileSync(process.execPath, [
  fileURLToPath(new URL('../tools/bundle-report.ts', import.meta.url)),
  '--outfile',
  bundle,
]);
const databases = await startDatabases(['hub']);
const jira = await startJira();
const hub = await startHub(databases.url('hub'));
const connectKey = await makeConnectKey(hub, jira);
jira.faults.add({ answer: { delayMs } });

/** Hands bytes on, what the caller sends after a delay: a hub at the other end of a slow line. */
const line = createServer((near) => {
  const far = connect(Number(new URL(hub.url).port), '127.0.0.1');
  near.on('data', (chunk) => void setTimeout(() => far.write(chunk), delayMs));
  near.on('end', () => far.end());
  far.pipe(near);
  for (const socket of [near, far]) socket.on('error', () => socket.destroy());
});
await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
const slowHub = `http://127.0.0.1:${(line.address() as AddressInfo).port}`;

const [client] = jira.clients;
const pipeline = {
  DRONE: 'true',
  DRONE_REPO: 'shop/checkout',
  DRONE_BUILD_STATUS: 'success',
  DRONE_BUILD_LINK: 'https://ci.example.com/shop/checkout/42',
  DRONE_COMMIT_MESSAGE: 'MYT-1 round totals once',
};
const credential = { CLIENT_ID: client?.clientId ?? '', CLIENT_SECRET: client?.clientSecret ?? '' };

/** The three requests of a report one after the other, by bare undici, and nothing else. */
const inSequence = `
const { request } = require(${JSON.stringify(fileURLToPath(import.meta.resolve('undici')))});
const ask = async (url, options) => (await request(url, options)).body.json();
(async () => {
  const { cloudId } = await ask(${JSON.stringify(jira.siteUrl)} + '/_edge/tenant_info');
  const headers = { 'content-type': 'application/json' };
  const { access_token } = await ask(${JSON.stringify(jira.gatewayUrl)} + '/oauth/token', { method: 'POST', headers,
    body: JSON.stringify({ audience: 'api.atlassian.com', grant_type: 'client_credentials',
      client_id: process.env.CLIENT_ID, client_secret: process.env.CLIENT_SECRET }) });
  const build = { pipelineId: 'bare', buildNumber: 1, updateSequenceNumber: 1, displayName: 'bare', state: 'successful',
    url: 'https://ci.example.com/1', lastUpdated: new Date().toISOString(), issueKeys: ['MYT-1'] };
  await ask(${JSON.stringify(jira.gatewayUrl)} + '/jira/builds/0.1/cloud/' + cloudId + '/bulk', { method: 'POST',
    headers: { ...headers, authorization: 'Bearer ' + access_token }, body: JSON.stringify({ builds: [build] }) });
  process.exit(0);
})();`;

interface Subject {
  name: string;
  wantedMs?: number;
  script: string[];
  env?: Record<string, string>;
}

const subjects: Subject[] = [
  { name: 'node -e 0', script: ['-e', '0'] },
  { name: 'report --help', script: [bundle, '--help'] },
  {
    name: 'by the hub, --no-wait',
    wantedMs: 120,
    script: [bundle, '--no-wait'],
    env: { ...pipeline, CONNECT_KEY: connectKey, CONNECT_HOSTNAME: slowHub },
  },
  {
    name: 'straight to Jira',
    wantedMs: 170,
    script: [bundle],
    env: { ...pipeline, ...credential, INSTANCE: jira.siteUrl, PLUGIN_GATEWAY_URL: jira.gatewayUrl },
  },
  { name: 'three in sequence, bare', script: ['-e', inSequence], env: credential },
];

function run({ name, script, env = {} }: Subject, number: number): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const options = {
      env: { PATH: process.env.PATH, ...env, DRONE_BUILD_NUMBER: String(number) },
      cwd: folder,
    };
    execFile(process.execPath, script, options, (error, out, notes) => {
      if (error) reject(new Error(`${name}: ${out}${notes}`));
      else resolve(performance.now() - begun);
    });
  });
}

const times = new Map(subjects.map(({ name }) => [name, [] as number[]]));
for (let number = 0; number <= runs; number += 1) {
  for (const subject of subjects) {
    const tookMs = await run(subject, number);
    // The first round warms the disk.
    if (number > 0) times.get(subject.name)?.push(tookMs);
  }
}

const median = (name: string) => quantile(times.get(name) ?? [], 0.5);
const bare = median('three in sequence, bare');
for (const { name, wantedMs } of subjects) {
  const wanted = wantedMs === undefined ? '' : ` (wanted: under ${wantedMs})`;
  console.log(
    `${name.padEnd(24)} median ${median(name).toFixed(0).padStart(4)} ms${wanted}, beyond node itself ` +
      `${(median(name) - median('node -e 0')).toFixed(0)} ms, ratio to three bare requests ${(median(name) / bare).toFixed(2)}`,
  );
}

await hub.stop();
await new Promise((resolve) => line.close(resolve));
await jira.close();
await databases.stop();
rmSync(folder, { recursive: true, force: true });
