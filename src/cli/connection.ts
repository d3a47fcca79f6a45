import { Command } from 'commander';
import type { TestReport } from '../kit/connector.ts';
import { TielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import {
  describeStatus,
  describeTest,
  type ShownConnection,
  saveTested,
  testLimits,
} from './connection-report.ts';
import { exitCodes } from './failure.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

/** `tieline connection` */
export function make(cli: Cli): Command {
  const command = new Command('connection').description(
    'Connections are named, configured and tested accesses to a product.',
  );

  command
    .command('create')
    .description('Test settings, given as JSON, and make a connection of them. Exits 3 when the test fails.')
    .argument('<name>')
    .option('--connector <id>', 'the product', 'jira')
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--settings-file <file>', 'the settings as JSON; - is standard input', '-')
    .option('--save-failing', 'save it even if its test fails')
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
        options: {
          connector: string;
          scope: string;
          settingsFile: string;
          saveFailing?: boolean;
          json?: boolean;
        },
      ) => {
        const { connector, scope, saveFailing } = options;
        const settings = parseJson(await cli.readText(options.settingsFile), options.settingsFile);
        const body = { name, connector, scope, settings, saveFailing };
        const made = await saveTested(cli, options, () =>
          withHub(cli, (hub) => hub.call<ShownConnection>('POST', '/api/v1/connections', body, testLimits)),
        );
        if (made !== undefined) printSaved(cli, options, 'Made', made);
      },
    );

  command
    .command('edit')
    .description('Give a connection another name or other settings, which are tested first.')
    .argument('<connection>', 'id or name, e.g. account.jira')
    .option('--name <name>', 'its new name')
    .option('--settings-file <file>', 'its new settings, whole, as JSON; - is standard input')
    .option('--save-failing', 'save it even if its test fails')
    .option('--json', 'print JSON')
    .action(
      async (
        connection: string,
        options: { name?: string; settingsFile?: string; saveFailing?: boolean; json?: boolean },
      ) => {
        const { settingsFile, saveFailing } = options;
        const given =
          settingsFile === undefined ? undefined : parseJson(await cli.readText(settingsFile), settingsFile);
        const path = pathOf(connection);
        const changed = await saveTested(cli, options, () =>
          withHub(cli, async (hub) => {
            const known = await hub.call<ShownConnection>('GET', path);
            const { name = known.name } = options;
            const body = { name, settings: given ?? known.settings, saveFailing };
            return hub.call<ShownConnection>('PUT', path, body, testLimits);
          }),
        );
        if (changed !== undefined) printSaved(cli, options, 'Changed', changed);
      },
    );

  command
    .command('show')
    .description('Show a connection: how it is, what holds its work, and its last test.')
    .argument('<connection>', 'id or name, e.g. account.jira')
    .option('--json', 'print JSON')
    .action(async (connection: string, options: { json?: boolean }) => {
      const shown = await withHub(cli, (hub) => hub.call<ShownConnection>('GET', pathOf(connection)));
      if (options.json) return cli.print(JSON.stringify(shown));
      cli.print(`${shown.scope}/${shown.name} (${shown.connector}), ${shown.id}`);
      for (const line of describeStatus(shown)) cli.print(line);
      if (shown.lastTest !== null) cli.print(describeTest(shown.lastTest));
    });

  command
    .command('authorize')
    .description('Print the address at which a user lets the connection act in their name.')
    .argument('<connection>', 'id or name, e.g. account.jira')
    .option('--json', 'print JSON')
    .action(async (connection: string, options: { json?: boolean }) => {
      const begun = await withHub(cli, (hub) =>
        hub.call<{ url: string; expiresAt: string }>('POST', `${pathOf(connection)}/authorization`),
      );
      cli.print(
        options.json ? JSON.stringify(begun) : `Open this address before ${begun.expiresAt}:\n${begun.url}`,
      );
    });

  command
    .command('list')
    .description('List connections.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<ShownConnection>(hub, '/api/v1/connections'));
      const row = ({ scope, name, connector, settings, status, id }: ShownConnection) => [
        scope,
        name,
        connector,
        settings.baseUrl ?? settings.address ?? '',
        status,
        id,
      ];
      if (options.json) return cli.print(JSON.stringify({ items }));
      cli.print(table(['SCOPE', 'NAME', 'CONNECTOR', 'ADDRESS', 'STATUS', 'ID'], items.map(row)));
      for (const { name, hold } of items) {
        if (hold !== null) cli.print(`The work of ${name} is held since ${hold.since}: ${hold.message}`);
      }
    });

  command
    .command('test')
    .description(
      'Say who we are there and what works, each capability by itself. Exits 3 when something does not.',
    )
    .argument('[connection]', 'id or name, e.g. account.jira')
    .option('--settings-file <file>', 'settings as JSON that are not saved yet; - is standard input')
    .option('--connector <id>', 'the product of the settings', 'jira')
    .option('--scope <scope>', 'where the settings are to be saved', 'account')
    .option('--project <key...>', 'Jira projects whose permissions are checked')
    .option('--json', 'print JSON')
    .action(async (connection: string | undefined, options: TestOptions) => {
      const { path, body } = await whatToTest(cli, connection, options);
      const report = await withHub(cli, (hub) => hub.call<TestReport>('POST', path, body, testLimits));
      cli.print(options.json ? JSON.stringify(report) : describeTest(report));
      if (!report.ok) cli.exit(exitCodes.refused);
    });

  command
    .command('delete')
    .description('Delete a connection that nothing uses.')
    .argument('<connection>', 'id or name, e.g. account.jira')
    .option('--json', 'print JSON')
    .action(async (connection: string, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', pathOf(connection)));
      cli.print(options.json ? JSON.stringify({ deleted: connection }) : `Deleted ${connection}`);
    });

  return command;
}

interface TestOptions {
  settingsFile?: string;
  connector: string;
  scope: string;
  project?: string[];
  json?: boolean;
}

async function whatToTest(
  cli: Cli,
  connection: string | undefined,
  { settingsFile, connector, scope, project: projects }: TestOptions,
): Promise<{ path: string; body: object }> {
  if (connection !== undefined && settingsFile === undefined) {
    return { path: `${pathOf(connection)}/test`, body: { projects } };
  }
  if (connection === undefined && settingsFile !== undefined) {
    const settings = parseJson(await cli.readText(settingsFile), settingsFile);
    return {
      path: '/api/v1/connections/test',
      body: { name: 'not saved', connector, scope, settings, projects },
    };
  }
  throw new TielineError('usage-wrong', 'Name a connection, or give --settings-file: one of the two', {
    hint: 'See tieline connection test --help.',
  });
}

const pathOf = (connection: string): string => `/api/v1/connections/${encodeURIComponent(connection)}`;

function printSaved(cli: Cli, options: { json?: boolean }, done: string, saved: ShownConnection): void {
  cli.print(options.json ? JSON.stringify(saved) : `${done} ${saved.scope}/${saved.name}: ${saved.status}`);
  if (!options.json && saved.lastTest !== null) cli.print(describeTest(saved.lastTest));
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
