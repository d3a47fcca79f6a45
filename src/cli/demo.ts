import { once as eventOnce } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import type { Config } from '../config.ts';
import { TielineError } from '../kit/errors.ts';
import { Secret } from '../kit/secret.ts';
import type { Cli } from './cli.ts';
import { describeTest } from './connection-report.ts';
import { codeIssue, codeSteps, describeDevelopment, linkCodeHost, takeStep } from './demo-code.ts';
import { type DemoReport, demoReports, runReport } from './demo-reports.ts';
import { prepareHub } from './demo-setup.ts';
import type { Hub } from './hub.ts';
import { type HubClient, withHub } from './hub-client.ts';
import { describeResult, type ReportResult } from './report-result.ts';
import type { ShownDevelopment, Simulator } from './simulators.ts';

const jiraPort = 8090;
const codePort = 8092;
/** Long enough to see one thing on the page before the next. */
const betweenStepsMs = 3_000;

/** `tieline demo` */
export function make(cli: Cli): Command {
  return new Command('demo')
    .description(
      'Start a simulated Jira Cloud, a simulated Harness Code and a hub; report two builds and a deployment, push, review and merge; and look at the issues.',
    )
    .option('--once', 'stop when all is shown; exits non-zero when a step did not hold')
    .option('--json', 'print the addresses and what Jira said as one JSON object, and the progress as notes')
    .addHelpText('after', '\nIts data lies in the folder "demo" of TIELINE_HOME (default ~/.tieline/demo).')
    .action((options: { once?: boolean; json?: boolean }) =>
      demo(options.json ? { ...cli, print: cli.note } : cli, options.once === true, (summary) => {
        if (options.json) cli.print(JSON.stringify(summary));
      }),
    );
}

/** What a demo comes to, for machines. */
interface DemoSummary {
  hub: string;
  site: string;
  /** The simulated code host; null without git. */
  codeHost: string | null;
  reports: ReportResult[];
  /** What Jira shows of code in the end; null without git. */
  development: ShownDevelopment | null;
}

/** Everything that a demo runs on. */
interface Stage {
  cli: Cli;
  jira: Simulator;
  code: Simulator | undefined;
  hub: Hub;
  step(text: string): void;
}

async function demo(cli: Cli, once: boolean, summarize: (summary: DemoSummary) => void): Promise<void> {
  const given = await cli.config();
  const config: Config = {
    ...given,
    home: `${given.home}/demo`,
    // A link of an earlier demo finds its host gone: that is for the log of a hub, not for whoever watches a demo.
    logLevel: 'error',
    port: once ? 0 : given.port,
  };
  const step = (text: string) => cli.print(`\n▸ ${text}`);
  const started: (() => Promise<void>)[] = [];
  try {
    step('Starting a simulated Jira Cloud');
    const jira = await onFreePort(once ? 0 : jiraPort, (port) =>
      cli.startSimulator('jira', {
        edition: 'cloud',
        port,
        ...(port === 0 ? {} : { gatewayPort: port + 1 }),
      }),
    );
    started.push(() => jira.close());
    cli.print(`  ${jira.description.site}`);
    step('Starting a simulated Harness Code');
    const code = await startCodeHost(cli, once ? 0 : codePort);
    if (code !== undefined) started.push(() => code.close());
    step(
      `Starting a hub (${config.databaseUrl === undefined ? `data in ${config.home}` : 'on DATABASE_URL'})`,
    );
    const hub = await startDemoHub(cli, config);
    started.push(() => hub.stop());
    cli.print(`  ${hub.url}`);
    const stage = { cli, jira, code, hub, step };
    if (once) {
      summarize(await show(stage, () => Promise.resolve()));
      cli.print('\nEvery step held.');
    } else {
      await showUntilStopped(stage, summarize);
    }
  } finally {
    for (const close of started.reverse()) await close();
  }
}

