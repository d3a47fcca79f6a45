import { Argument, Command } from 'commander';
import { accountPath, type RoleView, roleNames } from './account-role.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface Bearer {
  name: string;
  email?: string;
  roles: RoleView[];
}

const whoHelp = 'a user by e-mail address, or a service account by id or name, e.g. account.robot';

/** `tieline role` */
export function make(cli: Cli): Command {
  const command = new Command('role').description(
    'Who may do what where: viewer, operator, editor, administrator, each also in the scopes below.',
  );

  command
    .command('grant')
    .description('Give a role in a scope, in place of another there.')
    .argument('<who>', whoHelp)
    .addArgument(new Argument('<role>').choices(roleNames))
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--json', 'print JSON')
    .action(async (who: string, role: string, options: { scope: string; json?: boolean }) => {
      const { scope } = options;
      const answer = await withHub(cli, (hub) =>
        hub.call('PUT', `${accountPath(who)}/roles`, { scope, role }),
      );
      cli.print(options.json ? JSON.stringify(answer) : `${who} is ${role} in ${scope}`);
    });

  command
    .command('revoke')
    .description('Take the role in a scope away.')
    .argument('<who>', whoHelp)
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--json', 'print JSON')
    .action(async (who: string, options: { scope: string; json?: boolean }) => {
      const query = new URLSearchParams({ scope: options.scope });
      const answer = await withHub(cli, (hub) => hub.call('DELETE', `${accountPath(who)}/roles?${query}`));
      cli.print(options.json ? JSON.stringify(answer) : `${who} has no role in ${options.scope} any more`);
    });

  command
    .command('list')
    .description('List who has which role where.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const bearers = await withHub(cli, async (hub) => [
        ...(await listAll<Bearer>(hub, '/api/v1/users')),
        ...(await listAll<Bearer>(hub, '/api/v1/service-accounts')),
      ]);
      const items = bearers.flatMap(({ name, email, roles }) =>
        roles.map((role) => ({ who: email ?? name, ...role })),
      );
      const rows = items.map(({ who, scope, role, source }) => [scope, role, who, source]);
      cli.print(options.json ? JSON.stringify({ items }) : table(['SCOPE', 'ROLE', 'WHO', 'GIVEN BY'], rows));
    });

  command.addCommand(makeGroupCommand(cli));
  return command;
}

interface RuleView {
  id: string;
  group: string;
  scope: string;
  role: string;
}

/** `tieline role group` */
function makeGroupCommand(cli: Cli): Command {
  const path = '/api/v1/group-role-rules';
  const command = new Command('group').description(
    'Which group of the OpenID Connect issuer has which role where, from the next sign-in on.',
  );

  command
    .command('grant')
    .description('Give a group a role in a scope.')
    .argument('<group>', 'as the issuer names it')
    .addArgument(new Argument('<role>').choices(roleNames))
    .option('--scope <scope>', 'account, an organization, or organization/project', 'account')
    .option('--json', 'print JSON')
    .action(async (group: string, role: string, options: { scope: string; json?: boolean }) => {
      const { scope } = options;
      const made = await withHub(cli, (hub) => hub.call<RuleView>('POST', path, { group, scope, role }));
      cli.print(options.json ? JSON.stringify(made) : `Who is in ${group} is ${role} in ${scope}`);
    });

  command
    .command('list')
    .description('List the roles of groups.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<RuleView>(hub, path));
      const rows = items.map(({ scope, role, group, id }) => [scope, role, group, id]);
      cli.print(options.json ? JSON.stringify({ items }) : table(['SCOPE', 'ROLE', 'GROUP', 'ID'], rows));
    });

  command
    .command('revoke')
    .description('Take the role of a group away. Who has it by the group keeps it until the next sign-in.')
    .argument('<id>', 'as `tieline role group list` shows it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', `${path}/${encodeURIComponent(id)}`));
      cli.print(options.json ? JSON.stringify({ revoked: id }) : `Revoked ${id}`);
    });

  return command;
}
