import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface ConnectKeyView {
  id: string;
  connectionId: string;
  name: string;
  hint: string;
  projects: string[] | null;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

/** `tieline connect-key` */
export function make(cli: Cli): Command {
  const command = new Command('connect-key').description(
    'A connect key lets pipelines report builds and deployments for one Jira connection, and nothing else.',
  );

  command
    .command('create')
    .description('Make a connect key. It is shown now and never again.')
    .argument('<name>', 'who will use it')
    .requiredOption('--connection <connection>', 'the Jira connection, by id or name, e.g. account.jira')
    .option('--project <key...>', 'only issues of these projects')
    .option('--kind <kind...>', 'only build, or only deployment')
    .option('--environment <name...>', 'only deployments to these environments')
    .option('--expires-at <moment>', 'ISO 8601, e.g. 2027-01-31T00:00:00Z')
    .option('--json', 'print JSON')
    .action(
      async (
        name: string,
        options: {
          connection: string;
          project?: string[];
          kind?: string[];
          environment?: string[];
          expiresAt?: string;
          json?: boolean;
        },
      ) => {
        const { connection, project: projects, kind: kinds, environment: environments, expiresAt } = options;
        const body = { name, connection, projects, kinds, environments, expiresAt };
        const made = await withHub(cli, (hub) =>
          hub.call<ConnectKeyView & { key: string }>('POST', '/api/v1/connect-keys', body),
        );
        cli.print(options.json ? JSON.stringify(made) : made.key);
        if (!options.json) cli.note('Shown only now: give it to the pipeline as the secret CONNECT_KEY.');
      },
    );

  command
    .command('list')
    .description('List connect keys, without their texts.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<ConnectKeyView>(hub, '/api/v1/connect-keys'));
      const row = (key: ConnectKeyView) => [
        key.name,
        key.hint,
        key.projects?.join(',') ?? 'all projects',
        key.revokedAt === null ? (key.expiresAt ?? 'no end') : 'revoked',
        key.lastUsedAt ?? 'never used',
        key.id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['NAME', 'KEY', 'PROJECTS', 'UNTIL', 'LAST USE', 'ID'], items.map(row)),
      );
    });

  command
    .command('revoke')
    .description('End a connect key at once.')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', `/api/v1/connect-keys/${encodeURIComponent(id)}`));
      cli.print(options.json ? JSON.stringify({ revoked: id }) : `Revoked ${id}`);
    });

  return command;
}
