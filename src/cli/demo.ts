import { Command } from 'commander';
import type { Config } from '../config.ts';
import { TielineError } from '../kit/errors.ts';
import { Secret } from '../kit/secret.ts';
import type { Cli } from './cli.ts';
import { describeTest } from './connection-report.ts';
import { type DemoReport, demoReports, runReport } from './demo-reports.ts';
import { prepareHub } from './demo-setup.ts';
import type { Hub } from './hub.ts';
import { withHub } from './hub-client.ts';
import { describeResult, type ReportResult } from './report-result.ts';
import type { Simulator } from './simulators.ts';

const sitePort = 8090;

/** `tieline demo` */
export function make(cli: Cli): Command {
  return new Command('demo')
    .description(
      'Start a simulated Jira Cloud and a hub, report two builds and a deployment, and look at the issues.',
    )
    .option('--once', 'stop after the reports; exits non-zero when a step did not hold')
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
  reports: ReportResult[];
}

async function demo(cli: Cli, once: boolean, summarize: (summary: DemoSummary) => void): Promise<void> {
  const given = await cli.config();
  const config: Config = {
    ...given,
    home: `${given.home}/demo`,
    logLevel: 'warn',
    port: once ? 0 : given.port,
  };
  const step = (text: string) => cli.print(`\n▸ ${text}`);

  step('Starting a simulated Jira Cloud');
  const jira = await onFreePort(once ? 0 : sitePort, (port) =>
    cli.startSimulator('jira', { edition: 'cloud', port, ...(port === 0 ? {} : { gatewayPort: port + 1 }) }),
  );
  try {
    cli.print(`  ${jira.description.site}`);
    step(
      `Starting a hub (${config.databaseUrl === undefined ? `data in ${config.home}` : 'on DATABASE_URL'})`,
    );
    const hub = await onFreePort(config.port, (port) =>
      cli.startHub({ ...config, port }, { temporaryToken: 'demo' }),
    );
    try {
      cli.print(`  ${hub.url}`);
      const reports = await show(cli, jira, hub, step);
      summarize({ hub: hub.url, site: jira.description.site, reports });
      if (once) return cli.print('\nEvery step held.');
      printAddresses(cli, jira, hub);
      await Promise.race([cli.untilStopped(), hub.failed]);
      cli.note('\nstopping');
    } finally {
      await hub.stop();
    }
  } finally {
    await jira.close();
  }
}

async function show(
  cli: Cli,
  jira: Simulator,
  hub: Hub,
  step: (text: string) => void,
): Promise<ReportResult[]> {
  const auth = { type: 'bearer', token: new Secret(hub.temporaryToken ?? '') } as const;
  step('Making a secret, a connection and a connect key through the public API');
  const { connectKey, test } = await withHub(
    cli,
    (client) => prepareHub(client, jira.cloud, (line) => cli.print(`  ${line}`)),
    { url: hub.url, auth },
  );
  step('Testing the connection');
  cli.print(indent(describeTest(test)));
  if (!test.ok) throw new TielineError('internal-error', 'The test of the demo connection did not hold');
  const results: ReportResult[] = [];
  for (const report of demoReports) {
    step(`tieline report: ${report.title}`);
    results.push(await reportOnce(cli, report, { hubUrl: hub.url, connectKey, site: jira.description.site }));
  }
  return results;
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

function printAddresses(cli: Cli, jira: Simulator, hub: Hub): void {
  cli.print(`
Open in a browser:
  ${jira.description.site}/browse/MYT-1   an issue with its builds and deployments
  ${jira.description.site}/browse/MYT-2
  ${hub.url}/docs   the API of the hub

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
