import { Command, Option } from 'commander';
import { TielineError } from '../kit/errors.ts';
import {
  type CiContext,
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
  withTitleFromHost,
} from '../report/index.ts';
import type { Cli } from './cli.ts';
import { describeFailure, exitCodes } from './failure.ts';
import { type Behaviour, type BehaviourFlags, readBehaviour } from './report-behaviour.ts';
import { assertGateable, endOnSignals } from './report-gate.ts';
import { findHistory } from './report-history.ts';
import { writeOutputs } from './report-outputs.ts';
import { describePlan, planOf } from './report-plan.ts';
import {
  describeResult,
  exitCodeOfResult,
  failedResult,
  type ReportResult,
  type Sendable,
} from './report-result.ts';
import { chooseRoute, type Route } from './report-route.ts';
import { sendToHub } from './report-to-hub.ts';
import { sendToJira } from './report-to-jira.ts';

/** What this command needs of the program: little, so that it also runs where there is nothing else of it. */
export type ReportCli = Pick<Cli, 'env' | 'config' | 'print' | 'note' | 'exit' | 'http' | 'directJira'>;

type Flags = Record<string, string | string[] | undefined>;

const help = `
Every setting is a flag, an environment variable PLUGIN_NAME, or NAME, as the image plugins/jira has them.
The flags after it are variables too: PLUGIN_WAIT, PLUGIN_NO_WAIT, PLUGIN_DRY_RUN, PLUGIN_STRICT, PLUGIN_IGNORE_ERRORS,
PLUGIN_GATE, PLUGIN_GATE_TIMEOUT, PLUGIN_SINCE_LAST_DEPLOYMENT, PLUGIN_ASK_CODE_HOST.
With an environment name a deployment is reported, without one a build. Issue keys come from the pull
request's title, the commit message, the branch and the tag, unless ISSUEKEYS names them; of a deployment by a hub also
from every commit since the last successful one to the environment.
With CONNECT_KEY the report goes to a hub, with CLIENT_ID and CLIENT_SECRET to Jira itself; with both to Jira itself.

Exit codes: 0 sent, or nothing to send; 2 wrong usage; 3 refused by the hub or by Jira; 4 could not be reached.
With --gate: 0 allowed; 5 prevented, or expired; 6 no decision in time.

Examples:
  CONNECT_KEY=tieline_ck_… tieline report --connect-hostname https://tieline.example.com --project MYT
  CLIENT_ID=… CLIENT_SECRET=… tieline report --instance myorg --project MYT
  tieline report --environment-name production --state success --dry-run
  tieline report --environment-name production --service SERVICE_ID --gate && ./deploy.sh`;

/** `tieline report` */
export function make(cli: ReportCli): Command {
  const command = new Command('report').description(
    'Report a build or a deployment to the Jira issues that it names, from any CI.',
  );
  for (const setting of Object.values(settingTable) as SettingDefinition[]) addFlags(command, setting);
  return command
    .option('--wait <seconds>', "how long to wait for Jira's answer, and to retry what is out of reach (30)")
    .option('--no-wait', "do not wait for Jira's answer: it is enough that the hub has taken the report")
    .option('--dry-run', 'send nothing; print what would be sent where')
    .option('--strict', 'no issue key found is an error')
    .option('--ignore-errors', 'a refusal, or a hub or Jira out of reach, is a warning and exits 0')
    .option(
      '--since-last-deployment',
      'search every commit since the last deployment for issue keys (the default)',
    )
    .option('--no-since-last-deployment', 'search the commit of this run only')
    .option(
      '--ask-code-host',
      "ask the code host for a pull request's title that the CI does not tell (the default)",
    )
    .option('--no-ask-code-host', 'take what the CI tells')
    .option('--gate', 'ask people in Jira Service Management if the deployment may go ahead, and wait')
    .option('--gate-timeout <seconds>', 'how long to wait for their decision (1800)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(async (_options: object, self: Command) => {
      await report(cli, flagsOf(self), readBehaviour(self.opts<BehaviourFlags>(), cli.env));
    });
}

function addFlags(
  command: Command,
  { flag, placeholder, help: text, name, secret, list }: SettingDefinition,
): void {
  command.addOption(new Option(`--${flag} <${placeholder}${list ? '...' : ''}>`, `${text} (${name})`));
  if (secret) command.addOption(new Option(`--${flag}-file <FILE>`, `a file that holds it (${name}_FILE)`));
}

/** Flags by the names that the settings know them by; commander keeps them in camel case. */
function flagsOf(command: Command): Flags {
  return Object.fromEntries(
    command.options.map((option) => [
      option.long?.slice(2) ?? '',
      command.getOptionValue(option.attributeName()),
    ]),
  ) as Flags;
}

/** All that is known before anything is sent. */
interface Run {
  cli: ReportCli;
  behaviour: Behaviour;
  settings: ReportSettings;
  context: CiContext;
  /** Milliseconds since 1970: until then what is out of reach is tried again. */
  deadlineMs: number;
}

