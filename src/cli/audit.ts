import { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';
import { table } from './table.ts';

interface AuditLine {
  id: string;
  at: string;
  actor: { kind: string; name: string };
  address: string | null;
  action: string;
  scope: string;
  subject: { kind: string; name: string };
}

interface Filter {
  subjectKind?: string;
  subject?: string;
  actor?: string;
  action?: string;
  from?: string;
  to?: string;
}

const filterOptions: [flag: string, description: string][] = [
  ['--subject-kind <kind>', 'e.g. connection, secret, user'],
  ['--subject <subject>', 'the id or the name of what was changed'],
  ['--actor <actor>', 'the id or the name of who did it'],
  ['--action <action>', 'e.g. connection.created'],
  ['--from <moment>', 'lines of this moment and later, ISO 8601'],
  ['--to <moment>', 'lines before this moment'],
];

/** `tieline audit` */
export function make(cli: Cli): Command {
  const command = new Command('audit').description('Who changed what. Lines are added and never changed.');

  const list = command
    .command('list')
    .description('The newest lines.')
    .option('--limit <number>', 'how many, at most 200', wholeNumber(1, 200), 50)
    .option('--json', 'print JSON')
    .action(async ({ json, limit, ...filter }: Filter & { limit: number; json?: boolean }) => {
      const page = await withHub(cli, (hub) =>
        hub.call<{ items: AuditLine[] }>('GET', `/api/v1/audit?${queryOf(filter, { limit: String(limit) })}`),
      );
      const row = (line: AuditLine) => [
        line.at,
        line.action,
        `${line.subject.kind} ${line.subject.name}`,
        line.scope,
        `${line.actor.kind} ${line.actor.name}`,
        line.address ?? '',
      ];
      const headings = ['AT', 'ACTION', 'WHAT', 'SCOPE', 'BY', 'FROM'];
      cli.print(json ? JSON.stringify(page) : table(headings, page.items.map(row)));
    });

  const exporting = command
    .command('export')
    .description('Every line as JSON, one a line, oldest first.')
    .action(async (filter: Filter) => {
      await withHub(cli, async (hub) => {
        let cursor: string | null = null;
        do {
          const paging: Record<string, string> = { order: 'oldest', limit: '200' };
          if (cursor !== null) paging.cursor = cursor;
          const page: { items: AuditLine[]; next: string | null } = await hub.call(
            'GET',
            `/api/v1/audit?${queryOf(filter, paging)}`,
          );
          for (const line of page.items) cli.print(JSON.stringify(line));
          cursor = page.next;
        } while (cursor !== null);
      });
    });

  for (const [flag, description] of filterOptions) {
    list.option(flag, description);
    exporting.option(flag, description);
  }
  return command;
}

function queryOf(filter: Filter, paging: Record<string, string>): URLSearchParams {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return new URLSearchParams({ ...Object.fromEntries(given), ...paging });
}
