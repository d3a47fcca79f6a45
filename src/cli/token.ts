import { Command, Option } from 'commander';
import { roleNames } from './account-role.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import { table } from './table.ts';

interface TokenView {
  id: string;
  name: string;
  account: { name: string } | null;
  role: string;
  scope: string;
  hint: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

/** `tieline token` */
export function make(cli: Cli): Command {
  const command = new Command('token').description(
    'An API token calls the API for a user or a service account, with a role of its own and never more than theirs.',
  );

  command
    .command('create')
    .description('Make an API token. It is shown now and never again.')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--role <role>', 'the most that it may do').choices(roleNames).makeOptionMandatory(),
    )
    .option('--scope <scope>', 'where it counts; the scope of its account when not given')
    .option('--service-account <account>', 'whose it will be, by id or name; your own when not given')
    .option('--expires-at <moment>', 'ISO 8601, e.g. 2027-01-31T00:00:00Z')
    .option('--json', 'print JSON')
    .action(
      async (
        name: string,
        options: {
          role: string;
          scope?: string;
          serviceAccount?: string;
          expiresAt?: string;
          json?: boolean;
        },
      ) => {
        const { json, ...wanted } = options;
        const made = await withHub(cli, (hub) =>
          hub.call<TokenView & { token: string }>('POST', '/api/v1/tokens', { name, ...wanted }),
        );
        cli.print(json ? JSON.stringify(made) : made.token);
        if (!json) cli.note('Shown only now. It is sent as "Authorization: Bearer …".');
      },
    );

  command
    .command('list')
    .description('List API tokens, without their texts: all of them as an administrator, else your own.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<TokenView>(hub, '/api/v1/tokens'));
      const row = (token: TokenView) => [
        token.name,
        token.account?.name ?? 'nobody',
        token.role,
        token.scope,
        token.hint,
        token.revokedAt === null ? (token.expiresAt ?? 'no end') : 'revoked',
        token.lastUsedAt ?? 'never used',
        token.id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['NAME', 'ACCOUNT', 'ROLE', 'SCOPE', 'TOKEN', 'UNTIL', 'LAST USE', 'ID'], items.map(row)),
      );
    });

  command
    .command('revoke')
    .description('End an API token at once.')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`));
      cli.print(options.json ? JSON.stringify({ revoked: id }) : `Revoked ${id}`);
    });

  return command;
}