async function report(cli: ReportCli, flags: Flags, behaviour: Behaviour): Promise<void> {
  const cwd = process.cwd();
  const files = runFiles(cwd);
  const given = readSettings({ flags, env: cli.env, readText: files.readText });
  if (behaviour.gate) assertGateable(given);
  // What waits for a decision is pending, whatever the pipeline's own status says.
  const settings = behaviour.gate ? { ...given, state: 'pending' } : given;
  const told = await withCommitFromGit(await readCiContext(cli.env, files), { cwd, env: cli.env });
  const asks = behaviour.askCodeHost && settings.issueKeys === undefined;
  const context = asks ? await withTitleFromHost(told, { env: cli.env, open: cli.http }) : told;
  const run: Run = { cli, behaviour, settings, context, deadlineMs: Date.now() + behaviour.waitMs };
  const prepared = await prepare(run, cwd);
  if (!behaviour.json) for (const notice of prepared.notices) cli.print(notice);

  if (prepared.kind === 'none') return endWithout(run, prepared);
  const route = chooseRoute(settings);
  if (behaviour.dryRun) return showPlan(run, prepared, route);
  if (route.type === 'jira' && settings.connectKey !== undefined) {
    cli.note('CONNECT_KEY is not used: CLIENT_ID and CLIENT_SECRET are given too, and go before it');
  }
  if (route.type === 'hub' && settings.cloudId !== undefined) {
    cli.note(
      'CLOUD_ID is not used: by a hub the connect key says which site, and INSTANCE is held against it',
    );
  }
  await send(run, prepared, route);
}

async function prepare(run: Run, cwd: string): Promise<PreparedReport> {
  const { cli, behaviour, settings, context } = run;
  const junit = await readJunitFiles(cwd, settings.junit);
  const input = { settings, context, now: new Date(), tests: junit.tests };
  const { waitMs } = behaviour;
  const deadlineMs = behaviour.dryRun ? 0 : run.deadlineMs;
  const history = behaviour.sinceLastDeployment
    ? await findHistory(cli, { ...input, cwd, waitMs, patience: { deadlineMs, note: cli.note } })
    : { messages: [], notices: [] };
  const prepared = makeReport({ ...input, history: history.messages });
  return { ...prepared, notices: [...prepared.notices, ...history.notices, ...junit.notices] };
}

function endWithout(run: Run, prepared: PreparedReport & { kind: 'none' }): void {
  if (run.behaviour.json || run.behaviour.dryRun) showPlan(run, prepared, undefined);
  if (!run.behaviour.strict || prepared.reason !== 'no-issue-keys') return;
  throw new TielineError('report-incomplete', 'No issue key was found, and --strict is given', {
    hint: 'Name an issue in the pull request, the commit, the branch or the tag, or give ISSUEKEYS.',
  });
}

function showPlan({ cli, behaviour }: Run, prepared: PreparedReport, route: Route | undefined): void {
  const plan = planOf(prepared, route, behaviour.gate);
  cli.print(behaviour.json ? JSON.stringify(plan) : describePlan(plan));
}

/** Errors that are neither wrong usage nor a side out of reach: who was asked said no. */
const refusals = new Set<TielineError['code']>([
  'credentials-invalid',
  'permission-missing',
  'site-mismatch',
  'not-allowed',
  'remote-unauthorized',
  'remote-forbidden',
  'status-unexpected',
  'jira-site-unknown',
  'jira-rejected',
  'jira-edition-unsuited',
  'jira-credential-absent',
  'jira-site-suspended',
  'jira-address-not-allowed',
]);

/** Errors by which something answers that is no hub, or not Jira: those were not reached. */
const strangers = new Set<TielineError['code']>([
  'jira-login-page',
  'jira-sso-redirect',
  'jira-not-json',
  'jira-answer-empty',
  'jira-other-product',
  'answer-unexpected',
  'answer-too-large',
  'redirect-refused',
  'resource-not-found',
  'route-not-found',
]);

async function send(run: Run, prepared: Sendable, route: Route): Promise<void> {
  const { cli, behaviour, settings } = run;
  const sending = {
    prepared,
    siteUrl: settings.siteUrl,
    behaviour,
    deadlineMs: run.deadlineMs,
    ...(behaviour.gate && { gateUntilMs: Date.now() + behaviour.gateTimeoutMs }),
    debug: settings.logLevel === 'debug',
    note: cli.note,
  };
  const stopListening = endOnSignals();
  try {
    const result =
      route.type === 'hub' ? await sendToHub(cli, route, sending) : await sendToJira(cli, route, sending);
    await leave(run, prepared, result);
    const code = exitCodeOfResult(result);
    if (code === exitCodes.ok) return;
    if (behaviour.ignoreErrors && code === exitCodes.refused)
      cli.note('warning: the report was refused; --ignore-errors is given');
    else cli.exit(code);
  } catch (error) {
    if (!(error instanceof TielineError)) throw error;
    await fail(run, prepared, route, error);
  } finally {
    stopListening();
  }
}

/** Prints the result and writes the files that the CI wants. */
async function leave({ cli, behaviour, settings, context }: Run, prepared: Sendable, result: ReportResult) {
  if (behaviour.json) cli.print(JSON.stringify(result));
  else for (const line of describeResult(result, settings.logLevel === 'debug')) cli.print(line);
  const write = (stream: 'stdout' | 'stderr', line: string) =>
    stream === 'stdout' ? cli.print(line) : cli.note(line);
  const notices = await writeOutputs({ env: cli.env, settings, context, prepared, result, write });
  for (const notice of notices) cli.note(notice);
}

/** Ends a report that met an error: told as every command tells it, or as a warning when errors are to be ignored. */
async function fail(run: Run, prepared: Sendable, route: Route, error: TielineError): Promise<void> {
  const { cli, behaviour } = run;
  const said: string[] = [];
  const code = describeFailure(error, { json: behaviour.json, note: (line) => void said.push(line) });
  if (behaviour.ignoreErrors && code !== exitCodes.usage) {
    await leave(run, prepared, failedResult(prepared, route.description, error));
    cli.note(`warning: ${error.message}; --ignore-errors is given`);
    return;
  }
  for (const line of said) cli.note(line);
  cli.exit(
    refusals.has(error.code) ? exitCodes.refused : strangers.has(error.code) ? exitCodes.unreachable : code,
  );
}
