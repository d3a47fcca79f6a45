import { Command } from 'commander';
import type { ExplanationView } from '../features/explanation/index.ts';
import type { Cli } from './cli.ts';
import { describeDelivery } from './delivery.ts';
import { withHub } from './hub-client.ts';
import { table } from './table.ts';

/** Five rounds of questions to a Jira that hangs take half a minute. */
const headersTimeoutMs = 90_000;

/** `tieline explain` */
export function make(cli: Cli): Command {
  return new Command('explain')
    .description(
      'Show everything that was sent for an issue: by whom, when, what Jira answered and holds now; and if not, why.',
    )
    .argument('<issue>', 'issue key, e.g. MYT-1')
    .option('--limit <number>', 'at most so many deliveries', '20')
    .option('--offline', 'do not ask Jira what it holds now of the newest builds and deployments')
    .option('--json', 'print JSON')
    .action(async (issue: string, options: { limit: string; offline?: boolean; json?: boolean }) => {
      const live = options.offline !== true;
      const query = new URLSearchParams({ limit: options.limit, live: String(live) });
      const explanation = await withHub(cli, (hub) =>
        hub.call<ExplanationView>(
          'GET',
          `/api/v1/issues/${encodeURIComponent(issue)}/explanation?${query}`,
          undefined,
          { headersTimeoutMs },
        ),
      );
      if (options.json) cli.print(JSON.stringify(explanation));
      else for (const line of describe(explanation, live)) cli.print(line);
    });
}

type Entity = ExplanationView['entities'][number];

function describe(explanation: ExplanationView, live: boolean): string[] {
  const { issue, notes, entities, deliveries, runs, next } = explanation;
  const touching =
    runs.length === 0
      ? []
      : [
          '',
          `Runs whose steps touched ${issue}, newest first`,
          ...runs.map(
            ({ createdAt, name, createdBy, state, id }) =>
              `${createdAt} ${name} by ${createdBy.name}, run ${id}: ${state}`,
          ),
        ];
  if (deliveries.length === 0 && entities.length === 0) {
    return [`${issue}: nothing was reported.`, ...notes, ...touching];
  }
  const row = (entity: Entity) => [
    entity.summary,
    entity.at ?? '',
    entity.triggeredBy ?? '',
    entity.outcome,
    entity.connection?.name ?? 'a deleted connection',
    ...(live ? [heldInWords(entity)] : []),
    entity.url ?? '',
  ];
  const unknown = new Set(
    entities.flatMap(({ jiraError }) =>
      jiraError === null ? [] : [`What Jira holds is not known (${jiraError.code}): ${jiraError.message}`],
    ),
  );
  return [
    `${issue}: the newest state of each build, deployment, branch, commit and pull request`,
    table(
      ['WHAT', 'AT', 'STARTED BY', 'ON THE ISSUE', 'JIRA', ...(live ? ['JIRA HOLDS'] : []), 'ADDRESS'],
      entities.map(row),
    ),
    ...unknown,
    '',
    `Deliveries that name ${issue}, newest first`,
    ...deliveries.flatMap((delivery) => [
      `${delivery.receivedAt} by ${senderOf(delivery)}, delivery ${delivery.id}`,
      ...describeDelivery(delivery).map((line) => `  ${line}`),
    ]),
    ...(next === null ? [] : ['There are more: raise --limit.']),
    ...touching,
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

/** Reports come by connect key or from a run of the hub's own, everything else by a link. */
function senderOf({ topic, connectKey }: ExplanationView['deliveries'][number]): string {
  if (connectKey !== null) return connectKey.name ?? 'a deleted connect key';
  return topic === 'build' || topic === 'deployment' ? 'a run' : 'a link';
}

function heldInWords({ jira, jiraError }: Entity): string {
  if (jiraError !== null) return `not known: ${jiraError.code}`;
  if (jira === null) return 'not asked';
  if (jira.holds === 'nothing') return 'nothing';
  return `${jira.state} (${jira.holds === 'same' ? 'same as' : `${jira.holds} than`} sent)`;
}
