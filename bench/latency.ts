// From an accepted post to Jira's answer stored, one at a time, beyond the simulator's own time.
// Wanted: p50 under 8 ms, p99 under 30 ms.
import { request } from 'undici';
import { buildBody, makeConnectKey, quantile, startDatabases, startHub, startJira } from './stage.ts';

const posts = 400;
const warmUp = 50;

const databases = await startDatabases(['hub']);
const jira = await startJira();
const hub = await startHub(databases.url('hub'));
const key = await makeConnectKey(hub, jira);
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

/** Milliseconds from the 202 until the delivery is seen final by one who waits for it. */
async function report(number: number): Promise<number> {
  const posted = await request(`${hub.url}/api/v1/builds`, {
    method: 'POST',
    headers,
    body: buildBody(number),
  });
  const { delivery } = (await posted.body.json()) as { delivery: string };
  const accepted = performance.now();
  const answer = await request(`${hub.url}/api/v1/deliveries/${delivery}?wait=10`, { headers });
  const { state } = (await answer.body.json()) as { state: string };
  if (state !== 'delivered') throw new Error(`a report ended ${state}`);
  return performance.now() - accepted;
}

const [client] = jira.clients;
const token = await request(`${jira.gatewayUrl}/oauth/token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    grant_type: 'client_credentials',
    client_id: client?.clientId,
    client_secret: client?.clientSecret,
  }),
});
const { access_token: accessToken } = (await token.body.json()) as { access_token: string };

/** Milliseconds of the same bulk request without a hub. */
async function direct(number: number): Promise<number> {
  const begun = performance.now();
  const answer = await request(`${jira.gatewayUrl}/jira/builds/0.1/cloud/${jira.cloudId}/bulk`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      builds: [
        {
          pipelineId: 'direct',
          buildNumber: number,
          updateSequenceNumber: number,
          displayName: 'direct',
          url: 'https://ci.example.com/direct',
          state: 'successful',
          lastUpdated: new Date().toISOString(),
          issueKeys: ['MYT-1', 'MYT-2'],
        },
      ],
    }),
  });
  await answer.body.dump();
  if (answer.statusCode !== 202) throw new Error(`the simulator answered ${answer.statusCode}`);
  return performance.now() - begun;
}

const hubTimes: number[] = [];
const directTimes: number[] = [];
for (let number = 1; number <= warmUp + posts; number += 1) {
  const times = { hub: await report(number), direct: await direct(number) };
  if (number <= warmUp) continue;
  hubTimes.push(times.hub);
  directTimes.push(times.direct);
}
for (const share of [0.5, 0.99]) {
  const [through, without] = [quantile(hubTimes, share), quantile(directTimes, share)];
  console.log(
    `p${share * 100}: through the hub ${through.toFixed(1)} ms, simulator alone ${without.toFixed(1)} ms, ` +
      `beyond it ${(through - without).toFixed(1)} ms (wanted: under ${share === 0.5 ? 8 : 30}), ratio ${(through / without).toFixed(1)}`,
  );
}

await hub.stop();
await jira.close();
await databases.stop();
