import { Command } from 'commander';
import type { TestReport } from '../kit/connector.ts';
import { asTielineError, TielineError } from '../kit/errors.ts';
import { describePlan, type PlanView, summaryOf } from './apply-plan.ts';
import type { Cli } from './cli.ts';
import { describeTest, testLimits } from './connection-report.ts';
import { type FileDocument, readDocumentFiles } from './document-files.ts';
import { describeFailure, exitCodes } from './failure.ts';
import { type HubClient, withHub } from './hub-client.ts';
import { withSecretValue } from './secret-values.ts';

interface Options {
  file: string[];
  dryRun?: boolean;
  pruneLabel?: string;
  test?: boolean;
  json?: boolean;
}

interface Tested {
  scope: string;
  name: string;
  report: TestReport;
}

/** Thousands of documents take their time in one transaction. */
const applyLimits = { headersTimeoutMs: 300_000, bodyTimeoutMs: 60_000, maxAnswerBytes: 64 * 1024 * 1024 };

/** `tieline apply` */
export function make(cli: Cli): Command {
  return new Command('apply')
    .description(
      'Bring connections, secrets, connect keys, links and roles to what files say: all of it, or nothing.',
    )
    .requiredOption('-f, --file <path...>', 'YAML or JSON files, or folders of them; - is standard input')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--prune-label <key=value>', 'delete what bears this label and is in no file')
    .option('--test', 'test the connections that were made or changed; exits 3 when one does not work')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 a file is wrong, 3 the hub refused, 4 the hub was not reached.',
    )
    .action(async (options: Options) => {
      const documents = await readDocumentFiles(cli, options.file);
      const given = [];
      for (const document of documents) given.push(await withSecretValue(cli, document));
      const { dryRun = false, pruneLabel } = options;
      const body = {
        documents: given,
        dryRun,
        ...(pruneLabel === undefined ? {} : { prune: { label: pruneLabel } }),
      };
      await withHub(cli, async (hub) => {
        const plan = await hub.call<PlanView>('POST', '/api/v1/apply', body, applyLimits);
        if (!options.json) printPlan(cli, plan, documents);
        const tests = options.test === true && plan.applied ? await testSaved(hub, plan) : [];
        if (options.json) cli.print(JSON.stringify(options.test === true ? { ...plan, tests } : plan));
        else
          for (const tested of tests)
            cli.print(`${tested.scope}/${tested.name}: ${describeTest(tested.report)}`);
        if (tests.some(({ report }) => !report.ok)) cli.exit(exitCodes.refused);
      }).catch((thrown: unknown) => tellRefusal(cli, options, inFiles(thrown, documents)));
    });
}

function printPlan(cli: Cli, plan: PlanView, documents: FileDocument[]): void {
  for (const line of describePlan(plan.items)) cli.print(line);
  cli.print(summaryOf(plan));
  for (const { name, key } of plan.items) {
    if (key !== undefined) cli.print(`The connect key ${name}, shown this once: ${key}`);
  }
  for (const { document, message } of plan.notices) {
    const place = document === null ? undefined : documents[document]?.where('');
    cli.note(place === undefined ? message : `${place}: ${message}`);
  }
}

async function testSaved(hub: HubClient, { items }: PlanView): Promise<Tested[]> {
  const tests: Tested[] = [];
  for (const { kind, action, id, scope, name } of items) {
    if (kind !== 'Connection' || id === null || !['create', 'update'].includes(action)) continue;
    const report = await hub.call<TestReport>('POST', `/api/v1/connections/${id}/test`, {}, testLimits);
    tests.push({ scope, name, report });
  }
  return tests;
}

/** An error of the hub with the places in files instead of those in the request. */
function inFiles(thrown: unknown, documents: FileDocument[]): TielineError {
  const error = asTielineError(thrown);
  const { code, message, hint, retry, details } = error;
  const fields = error.fields.map((field) => {
    const [, index, path = ''] = /^documents\.(\d+)(?:\.(.*))?$/.exec(field.path) ?? [];
    const document = index === undefined ? undefined : documents[Number(index)];
    if (document === undefined) return field;
    return { path: document.where(path), message: [path, field.message].filter(Boolean).join(': ') };
  });
  return new TielineError(code, message, { hint, retry, details, fields, cause: thrown });
}

/** Codes of what is neither a wrong file nor a refusal. */
const faults = new Set(['internal-error', 'answer-unexpected']);

function tellRefusal(cli: Cli, { json = false }: Options, error: TielineError): void {
  const code = describeFailure(error, { json, note: cli.note });
  cli.exit(code === exitCodes.failed && !faults.has(error.code) ? exitCodes.refused : code);
}
