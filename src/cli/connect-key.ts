import { Argument, Command } from 'commander';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface ConnectKeyView {
  id: string;
  connectionId: string;
  name: string;
  hint: string;
  projects: string[] | null;
  createdBy: { name: string } | null;
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
    .description('List connect keys, without their texts: all of them as an editor, else your own.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<ConnectKeyView>(hub, '/api/v1/connect-keys'));
      const row = (key: ConnectKeyView) => [
        key.name,
        key.hint,
        key.projects?.join(',') ?? 'all projects',
        key.revokedAt === null ? (key.expiresAt ?? 'no end') : 'revoked',
        key.lastUsedAt ?? 'never used',
        key.createdBy?.name ?? '',
        key.id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['NAME', 'KEY', 'PROJECTS', 'UNTIL', 'LAST USE', 'MADE BY', 'ID'], items.map(row)),
      );
    });

  command
    .command('rotate')
    .description('Make a key in the place of another. Both are valid for the overlap; then the old one ends.')
    .argument('<id>')
    .option('--overlap <seconds>', 'how long the old key stays valid; 86400 when not given')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { overlap?: string; json?: boolean }) => {
      const body = options.overlap === undefined ? {} : { overlapSeconds: Number(options.overlap) };
      const path = `/api/v1/connect-keys/${encodeURIComponent(id)}`;
      const { made, old } = await withHub(cli, async (hub) => ({
        made: await hub.call<ConnectKeyView & { key: string }>('POST', `${path}/rotate`, body),
        old: await hub.call<ConnectKeyView>('GET', path),
      }));
      cli.print(options.json ? JSON.stringify(made) : made.key);
      if (!options.json) cli.note(`Shown only now. The old key ${old.hint} is valid until ${old.expiresAt}.`);
    });

  command
    .command('self-service')
    .description('Let every token that sees a connection make connect keys for itself, or not.')
    .argument('<connection>', 'the Jira connection, by id or name, e.g. account.jira')
    .addArgument(new Argument('<switch>').choices(['on', 'off']))
    .option('--json', 'print JSON')
    .action(async (connection: string, position: string, options: { json?: boolean }) => {
      const path = `/api/v1/connections/${encodeURIComponent(connection)}/self-service`;
      const selfService = position === 'on';
      const changed = await withHub(cli, (hub) => hub.call<{ name: string }>('PUT', path, { selfService }));
      const who = selfService ? 'everyone who sees it' : 'editors';
      cli.print(
        options.json ? JSON.stringify(changed) : `Keys for ${changed.name} are made by ${who} from now on`,
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
