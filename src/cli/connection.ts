import { Command } from 'commander';
import type { TestReport } from '../kit/connector.ts';
import { TielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './failure.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface ConnectionView {
  id: string;
  scope: string;
  name: string;
  connector: string;
  settings: { baseUrl?: string };
  lastTest: TestReport | null;
}

/** `tieline connection` */
export function make(cli: Cli): Command {
  const command = new Command('connection').description(
    'Connections are named, configured and tested accesses to a product.',
  );

  command
    .command('create')
    .description('Make a connection from its settings as JSON.')
    .argument('<name>')
    .option('--connector <id>', 'the product', 'jira')
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--settings-file <file>', 'the settings as JSON; - is standard input', '-')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The settings name secrets, they do not hold them. For Jira Cloud:
  {"baseUrl": "https://myorg.atlassian.net",
   "platform": {"type": "api-token", "email": "bot@example.com", "token": {"secret": "jira-token"}},
   "devops": {"clientId": "…", "clientSecret": {"secret": "jira-client-secret"}}}`,
    )
    .action(
      async (
        name: string,
        options: { connector: string; scope: string; settingsFile: string; json?: boolean },
      ) => {
        const { connector, scope } = options;
        const settings = parseJson(await cli.readText(options.settingsFile), options.settingsFile);
        const body = { name, connector, scope, settings };
        const made = await withHub(cli, (hub) =>
          hub.call<ConnectionView>('POST', '/api/v1/connections', body),
        );
        cli.print(
          options.json
            ? JSON.stringify(made)
            : `Made ${made.scope}/${made.name}; test it with: tieline connection test ${quoted(made)}`,
        );
      },
    );

  command
    .command('list')
    .description('List connections.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<ConnectionView>(hub, '/api/v1/connections'));
      const row = ({ scope, name, connector, settings, lastTest, id }: ConnectionView) => [
        scope,
        name,
        connector,
        settings.baseUrl ?? '',
        lastTest === null ? 'not tested' : lastTest.ok ? 'ok' : 'failing',
        id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['SCOPE', 'NAME', 'CONNECTOR', 'ADDRESS', 'TEST', 'ID'], items.map(row)),
      );
    });

  command
    .command('test')
    .description(
      'Say who we are there and what works, each capability by itself. Exits 3 when something does not.',
    )
    .argument('<connection>', 'id or name, e.g. account.jira')
    .option('--project <key...>', 'Jira projects whose permissions are checked')
    .option('--json', 'print JSON')
    .action(async (connection: string, options: { project?: string[]; json?: boolean }) => {
      const path = `/api/v1/connections/${encodeURIComponent(connection)}/test`;
      const body = options.project === undefined ? {} : { projects: options.project };
      const report = await withHub(cli, (hub) => hub.call<TestReport>('POST', path, body));
      cli.print(options.json ? JSON.stringify(report) : describeTest(report));
      if (!report.ok) cli.exit(exitCodes.refused);
    });

  command
    .command('delete')
    .description('Delete a connection that has no valid connect keys.')
    .argument('<connection>', 'id or name, e.g. account.jira')
    .option('--json', 'print JSON')
    .action(async (connection: string, options: { json?: boolean }) => {
      const path = `/api/v1/connections/${encodeURIComponent(connection)}`;
      await withHub(cli, (hub) => hub.call('DELETE', path));
      cli.print(options.json ? JSON.stringify({ deleted: connection }) : `Deleted ${connection}`);
    });

  return command;
}

/** A test's report as lines: what it found, then each capability with what to do about it. */
export function describeTest(report: TestReport): string {
  const marks = {
    ok: 'ok',
    refused: 'REFUSED',
    missing: 'MISSING',
    'not-configured': '-',
    failed: 'FAILED',
  } as const;
  const width = Math.max(...report.capabilities.map(({ capability }) => capability.length));
  const lines = report.capabilities.flatMap(({ capability, state, message, hint }) => [
    `  ${capability.padEnd(width)}  ${marks[state].padEnd(7)}  ${message}`,
    ...(hint === undefined || state === 'ok' ? [] : [`  ${' '.repeat(width)}           ${hint}`]),
  ]);
  const head = [report.product, report.account && `as ${report.account.name}`].filter(Boolean).join(', ');
  return [`${report.ok ? 'OK' : 'NOT OK'}${head === '' ? '' : `: ${head}`}`, ...lines].join('\n');
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TielineError('usage-wrong', `${path === '-' ? 'Standard input' : path} is not JSON`, {
      hint: 'See tieline connection create --help for an example.',
      cause,
    });
  }
}

const quoted = ({ scope, name, id }: ConnectionView): string =>
  scope === 'account' && /^[\w-]+$/.test(name) ? `account.${name}` : id;
