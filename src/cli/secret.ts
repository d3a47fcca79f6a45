import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { TielineError } from '../kit/errors.ts';
import { readNamedFile } from './arguments.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { addRotateKey } from './rotate-key.ts';
import { addVersionCommands } from './secret-versions.ts';
import { table } from './table.ts';

/** A secret as the hub shows it. */
export interface SecretView {
  id: string;
  scope: string;
  name: string;
  description: string;
  kind: string;
  usageScopes: string[];
  version: number;
  updatedAt: string;
}

interface ValueOptions {
  valueFile: string;
  file?: string;
}

const bySecret = ['<secret>', 'id or name, e.g. account.jira-token'] as const;
const collect = (scope: string, scopes: string[] = []) => [...scopes, scope];

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
    .option('--file <file>', 'store a file, such as a key, with its name and its bytes as they are')
    .option('--usage-scope <scope>', 'where it may be used; may be given again; default: its scope', collect)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  printf %s "$JIRA_TOKEN" | tieline secret create jira-token')
    .action(
      async (
        name: string,
        options: { scope: string; description: string; usageScope?: string[]; json?: boolean } & ValueOptions,
      ) => {
        const { scope, description, usageScope: usageScopes } = options;
        const body = { scope, name, description, usageScopes, ...(await readValue(cli, options)) };
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
      const row = ({ scope, name, kind, usageScopes, version, updatedAt, id }: SecretView) => [
        scope,
        name,
        String(version),
        kind,
        usageScopes.join(' '),
        updatedAt,
        id,
      ];
      const heads = ['SCOPE', 'NAME', 'VERSION', 'KIND', 'USED IN', 'UPDATED', 'ID'];
      cli.print(options.json ? JSON.stringify({ items }) : table(heads, items.map(row)));
    });

  command
    .command('update')
    .description('Give a secret a new value, read from standard input or a file.')
    .argument(...bySecret)
    .option('--value-file <file>', 'where to read the value; - is standard input', '-')
    .option('--file <file>', 'the new file of a secret that is one')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean } & ValueOptions) => {
      const value = await readValue(cli, options);
      const path = `/api/v1/secrets/${encodeURIComponent(id)}/value`;
      const changed = await withHub(cli, (hub) => hub.call<SecretView>('PUT', path, value));
      cli.print(options.json ? JSON.stringify(changed) : `${changed.name} is at version ${changed.version}`);
    });

  command
    .command('edit')
    .description('Change the name, the description or the usage scopes of a secret.')
    .argument(...bySecret)
    .option('--name <name>', 'a new name; only while nothing refers to the old one')
    .option('--description <text>', 'what it is for')
    .option('--usage-scope <scope>', 'where it may be used; may be given again', collect)
    .option('--json', 'print JSON')
    .action(
      async (
        id: string,
        options: { name?: string; description?: string; usageScope?: string[]; json?: boolean },
      ) => {
        const path = `/api/v1/secrets/${encodeURIComponent(id)}`;
        const changed = await withHub(cli, async (hub) => {
          const before = await hub.call<SecretView>('GET', path);
          return hub.call<SecretView>('PUT', path, {
            name: options.name ?? before.name,
            description: options.description ?? before.description,
            usageScopes: options.usageScope ?? before.usageScopes,
          });
        });
        cli.print(
          options.json
            ? JSON.stringify(changed)
            : `${changed.scope}/${changed.name} may be used in ${changed.usageScopes.join(', ')}`,
        );
      },
    );

  command
    .command('delete')
    .description('Delete a secret that nothing uses.')
    .argument(...bySecret)
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', `/api/v1/secrets/${encodeURIComponent(id)}`));
      cli.print(options.json ? JSON.stringify({ deleted: id }) : `Deleted ${id}`);
    });

  addVersionCommands(command, cli);
  addRotateKey(command, cli);
  return command;
}

async function readValue(cli: Cli, { file, valueFile }: ValueOptions): Promise<object> {
  if (file !== undefined) {
    const bytes = await readNamedFile(file, (path) => readFile(path));
    return { file: { name: basename(file), content: bytes.toString('base64') } };
  }
  // A line end after the value is the editor's or the shell's, not the secret's.
  const value = (await cli.readText(valueFile)).replace(/\r?\n$/, '');
  if (value !== '') return { value };
  throw new TielineError('usage-wrong', 'The value of the secret is empty', {
    hint: 'Pipe it in: printf %s "$JIRA_TOKEN" | tieline secret create NAME',
  });
}
