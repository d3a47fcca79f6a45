import { Command, Option } from 'commander';
import { type RoleView, roleNames, rolesText } from './account-role.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface UserView {
  id: string;
  name: string;
  email: string;
  roles: RoleView[];
  hasPassword: boolean;
  issuer: string | null;
  disabledAt: string | null;
  lastSignedInAt: string | null;
}

const pathOf = (user: string): string => `/api/v1/users/${encodeURIComponent(user)}`;
const whoHelp = 'the user, by e-mail address or id';

/** `tieline user` */
export function make(cli: Cli): Command {
  const command = new Command('user').description(
    'Users are people. They sign in by OpenID Connect or by a password that they set themselves.',
  );

  command
    .command('add')
    .description('Make a user.')
    .argument('<email>')
    .option('--name <name>', 'how the user is called; the e-mail address when not given')
    .addOption(new Option('--role <role>', 'a role to begin with').choices(roleNames))
    .option(
      '--scope <scope>',
      'where the role counts: account, an organization, or organization/project',
      'account',
    )
    .option('--json', 'print JSON')
    .action(
      async (email: string, options: { name?: string; role?: string; scope: string; json?: boolean }) => {
        const { name = email, role, scope } = options;
        const roles = role === undefined ? [] : [{ scope, role }];
        const made = await withHub(cli, (hub) =>
          hub.call<UserView>('POST', '/api/v1/users', { name, email, roles }),
        );
        cli.print(options.json ? JSON.stringify(made) : `Made ${made.email} (${rolesText(made.roles)})`);
        if (!options.json) cli.note(`For a password: tieline user set-password ${made.email}`);
      },
    );

  command
    .command('list')
    .description('List users, with their roles and how they sign in.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<UserView>(hub, '/api/v1/users'));
      const row = (user: UserView) => [
        user.email,
        user.name,
        rolesText(user.roles),
        [user.hasPassword ? 'password' : '', user.issuer ?? ''].filter(Boolean).join(', ') || 'not yet',
        user.disabledAt === null ? (user.lastSignedInAt ?? 'never') : 'disabled',
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['E-MAIL', 'NAME', 'ROLES', 'SIGNS IN BY', 'LAST SIGN-IN'], items.map(row)),
      );
    });

  const switches = [
    { verb: 'disable', description: 'Shut a user out: sessions end and tokens stop counting, at once.' },
    { verb: 'enable', description: 'Let a user in again.' },
  ];
  for (const { verb, description } of switches) {
    command
      .command(verb)
      .description(description)
      .argument('<user>', whoHelp)
      .option('--json', 'print JSON')
      .action(async (user: string, options: { json?: boolean }) => {
        const changed = await withHub(cli, (hub) => hub.call<UserView>('POST', `${pathOf(user)}/${verb}`));
        cli.print(options.json ? JSON.stringify(changed) : `${changed.email} is ${verb}d`);
      });
  }

  command
    .command('set-password')
    .description('Make a link with which a user sets a new password. It works once, for three days.')
    .argument('<user>', whoHelp)
    .option('--json', 'print JSON')
    .action(async (user: string, options: { json?: boolean }) => {
      const { hubUrl } = await cli.config();
      const made = await withHub(cli, (hub) =>
        hub.call<{ path: string; url: string | null; expiresAt: string }>(
          'POST',
          `${pathOf(user)}/invitation`,
        ),
      );
      // A hub that knows no public address is reached by browsers as it is by this command, as far as is known.
      const url = made.url ?? new URL(made.path, hubUrl).href;
      cli.print(options.json ? JSON.stringify({ ...made, url }) : url);
      if (!options.json) cli.note(`Shown only now: give it to the user. It ends at ${made.expiresAt}.`);
    });

  return command;
}