async function showUntilStopped(stage: Stage, summarize: (summary: DemoSummary) => void): Promise<void> {
  const { cli, hub } = stage;
  const stop = new AbortController();
  const { signal } = stop;
  const stopped = eventOnce(signal, 'abort');
  void cli.untilStopped().then(() => stop.abort());
  try {
    summarize(await show(stage, () => wait(betweenStepsMs, undefined, { signal })));
    printAddresses(stage);
    await Promise.race([stopped, hub.failed]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  cli.note('\nstopping');
}

/** Undefined without git, on which it stands: the demo goes on with the rest. */
async function startCodeHost(cli: Cli, usualPort: number): Promise<Simulator | undefined> {
  try {
    const code = await onFreePort(usualPort, (port) => cli.startSimulator('harness-code', { port }));
    cli.print(`  ${code.description.site}`);
    return code;
  } catch (error) {
    if (!(error instanceof TielineError) || error.code !== 'git-missing') throw error;
    cli.print(`  ${error.message}.`);
    cli.print('  The demo goes on without branches and pull requests; install git to see them too.');
    return undefined;
  }
}

/** The code host's webhooks come to the hub by an address that must be known before it listens. */
function startDemoHub(cli: Cli, config: Config): Promise<Hub> {
  return onFreePort(config.port, async (wanted) => {
    const port = wanted === 0 ? await findFreePort() : wanted;
    const signIn = { ...config.signIn, publicUrl: `http://127.0.0.1:${port}` };
    return cli.startHub({ ...config, port, signIn }, { temporaryToken: 'demo' });
  });
}

async function show(stage: Stage, pause: () => Promise<void>): Promise<DemoSummary> {
  const { cli, jira, code, hub, step } = stage;
  const auth = { type: 'bearer', token: new Secret(hub.temporaryToken ?? '') } as const;
  return withHub(
    cli,
    async (client) => {
      step('Making a secret, a connection and a connect key through the public API');
      const { connectKey, test } = await prepareHub(client, jira.cloud, (line) => cli.print(`  ${line}`));
      step('Testing the connection');
      cli.print(indent(describeTest(test)));
      if (!test.ok) throw new TielineError('internal-error', 'The test of the demo connection did not hold');
      const reports: ReportResult[] = [];
      for (const report of demoReports) {
        step(`tieline report: ${report.title}`);
        reports.push(
          await reportOnce(cli, report, { hubUrl: hub.url, connectKey, site: jira.description.site }),
        );
      }
      const development = await showCode(stage, client, pause);
      const codeHost = code?.description.site ?? null;
      return { hub: hub.url, site: jira.description.site, codeHost, reports, development };
    },
    { url: hub.url, auth },
  );
}

/** What people do at the code host, and what Jira shows of it each time; null without a code host. */
async function showCode(
  { cli, jira, code, step }: Stage,
  client: HubClient,
  pause: () => Promise<void>,
): Promise<ShownDevelopment | null> {
  const { cloud } = jira;
  if (code?.codeHost === undefined || cloud === undefined) return null;
  step('Linking the code host to Jira');
  await linkCodeHost(client, code.codeHost, (line) => cli.print(`  ${line}`));
  const page = `${cloud.site}/browse/${codeIssue}`;
  cli.print(`  Watch ${page}: it shows by itself what happens now.`);
  let shown: ShownDevelopment | null = null;
  for (const codeStep of codeSteps(code.codeHost)) {
    await pause();
    step(codeStep.title);
    shown = await takeStep(codeStep, () => cloud.development(codeIssue));
    cli.print(`  Jira shows on ${page}`);
    cli.print(indent(indent(describeDevelopment(shown).join('\n'))));
  }
  return shown;
}

async function reportOnce(
  cli: Cli,
  report: DemoReport,
  to: { hubUrl: string; connectKey: string; site: string },
): Promise<ReportResult> {
  const result = await runReport(cli, report, to);
  cli.print(indent(describeResult(result, false).join('\n')));
  if (result.state === 'delivered' && result.issues.every(({ outcome }) => outcome === 'linked')) {
    return result;
  }
  throw new TielineError(
    'internal-error',
    `"${report.title}" ended ${result.state}, expected every issue linked`,
  );
}

function printAddresses({ cli, jira, code, hub }: Stage): void {
  const codePage = code === undefined ? '' : `  ${code.description.site}   the code host\n`;
  cli.print(`
Open in a browser:
  ${jira.description.site}/browse/MYT-1   an issue with its code, builds and deployments
  ${jira.description.site}/browse/MYT-2
${codePage}  ${hub.url}/docs   the API of the hub

Ask the hub what was sent, and what Jira said:
  export TIELINE_URL=${hub.url} TIELINE_TOKEN=${hub.temporaryToken}
  npm run tieline -- explain MYT-1
  npm run tieline -- delivery list

Ctrl-C stops it.`);
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

/** The usual port, or any that is free when something listens there. */
async function onFreePort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (!(error instanceof TielineError) || error.code !== 'port-taken' || port === 0) throw error;
    return start(0);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await eventOnce(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
