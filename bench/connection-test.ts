// The test of a connection to Jira Cloud with a user and an OAuth credential, nothing cached, 50 ms delay on each
// request. Wanted: fewer than 10 requests, under 400 ms; a bare request is the measure.
import { request } from 'undici';
import jira from '../src/connectors/jira/index.ts';
import type { JiraSettings } from '../src/connectors/jira/settings.ts';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../src/http/index.ts';
import type { Connection } from '../src/kit/connector.ts';
import type { Log } from '../src/kit/log.ts';
import { Secret } from '../src/kit/secret.ts';
import { openSettings } from '../src/kit/settings.ts';
import { quantile, startJira } from './stage.ts';

const runs = 30;
const delayMs = 50;
const wantedMs = 400;

const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const simulator = await startJira();
simulator.faults.add({ answer: { delayMs } });
const [account] = simulator.accounts;
const [client] = simulator.clients;
const [service] = simulator.serviceAccounts;
const { siteUrl, gatewayUrl } = simulator;

const devops = { clientId: client?.clientId, clientSecret: { secret: client?.clientSecret } };
const subjects = {
  'an API token and an OAuth credential': {
    platform: { type: 'api-token', email: account?.email, token: { secret: account?.apiToken } },
    devops,
  },
  'a service account and an OAuth credential': {
    platform: {
      type: 'service-account',
      clientId: service?.clientId,
      clientSecret: { secret: service?.clientSecret },
      authorizationUrl: gatewayUrl,
    },
    devops,
  },
};

/** One test with nothing known: no connection open, no token, no cloud id. */
async function testOnce(given: object): Promise<{ tookMs: number; requests: number }> {
  const settings = await openSettings(
    jira.settings.parse({ baseUrl: siteUrl, gatewayUrl, allowAddresses: ['127.0.0.1/32'], ...given }),
    async (name) => new Secret(name),
  );
  const http = createHttp({ tokens: memoryTokenStore(), budgets: memoryBudgetStore(), log });
  const connection: Connection<JiraSettings> = {
    id: 'bench',
    name: 'bench',
    scope: 'account',
    settings,
    aim: (part) => http.aim({ name: 'bench', allowAddresses: ['127.0.0.1/32'], ...part }),
    log,
    now: () => new Date(),
  };
  const before = simulator.state.requests.length;
  const startedMs = performance.now();
  const { outcome } = await jira.test(connection, { projects: ['MYT'] });
  const tookMs = performance.now() - startedMs;
  if (outcome !== 'passed') throw new Error(`the test ${outcome}`);
  await http.close();
  return { tookMs, requests: simulator.state.requests.length - before };
}

async function bareOnce(): Promise<number> {
  const startedMs = performance.now();
  const { body } = await request(`${siteUrl}/rest/api/2/serverInfo`);
  await body.text();
  return performance.now() - startedMs;
}

const bare: number[] = [];
for (let run = 0; run < runs; run += 1) bare.push(await bareOnce());
const bareMs = quantile(bare, 0.5);
console.log(`a bare request: p50 ${bareMs.toFixed(0)} ms`);

for (const [name, settings] of Object.entries(subjects)) {
  await testOnce(settings);
  const took: number[] = [];
  let requests = 0;
  for (let run = 0; run < runs; run += 1) {
    const one = await testOnce(settings);
    took.push(one.tookMs);
    requests = one.requests;
  }
  const [p50, p95] = [quantile(took, 0.5), quantile(took, 0.95)];
  const verdict = p95 < wantedMs && requests < 10 ? 'ok' : 'TOO MUCH';
  console.log(
    `${name}: ${requests} requests, p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (wanted: under ${wantedMs}), ${(p50 / bareMs).toFixed(1)} x a bare request, ${(p50 / (bareMs * requests)).toFixed(2)} x as many in sequence: ${verdict}`,
  );
}
await simulator.close();
