import { Command } from 'commander';
import { accountPath, type RoleView, rolesText } from './account-role.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface ServiceAccountView {
  id: string;
  name: string;
  scope: string;
  roles: RoleView[];
  disabledAt: string | null;
}

/** `tieline service-account` */
export function make(cli: Cli): Command {
  const command = new Command('service-account').description(
    'A service account calls the API and is no person: it has a scope, roles in it, and API tokens.',
  );

  command
    .command('add')
    .description('Make a service account. Give it a role and a token then.')
    .argument('<name>')
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { scope: string; json?: boolean }) => {
      const { scope } = options;
      const made = await withHub(cli, (hub) =>
        hub.call<ServiceAccountView>('POST', '/api/v1/service-accounts', { name, scope }),
      );
      cli.print(options.json ? JSON.stringify(made) : `Made ${made.name} in ${made.scope} (${made.id})`);
    });

  command
    .command('list')
    .description('List service accounts, with their roles.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<ServiceAccountView>(hub, '/api/v1/service-accounts'));
      const row = (account: ServiceAccountView) => [
        account.scope,
        account.name,
        rolesText(account.roles),
        account.disabledAt === null ? '' : 'disabled',
        account.id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['SCOPE', 'NAME', 'ROLES', 'STATE', 'ID'], items.map(row)),
      );
    });

  const switches = [
    { verb: 'disable', description: 'Shut a service account out: its tokens stop counting, at once.' },
    { verb: 'enable', description: 'Let a service account in again.' },
  ];
  for (const { verb, description } of switches) {
    command
      .command(verb)
      .description(description)
      .argument('<account>', 'by id or name, e.g. account.robot')
      .option('--json', 'print JSON')
      .action(async (account: string, options: { json?: boolean }) => {
        const changed = await withHub(cli, (hub) =>
          hub.call<ServiceAccountView>('POST', `${accountPath(account)}/${verb}`),
        );
        cli.print(options.json ? JSON.stringify(changed) : `${changed.name} is ${verb}d`);
      });
  }

  return command;
}
