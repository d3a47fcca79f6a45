import { Command } from 'commander';
import type { ExplanationView } from '../features/explanation/index.ts';
import type { Cli } from './cli.ts';
import { describeDelivery } from './delivery.ts';
import { withHub } from './hub-client.ts';
import { table } from './table.ts';

/** `tieline explain` */
export function make(cli: Cli): Command {
  return new Command('explain')
    .description(
      'Show everything that was sent for an issue: by whom, when, what Jira answered; and if not, why.',
    )
    .argument('<issue>', 'issue key, e.g. MYT-1')
    .option('--limit <number>', 'at most so many deliveries', '20')
    .option('--json', 'print JSON')
    .action(async (issue: string, options: { limit: string; json?: boolean }) => {
      const query = new URLSearchParams({ limit: options.limit });
      const explanation = await withHub(cli, (hub) =>
        hub.call<ExplanationView>('GET', `/api/v1/issues/${encodeURIComponent(issue)}/explanation?${query}`),
      );
      if (options.json) cli.print(JSON.stringify(explanation));
      else for (const line of describe(explanation)) cli.print(line);
    });
}

function describe({ issue, notes, entities, deliveries, next }: ExplanationView): string[] {
  if (deliveries.length === 0 && entities.length === 0) return [`${issue}: nothing was reported.`, ...notes];
  const row = (entity: ExplanationView['entities'][number]) => [
    entity.summary,
    entity.at ?? '',
    entity.outcome,
    entity.connection?.name ?? 'a deleted connection',
    entity.url ?? '',
  ];
  return [
    `${issue}: the newest state of each build and deployment`,
    table(['WHAT', 'AT', 'ON THE ISSUE', 'JIRA', 'ADDRESS'], entities.map(row)),
    '',
    `Deliveries that name ${issue}, newest first`,
    ...deliveries.flatMap((delivery) => [
      `${delivery.receivedAt} by ${delivery.connectKey?.name ?? 'a deleted connect key'}, delivery ${delivery.id}`,
      ...describeDelivery(delivery).map((line) => `  ${line}`),
    ]),
    ...(next === null ? [] : ['There are more: raise --limit.']),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}
