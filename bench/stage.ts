// What every benchmark plays on: one PostgreSQL, a simulated Jira and a hub, each as real as in production.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { request } from 'undici';
import { startEmbedded } from '../src/database/index.ts';
import type { Log } from '../src/kit/log.ts';
import { startJiraSimulator } from '../src/simulators/jira/index.ts';

const binary = fileURLToPath(new URL('../bin/tieline.cjs', import.meta.url));
const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** An address that refuses: nothing listens at the discard port. */
export const nobody = 'http://127.0.0.1:9';

export interface HubProcess {
  url: string;
  pid: number;
  token: string;
  /** Milliseconds from the start of the process until it took requests. */
  readyMs: number;
  stop(): Promise<void>;
}

/** A PostgreSQL of its own, with fsync on, and databases in it. */
export async function startDatabases(names: string[]) {
  const home = mkdtempSync(join(tmpdir(), 'tieline-bench-'));
  const server = await startEmbedded({ home, log });
  const { host, port, user } = server.connection;
  const client = new pg.Client(server.connection);
  await client.connect();
  for (const name of names) await client.query(`create database ${name}`);
  await client.end();
  return {
    url: (name: string) => `postgres://${user}@/${name}?host=${encodeURIComponent(host)}&port=${port}`,
    async stop() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Starts a process that prints one JSON line when it is ready. */
export async function startProcess(script: string[], environment: Record<string, string>) {
  const begun = performance.now();
  const child: ChildProcess = spawn(process.execPath, script, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null || child.pid === undefined) throw new Error('the process did not start');
  const [line] = await once(createInterface(child.stdout), 'line');
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { pid: child.pid, ready: JSON.parse(line), readyMs: performance.now() - begun, stop };
}

let firstToken = '';

/** A hub on an external database, as `tieline serve` runs it; of this checkout, or of another program. */
export async function startHub(
  databaseUrl: string,
  program = binary,
  environment: Record<string, string> = {},
): Promise<HubProcess> {
  const { pid, ready, readyMs, stop } = await startProcess([program, 'serve', '--json'], {
    DATABASE_URL: databaseUrl,
    TIELINE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    TIELINE_PORT: '0',
    TIELINE_LOG_LEVEL: 'error',
    ...environment,
  });
  firstToken = ready.firstToken ?? firstToken;
  return { url: ready.url, pid, token: firstToken, readyMs, stop };
}

export const startJira = () => startJiraSimulator({ edition: 'cloud' });
export type Jira = Awaited<ReturnType<typeof startJira>>;

/** Posts to the hub's API as its first administrator. */
export async function post(
  hub: HubProcess,
  path: string,
  body: object,
): Promise<{ id: string; key?: string }> {
  const answer = await request(`${hub.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const made = (await answer.body.json()) as { id: string; key?: string };
  if (answer.statusCode >= 300) throw new Error(`${path}: ${JSON.stringify(made)}`);
  return made;
}

/** Reads from the hub's API as its first administrator. */
// biome-ignore lint/suspicious/noExplicitAny: a benchmark takes what it needs of an answer
export async function get(hub: HubProcess, path: string): Promise<any> {
  const answer = await request(`${hub.url}${path}`, { headers: { authorization: `Bearer ${hub.token}` } });
  return answer.body.json();
}

/** A connection to the simulated Jira; its gateway may be put elsewhere. */
export async function connectJira(
  hub: HubProcess,
  jira: Jira,
  gatewayUrl = jira.gatewayUrl,
): Promise<{ id: string; name: string }> {
  const [client] = jira.clients;
  const name = `bench-${Math.random().toString(36).slice(2)}`;
  await post(hub, '/api/v1/secrets', { name, value: client?.clientSecret });
  const { id } = await post(hub, '/api/v1/connections', {
    name,
    connector: 'jira',
    // Where nobody listens the test fails, as it must.
    saveFailing: true,
    settings: {
      baseUrl: jira.siteUrl,
      gatewayUrl,
      cloudId: jira.cloudId,
      devops: { clientId: client?.clientId, clientSecret: { secret: name } },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  return { id, name };
}

/** A connect key for a connection to the simulated Jira; its gateway may be put elsewhere. */
export async function makeConnectKey(
  hub: HubProcess,
  jira: Jira,
  gatewayUrl = jira.gatewayUrl,
): Promise<string> {
  const { id, name } = await connectJira(hub, jira, gatewayUrl);
  const { key = '' } = await post(hub, '/api/v1/connect-keys', { connection: id, name });
  return key;
}

/** A build of about two kilobytes, as a pipeline posts it. */
export function buildBody(number: number): string {
  return JSON.stringify({
    id: randomUUID(),
    pipelineId: 'bench',
    buildNumber: number,
    displayName: 'bench',
    description: 'MYT-1 '.padEnd(1_500, 'words of a commit message '),
    url: `https://ci.example.com/bench/${number}`,
    state: 'successful',
    lastUpdated: new Date().toISOString(),
    issueKeys: ['MYT-1', 'MYT-2'],
    references: [
      {
        commit: {
          id: '7f3a1c9d2b8e4f6a0c5d7e9b1a3f5c7d9e0b2a4c',
          repositoryUrl: 'https://git.example.com/bench',
        },
        ref: { name: 'main', url: 'https://git.example.com/bench/tree/main' },
      },
    ],
    testInfo: { total: 100, passed: 99, failed: 1, skipped: 0 },
  });
}

/** The value below which a share of the values lies. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
