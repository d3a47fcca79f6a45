import { Command } from 'commander';
import { TielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface SecretView {
  id: string;
  scope: string;
  name: string;
  version: number;
  updatedAt: string;
}

/** `tieline secret` */
export function make(cli: Cli): Command {
  const command = new Command('secret').description(
    'Secrets are stored encrypted in the hub and never shown again; connections refer to them by name.',
  );

  command
    .command('create')
    .description(
      'Store a secret. The value is read from standard input or a file, never from the command line.',
    )
    .argument('<name>')
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--description <text>', 'what it is for', '')
    .option('--value-file <file>', 'where to read the value; - is standard input', '-')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  printf %s "$JIRA_TOKEN" | tieline secret create jira-token')
    .action(
      async (
        name: string,
        options: { scope: string; description: string; valueFile: string; json?: boolean },
      ) => {
        const { scope, description } = options;
        const value = await readValue(cli, options.valueFile);
        const body = { scope, name, description, value };
        const made = await withHub(cli, (hub) => hub.call<SecretView>('POST', '/api/v1/secrets', body));
        cli.print(
          options.json ? JSON.stringify(made) : `Stored ${made.scope}/${made.name} (version ${made.version})`,
        );
      },
    );

  command
    .command('list')
    .description('List secrets, without their values.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<SecretView>(hub, '/api/v1/secrets'));
      const row = ({ scope, name, version, updatedAt, id }: SecretView) => [
        scope,
        name,
        String(version),
        updatedAt,
        id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['SCOPE', 'NAME', 'VERSION', 'UPDATED', 'ID'], items.map(row)),
      );
    });

  command
    .command('update')
    .description('Give a secret a new value, read from standard input or a file.')
    .argument('<id>', 'the id, as `tieline secret list` shows it')
    .option('--value-file <file>', 'where to read the value; - is standard input', '-')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { valueFile: string; json?: boolean }) => {
      const value = await readValue(cli, options.valueFile);
      const path = `/api/v1/secrets/${encodeURIComponent(id)}/value`;
      const changed = await withHub(cli, (hub) => hub.call<SecretView>('PUT', path, { value }));
      cli.print(options.json ? JSON.stringify(changed) : `${changed.name} is at version ${changed.version}`);
    });

  command
    .command('delete')
    .description('Delete a secret that nothing uses.')
    .argument('<id>', 'the id, as `tieline secret list` shows it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', `/api/v1/secrets/${encodeURIComponent(id)}`));
      cli.print(options.json ? JSON.stringify({ deleted: id }) : `Deleted ${id}`);
    });

  return command;
}

/** A line end after the value is the editor's or the shell's, not the secret's. */
async function readValue(cli: Cli, path: string): Promise<string> {
  const value = (await cli.readText(path)).replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw new TielineError('usage-wrong', 'The value of the secret is empty', {
    hint: 'Pipe it in: printf %s "$JIRA_TOKEN" | tieline secret create NAME',
  });
}
