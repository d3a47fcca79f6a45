import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { asTielineError, TielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import { describeFailure, exitCodes } from './failure.ts';
import { type HubClient, withHub } from './hub-client.ts';
import { writeVariables } from './output-files.ts';
import { retrying } from './report-retry.ts';
import {
  type DryRunView,
  describeDryRun,
  describeStep,
  exitCodeOfRun,
  leftOut,
  type RunView,
  variablesOf,
} from './run-view.ts';
import { type RunLine, runPath, watchRun } from './run-watch.ts';

/** What both commands that run a document take. */
export interface RunOptions {
  connection?: string;
  scope?: string;
  var?: Record<string, string>;
  input?: Record<string, string>;
  inputs?: string;
  context?: string;
  wait: boolean;
  dryRun?: boolean;
  skipUnknown?: boolean;
  abortOnInterrupt?: boolean;
  json?: boolean;
}

/** How a run is shown and ended. */
export type ShowOptions = Pick<RunOptions, 'abortOnInterrupt' | 'json'>;

/** So long the hub may be out of reach before it has taken the run. */
const startPatienceMs = 30_000;
/** As Unix shells tell of Ctrl-C. */
const interruptedCode = 130;

export const exitCodeHelp = `
Exit codes: 0 succeeded or approved, 2 wrong usage or a wrong file, 3 failed or refused, 4 the hub was not reached,
5 rejected, 6 out of time, 7 aborted. Ctrl-C leaves the run going, unless --abort-on-interrupt is given.`;

/** Collects `name=value` given again and again, for commander. */
function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The options that both commands have. */
export function addRunOptions(command: Command): Command {
  return command
    .argument('<file>', 'YAML as Harness writes it; - is standard input')
    .option('--connection <reference>', 'the connection, whatever connectorRef says, e.g. account.jira')
    .option('--scope <scope>', 'where it runs and references are seen from; account when not given')
    .option('--var <name=value>', 'a pipeline variable; may be given again', pair)
    .option('--input <name=value>', 'a value for <+input>; may be given again', pair)
    .option('--inputs <file>', 'values for <+input> as a YAML or JSON map')
    .option('--context <file>', 'further roots of expressions as a JSON map, e.g. {"env": {"name": "prod"}}')
    .option('--skip-unknown', 'leave out what is not done here, instead of refusing the file; it is told')
    .option('--no-wait', 'do not wait for its end')
    .option('--dry-run', 'check and resolve everything, and do nothing')
    .option('--abort-on-interrupt', 'Ctrl-C ends the run too')
    .option('--json', 'print JSON');
}

/** Starts a run of a file, follows it, and ends as it ends. */
export async function runFile(cli: Cli, file: string, options: RunOptions, only?: 'step'): Promise<void> {
  const document = await cli.readText(file);
  const { connection, scope, var: variables, dryRun, skipUnknown } = options;
  const inputs = { ...(await readMap(cli, options.inputs)), ...options.input };
  const given = await readMap(cli, options.context);
  const context = { ...(await factsOfCi(cli, JSON.stringify([document, variables, inputs]))), ...given };
  const body = { document, connection, scope, variables, inputs, context, dryRun, skipUnknown, only };
  // Kept over tries, so that a lost answer starts no second run.
  const headers = { 'idempotency-key': randomUUID() };
  await withHub(cli, async (hub) => {
    const patience = { deadlineMs: Date.now() + startPatienceMs, note: cli.note };
    const made = await retrying(patience, () =>
      hub.call<RunView | DryRun>('POST', '/api/v1/runs', body, undefined, headers),
    );
    if (!options.json) for (const line of leftOut(made)) cli.note(line);
    if (isDry(made)) return showDryRun(cli, made, options);
    if (options.wait) return followRun(cli, hub, made.id, options);
    cli.print(options.json ? JSON.stringify(made) : `Started ${made.id}: ${made.state}`);
  }).catch((thrown: unknown) => tellRefusal(cli, options, inFile(thrown, file)));
}

/** What the CI knows, where anything asks for it: neither finding out nor loading the code for it is quick. */
async function factsOfCi(cli: Cli, texts: string): Promise<Record<string, unknown>> {
  if (!/codebase|trigger|plugins\/jira/.test(texts)) return {};
  const { readRunContext } = await import('./run-context.ts');
  return readRunContext(cli.env);
}

type DryRun = DryRunView & Pick<RunView, 'skipped' | 'notices'> & { dryRun: true };
const isDry = (made: RunView | DryRun): made is DryRun => 'dryRun' in made;

function showDryRun(cli: Cli, made: DryRun, { json }: ShowOptions): void {
  if (json) cli.print(JSON.stringify(made));
  else for (const line of describeDryRun(made)) cli.print(line);
  if (made.steps.some(({ error }) => error !== null)) cli.exit(exitCodes.refused);
}

/** Prints the log of a run until it ends, then how; a run of this process is ended with it when that was asked for. */
export async function followRun(cli: Cli, hub: HubClient, id: string, options: ShowOptions): Promise<void> {
  const stop = new AbortController();
  void cli.untilStopped().then(() => stop.abort());
  if (!options.json) cli.note(`Run ${id}`);
  const onLine = ({ at, step, line }: RunLine) => {
    if (!options.json) cli.print(`${at.slice(11, 19)} ${step === null ? '' : `${step}: `}${line}`);
  };
  const run = await watchRun(hub, id, { onLine, note: cli.note, signal: stop.signal });
  if (run === undefined) return leave(cli, hub, id, options);
  await showEnd(cli, run, options);
}

/** After Ctrl-C. */
async function leave(cli: Cli, hub: HubClient, id: string, options: ShowOptions): Promise<void> {
  if (options.abortOnInterrupt) {
    await hub.call('POST', runPath(id, '/cancel'), {});
    cli.note(`Aborted ${id}`);
    return cli.exit(exitCodes.aborted);
  }
  cli.note(`The run goes on. To come back: tieline runs watch ${id}`);
  cli.exit(interruptedCode);
}

async function showEnd(cli: Cli, run: RunView, { json }: ShowOptions): Promise<void> {
  if (json) cli.print(JSON.stringify(run));
  else {
    for (const line of run.steps.flatMap(describeStep)) cli.print(line);
    cli.print(`${run.name}: ${run.state}`);
  }
  for (const notice of await writeVariables(cli.env, variablesOf(run))) cli.note(notice);
  cli.exit(exitCodeOfRun(run));
}

async function readMap(cli: Cli, file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  let read: unknown;
  try {
    const [{ parse }, text] = await Promise.all([import('yaml'), cli.readText(file)]);
    read = parse(text);
  } catch (cause) {
    if (cause instanceof TielineError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TielineError('usage-wrong', `${file} is neither YAML nor JSON: ${reason}`, { cause });
  }
  if (typeof read === 'object' && read !== null && !Array.isArray(read))
    return read as Record<string, unknown>;
  throw new TielineError('usage-wrong', `${file} is no map of names and values`);
}

/** An error of the document names the file. */
function inFile(thrown: unknown, file: string): TielineError {
  const error = asTielineError(thrown);
  if (error.code !== 'document-invalid') return error;
  const { code, message, hint, retry, fields } = error;
  const name = file === '-' ? 'Standard input' : file;
  return new TielineError(code, `${name}: ${message}`, { hint, retry, fields, cause: thrown });
}

/** Codes of what is neither a wrong file nor a refusal. */
const faults = new Set(['internal-error', 'answer-unexpected']);

function tellRefusal(cli: Cli, { json = false }: ShowOptions, error: TielineError): void {
  const code = describeFailure(error, { json, note: cli.note });
  cli.exit(code === exitCodes.failed && !faults.has(error.code) ? exitCodes.refused : code);
}
