import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';
import type { SecretView } from './secret.ts';
import { table } from './table.ts';

interface VersionView {
  version: number;
  state: string;
  createdAt: string;
  createdBy: string | null;
  restoredFrom: number | null;
}

interface UseView {
  kind: string;
  name: string;
  scope: string;
  path: string;
}

const bySecret = ['<secret>', 'id or name, e.g. account.jira-token'] as const;
const pathOf = (id: string): string => `/api/v1/secrets/${encodeURIComponent(id)}`;
/** PostgreSQL's largest integer. */
const versionNumber = wholeNumber(1, 2_147_483_647);

/** `tieline secret versions | restore | end-version | uses` */
export function addVersionCommands(command: Command, cli: Cli): void {
  command
    .command('versions')
    .description('List the versions of a secret, without their values.')
    .argument(...bySecret)
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const path = `${pathOf(id)}/versions`;
      const answer = await withHub(cli, (hub) => hub.call<{ items: VersionView[] }>('GET', path));
      const row = ({ version, state, createdAt, createdBy, restoredFrom }: VersionView) => [
        String(version),
        restoredFrom === null ? state : `${state}, as version ${restoredFrom}`,
        createdAt,
        createdBy ?? '',
      ];
      cli.print(
        options.json
          ? JSON.stringify(answer)
          : table(['VERSION', 'STATE', 'CREATED', 'BY'], answer.items.map(row)),
      );
    });

  command
    .command('restore')
    .description('Use the value of an earlier version again, as a new version.')
    .argument(...bySecret)
    .argument('<version>', 'the number of the version', versionNumber)
    .option('--json', 'print JSON')
    .action(async (id: string, version: number, options: { json?: boolean }) => {
      const path = `${pathOf(id)}/versions/${version}/restore`;
      const secret = await withHub(cli, (hub) => hub.call<SecretView>('POST', path));
      cli.print(
        options.json
          ? JSON.stringify(secret)
          : `${secret.name} is at version ${secret.version}, as version ${version} was`,
      );
    });

  command
    .command('end-version')
    .description('Drop the value of an earlier version for good.')
    .argument(...bySecret)
    .argument('<version>', 'the number of the version', versionNumber)
    .option('--json', 'print JSON')
    .action(async (id: string, version: number, options: { json?: boolean }) => {
      await withHub(cli, (hub) => hub.call('DELETE', `${pathOf(id)}/versions/${version}`));
      cli.print(options.json ? JSON.stringify({ ended: version }) : `Ended version ${version}`);
    });

  command
    .command('uses')
    .description('Say where a secret is used.')
    .argument(...bySecret)
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const answer = await withHub(cli, (hub) => hub.call<{ items: UseView[] }>('GET', `${pathOf(id)}/uses`));
      const row = ({ kind, scope, name, path }: UseView) => [kind, scope, name, path];
      cli.print(
        options.json
          ? JSON.stringify(answer)
          : table(['KIND', 'SCOPE', 'NAME', 'SETTING'], answer.items.map(row)),
      );
    });
}
