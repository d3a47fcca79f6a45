import { Command, Option } from 'commander';
import { TielineError } from '../kit/errors.ts';
import {
  makeReport,
  type PreparedReport,
  type ReportSettings,
  readCiContext,
  readJunitFiles,
  readSettings,
  runFiles,
  type SettingDefinition,
  settingTable,
  withCommitFromGit,
} from '../report/index.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './failure.ts';
import { describeResult, exitCodeOfResult, type ReportResult } from './report-result.ts';
import { chooseRoute, sendReport } from './report-route.ts';

type Flags = Record<string, string | string[] | undefined>;
interface Behaviour {
  wait: string;
  dryRun?: boolean;
  strict?: boolean;
  ignoreErrors?: boolean;
  json?: boolean;
}

const help = `
Every setting is a flag, an environment variable PLUGIN_NAME, or NAME, as the image plugins/jira has them.
With an environment name a deployment is reported, without one a build. Issue keys come from the pull
request's title, the commit message, the branch and the tag, unless ISSUEKEYS names them.

Exit codes: 0 sent, or nothing to send; 2 wrong usage; 3 refused by Jira; 4 could not be reached.

Examples:
  CONNECT_KEY=tieline_ck_… tieline report --connect-hostname https://tieline.example.com --project MYT
  tieline report --environment-name production --state success --dry-run`;

/** `tieline report` */
export function make(cli: Cli): Command {
  const command = new Command('report').description(
    'Report a build or a deployment to the Jira issues that it names, from any CI.',
  );
  for (const setting of Object.values(settingTable) as SettingDefinition[]) addFlags(command, setting);
  return command
    .option('--wait <seconds>', "how long to wait for Jira's answer, and to retry a hub out of reach", '30')
    .option('--dry-run', 'send nothing; print what would be sent where')
    .option('--strict', 'no issue key found is an error')
    .option('--ignore-errors', 'a refusal, or a hub or Jira out of reach, is a warning and exits 0')
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(async (_options: object, self: Command) => {
      const behaviour = self.opts<Behaviour>();
      const flags = flagsOf(self);
      await report(cli, flags, behaviour);
    });
}

function addFlags(command: Command, { flag, placeholder, help: text, name, secret, list }: SettingDefinition): void {
  command.addOption(new Option(`--${flag} <${placeholder}${list ? '...' : ''}>`, `${text} (${name})`));
  if (secret) command.addOption(new Option(`--${flag}-file <FILE>`, `a file that holds it (${name}_FILE)`));
}

/** Flags by the names that the settings know them by; commander keeps them in camel case. */
function flagsOf(command: Command): Flags {
  return Object.fromEntries(
    command.options.map((option) => [option.long?.slice(2) ?? '', command.getOptionValue(option.attributeName())]),
  ) as Flags;
}

async function report(cli: Cli, flags: Flags, behaviour: Behaviour): Promise<void> {
  const files = runFiles(process.cwd());
  const settings = readSettings({ flags, env: cli.env, readText: files.readText });
  const waitMs = secondsOf(behaviour.wait) * 1_000;
  const tell = behaviour.json ? () => undefined : cli.print;
  const prepared = await prepare(cli, settings);
  for (const notice of prepared.notices) tell(notice);

  if (behaviour.dryRun) {
    const route = prepared.kind === 'none' ? undefined : chooseRoute(settings);
    cli.print(behaviour.json ? JSON.stringify(planOf(prepared, route)) : describePlan(prepared, route));
    return;
  }
  if (prepared.kind === 'none') {
    if (behaviour.json) cli.print(JSON.stringify(planOf(prepared, undefined)));
    if (behaviour.strict && prepared.reason === 'no-issue-keys') {
      throw new TielineError('report-incomplete', 'No issue key was found, and --strict is given');
    }
    return;
  }
  try {
    const result = await sendReport(cli, { settings, prepared, waitMs, note: cli.note });
    finish(cli, result, settings, behaviour);
  } catch (error) {
    if (!behaviour.ignoreErrors || !(error instanceof TielineError)) throw error;
    cli.note(`warning: ${error.message}`);
  }
}

async function prepare(cli: Cli, settings: ReportSettings): Promise<PreparedReport> {
  const cwd = process.cwd();
  const context = await withCommitFromGit(await readCiContext(cli.env, runFiles(cwd)), { cwd, env: cli.env });
  const junit = await readJunitFiles(cwd, settings.junit);
  const prepared = makeReport({ settings, context, now: new Date(), tests: junit.tests });
  return { ...prepared, notices: [...prepared.notices, ...junit.notices] };
}

function finish(cli: Cli, result: ReportResult, settings: ReportSettings, behaviour: Behaviour): void {
  if (behaviour.json) cli.print(JSON.stringify(result));
  else for (const line of describeResult(result, settings.logLevel === 'debug')) cli.print(line);
  const code = exitCodeOfResult(result);
  if (code === exitCodes.ok) return;
  if (behaviour.ignoreErrors) cli.note('warning: Jira refused the report; --ignore-errors is given');
  else cli.exit(code);
}

interface Plan {
  kind: PreparedReport['kind'];
  issueKeys: string[];
  found: PreparedReport['found'];
  route: string | null;
  payload: unknown;
  notices: string[];
}

function planOf(prepared: PreparedReport, route: { description: string } | undefined): Plan {
  const { kind, issueKeys, found, notices } = prepared;
  return { kind, issueKeys, found, route: route?.description ?? null, payload: payloadOf(prepared), notices };
}

function payloadOf(prepared: PreparedReport): unknown {
  if (prepared.kind === 'build') return prepared.build;
  return prepared.kind === 'deployment' ? prepared.deployment : null;
}

function describePlan(prepared: PreparedReport, route: { description: string } | undefined): string {
  if (prepared.kind === 'none') return 'Nothing would be sent.';
  const keys = prepared.found.map(({ key, in: place }) => `${key} (${place})`).join(', ');
  const payload = JSON.stringify(payloadOf(prepared), null, 2);
  return `A ${prepared.kind} would be sent to ${route?.description ?? 'nowhere'}, for ${keys}:\n${payload}`;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3_600) return seconds;
  throw new TielineError('usage-wrong', `--wait ${text} is not a number of seconds from 0 to 3600`);
}
