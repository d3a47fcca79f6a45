import { Command } from 'commander';
import type { DeliveryView } from '../features/deliveries/index.ts';
import { wholeNumber } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';
import { table } from './table.ts';

/** `tieline delivery` */
export function make(cli: Cli): Command {
  const command = new Command('delivery').description(
    'Every report is a delivery: stored before it is acknowledged, sent, answered, and replayable.',
  );

  command
    .command('list')
    .description('List deliveries, newest first.')
    .option('--issue <key>', 'only those that name this issue')
    .option('--state <state>', 'only those in this state, e.g. dead')
    .option('--limit <number>', 'at most so many', wholeNumber(1, 200), 20)
    .option('--json', 'print JSON')
    .action(async (options: { issue?: string; state?: string; limit: number; json?: boolean }) => {
      const { issue, state, limit } = options;
      const query = new URLSearchParams({
        limit: String(limit),
        ...(issue ? { issue } : {}),
        ...(state ? { state } : {}),
      });
      const page = await withHub(cli, (hub) =>
        hub.call<{ items: DeliveryView[] }>('GET', `/api/v1/deliveries?${query}`),
      );
      const row = (delivery: DeliveryView) => [
        delivery.receivedAt,
        delivery.state,
        delivery.issues.map((issue) => `${issue.key}:${issue.outcome}`).join(' '),
        delivery.summary,
        delivery.id,
      ];
      cli.print(
        options.json
          ? JSON.stringify(page)
          : table(['RECEIVED', 'STATE', 'ISSUES', 'WHAT', 'ID'], page.items.map(row)),
      );
    });

  command
    .command('show')
    .description('Show one delivery: what became of each issue key, and why.')
    .argument('<id>')
    .option('--wait <seconds>', 'wait for its end', wholeNumber(0, 60), 0)
    .option('--bodies', 'also what was posted and what Jira answered, whole')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { wait: number; bodies?: boolean; json?: boolean }) => {
      const path = `/api/v1/deliveries/${encodeURIComponent(id)}`;
      const wait = new URLSearchParams({ wait: String(options.wait) });
      const { delivery, bodies } = await withHub(cli, async (hub) => ({
        delivery: await hub.call<DeliveryView>('GET', `${path}?${wait}`, undefined, {
          headersTimeoutMs: (options.wait + 30) * 1_000,
        }),
        bodies: options.bodies ? await hub.call<object>('GET', `${path}/bodies`) : undefined,
      }));
      if (options.json) cli.print(JSON.stringify({ ...delivery, ...bodies }));
      else {
        for (const line of describeDelivery(delivery)) cli.print(line);
        if (bodies !== undefined) cli.print(JSON.stringify(bodies, null, 2));
      }
    });

  command
    .command('replay')
    .description('Send ended deliveries once more, all or none. Each becomes a new delivery.')
    .argument('<id...>')
    .option('--json', 'print JSON')
    .action(async (ids: string[], options: { json?: boolean }) => {
      const replayed = await withHub(cli, (hub) =>
        hub.call<{ items: { id: string; replayOf: string; state: string }[] }>(
          'POST',
          '/api/v1/deliveries/replay',
          {
            ids,
          },
        ),
      );
      if (options.json) cli.print(JSON.stringify(replayed));
      else
        for (const { id, replayOf, state } of replayed.items)
          cli.print(`${replayOf} again as ${id}: ${state}`);
    });

  return command;
}

/** A delivery as lines: its state, each issue key with its outcome, and why something is not there. */
export function describeDelivery(delivery: DeliveryView): string[] {
  return [
    `${delivery.summary} [${delivery.state}]`,
    ...delivery.issues.map(
      ({ key, outcome, message }) => `  ${key}  ${outcome}${message ? `: ${message}` : ''}`,
    ),
    ...delivery.unknownServices.map(
      (service) => `  service ${service}  not tied: unknown to Jira, or too many`,
    ),
    ...(delivery.reason === null ? [] : [`  not sent: ${delivery.reason}`]),
    ...(delivery.waiting === null
      ? []
      : [
          `  waiting (${delivery.waiting.reason}) until ${delivery.waiting.until ?? 'its connection is repaired: see tieline connection list'}`,
        ]),
    ...(delivery.error === null ? [] : [`  ${delivery.error.message}`, `  ${delivery.error.hint}`]),
  ];
}
