import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ReportResult } from '../../src/cli/report-result.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { createHubProcesses } from '../process.ts';

/** The whole binary, as a pipeline calls it. */
const binary = [fileURLToPath(new URL('../../bin/tieline.cjs', import.meta.url)), 'report'];

type Variables = Record<string, string>;

/** How the bundled file is called. */
export interface BundledReport {
  program: string[];
  remove(): Promise<void>;
}

/** Makes the bundled file, alone in a folder: it starts several times faster than the whole binary. */
export async function bundleReport(): Promise<BundledReport> {
  const { path, remove } = await newWorkspace();
  const file = join(path, 'report.cjs');
  const tool = fileURLToPath(new URL('../../tools/bundle-report.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [tool, '--outfile', file]);
  return { program: [file], remove };
}

/** How a command ended, and what it wrote. */
export interface Ended {
  code: number;
  out: string;
  notes: string;
}

/** An empty folder, as the workspace of a pipeline without git. */
export async function newWorkspace() {
  const path = await mkdtemp(join(tmpdir(), 'tieline-report-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A report that runs. */
export interface RunningReport {
  /** Rejects when something else than an exit ended it. */
  ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts `tieline report` with these variables and nothing else of this process's environment but PATH. */
export function startReport(
  given: { flags?: string[]; env: Variables; cwd?: string },
  program = binary,
): RunningReport {
  const env = { PATH: process.env.PATH, ...given.env };
  const options = { env, cwd: given.cwd ?? tmpdir() };
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = execFile(
    process.execPath,
    [...program, ...(given.flags ?? [])],
    options,
    (error, out, notes) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, out, notes });
      else reject(error);
    },
  );
  return { ended: promise, signal: (signal) => void child.kill(signal) };
}

/** Runs `tieline report` to its end. */
export const runReport = (...given: Parameters<typeof startReport>): Promise<Ended> =>
  startReport(...given).ended;

/** The one object that `--json` prints. */
export const resultOf = ({ out }: Ended): ReportResult => JSON.parse(out);

/** A Drone pipeline's variables for a commit that names two issues. */
export const pipeline = (more: Variables = {}): Variables => ({
  DRONE: 'true',
  DRONE_REPO: 'shop/checkout',
  DRONE_REPO_LINK: 'https://git.example.com/shop/checkout',
  DRONE_COMMIT_SHA: '7f3a1c9d2b8e4f6a0c5d7e9b1a3f5c7d9e0b2a4c',
  DRONE_COMMIT_BRANCH: 'main',
  DRONE_COMMIT_MESSAGE: '[MYT-1] round totals once, fixes MYT-2',
  DRONE_BUILD_NUMBER: '42',
  DRONE_BUILD_STATUS: 'success',
  DRONE_BUILD_LINK: 'https://ci.example.com/shop/checkout/42',
  ...more,
});

/** The settings of a report by the simulated site's OAuth credential. */
export function directSettings(jira: JiraSimulator): Variables {
  const [client] = jira.clients;
  if (client === undefined) throw new TypeError('the simulated Jira has no client');
  return {
    PLUGIN_CLIENT_ID: client.clientId,
    PLUGIN_CLIENT_SECRET: client.clientSecret,
    PLUGIN_INSTANCE: jira.siteUrl,
    PLUGIN_GATEWAY_URL: jira.gatewayUrl,
    PLUGIN_PROJECT: 'MYT',
  };
}

/** A hub in a process of its own, tied to a simulated Jira. */
export interface Stage {
  hubUrl: string;
  jira: JiraSimulator;
  makeKey(rules?: object): Promise<string>;
  /** Says of which type the environments of the site are. */
  putEnvironmentRules(rules: object): Promise<void>;
  /** Creates something by the hub's API, as its administrator. */
  create<T>(path: string, body: object): Promise<T>;
  close(): Promise<void>;
}

/**
 * Starts both. `environment` says where the hub keeps its data, `site` is what the connection believes the site's
 * address to be, for a site that is not at the simulator's own.
 */
export async function startStage(environment: Variables | 'embedded', site?: string): Promise<Stage> {
  const processes = createHubProcesses();
  const jira = await startJiraSimulator({ edition: 'cloud' });
  const close = async () => {
    await processes.cleanUp();
    await jira.close();
  };
  try {
    const home = environment === 'embedded' ? { TIELINE_HOME: await processes.newFolder() } : environment;
    const hub = await processes.startHub({
      ...home,
      TIELINE_MASTER_KEY: randomBytes(32).toString('base64'),
    }).ready;
    const send = async <T>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> => {
      const answer = await fetch(`${hub.url}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${hub.firstToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      return (await answer.json()) as T;
    };
    const post = <T>(path: string, body: object) => send<T>('POST', path, body);
    const [client] = jira.clients;
    await post('secrets', { name: 'client-secret', value: client?.clientSecret });
    const connection = await post<{ id: string }>('connections', {
      name: 'jira',
      connector: 'jira',
      // The site of an example is not there to be asked.
      saveFailing: site !== undefined,
      settings: {
        baseUrl: site ?? jira.siteUrl,
        gatewayUrl: jira.gatewayUrl,
        cloudId: jira.cloudId,
        devops: { clientId: client?.clientId, clientSecret: { secret: 'account.client-secret' } },
        allowAddresses: ['127.0.0.1/32'],
      },
    });
    let count = 0;
    return {
      hubUrl: hub.url,
      jira,
      async makeKey(rules = {}) {
        const name = `pipeline ${++count}`;
        return (await post<{ key: string }>('connect-keys', { connection: connection.id, name, ...rules }))
          .key;
      },
      async putEnvironmentRules(rules) {
        await send('PUT', `connections/${connection.id}/environment-rules`, rules);
      },
      create: post,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
