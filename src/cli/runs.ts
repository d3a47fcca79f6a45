import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { withHub } from './hub-client.ts';
import { exitCodeHelp, followRun, type ShowOptions } from './run-command.ts';
import { describeRun, isOver, type RunView } from './run-view.ts';
import { runPath } from './run-watch.ts';
import { table } from './table.ts';

interface Json {
  json?: boolean;
}

/** `tieline runs` */
export function make(cli: Cli): Command {
  const command = new Command('runs').description(
    'Runs of steps and pipelines: what they did, and once more.',
  );

  command
    .command('list')
    .description('List runs, newest first.')
    .option('--state <state>', 'queued, running, waiting, succeeded, failed, rejected, expired or aborted')
    .option('--issue <key>', 'only runs that touched this issue')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'print JSON')
    .action(async (options: Json & { state?: string; issue?: string; limit: string }) => {
      const query = new URLSearchParams({ limit: options.limit });
      if (options.state !== undefined) query.set('state', options.state);
      if (options.issue !== undefined) query.set('issue', options.issue);
      const { items } = await withHub(cli, (hub) =>
        hub.call<{ items: RunView[] }>('GET', `/api/v1/runs?${query}`),
      );
      const row = ({ name, kind, scope, state, createdAt, issueKeys, id }: RunView) => [
        name,
        kind,
        scope,
        state,
        createdAt,
        issueKeys.join(' '),
        id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['NAME', 'KIND', 'SCOPE', 'STATE', 'MADE', 'ISSUES', 'ID'], items.map(row)),
      );
    });

  command
    .command('show')
    .description('Show a run: its steps, what they gave, and why they failed.')
    .argument('<id>')
    .option('--json', 'print JSON, with inputs and attempts')
    .action(async (id: string, options: Json) => {
      const run = await withHub(cli, (hub) => hub.call<RunView>('GET', runPath(id)));
      if (options.json) cli.print(JSON.stringify(run));
      else for (const line of describeRun(run)) cli.print(line);
    });

  command
    .command('watch')
    .description('Print the log of a run from its beginning until it ends, and end as it ends.')
    .argument('<id>')
    .option('--abort-on-interrupt', 'Ctrl-C ends the run too')
    .option('--json', 'print JSON')
    .addHelpText('after', exitCodeHelp)
    .action((id: string, options: ShowOptions) => withHub(cli, (hub) => followRun(cli, hub, id, options)));

  command
    .command('cancel')
    .description('End a run: what it does is broken off, what it waits for is forgotten.')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Json) => {
      const run = await withHub(cli, (hub) => hub.call<RunView>('POST', runPath(id, '/cancel'), {}));
      cli.print(options.json ? JSON.stringify(run) : tellState('cancel', run));
    });

  command
    .command('abort')
    .description('End the step of a run that is waiting: the step counts as aborted.')
    .argument('<id>')
    .argument('[step]', 'its identifier; the one that waits when not given')
    .option('--json', 'print JSON')
    .action(async (id: string, step: string | undefined, options: Json) => {
      const run = await withHub(cli, async (hub) => {
        const waiting = step ?? waitingOf(await hub.call<RunView>('GET', runPath(id)));
        const path = waiting === undefined ? '/cancel' : `/steps/${encodeURIComponent(waiting)}/abort`;
        return hub.call<RunView>('POST', runPath(id, path), {});
      });
      cli.print(options.json ? JSON.stringify(run) : tellState('abort', run));
    });

  command
    .command('rerun')
    .description('Run it again, whole or from a step on, with what the earlier steps gave then.')
    .argument('<id>')
    .option('--from <step>', 'the identifier of the first step to run')
    .option('--no-wait', 'do not wait for its end')
    .option('--abort-on-interrupt', 'Ctrl-C ends the run too')
    .option('--json', 'print JSON')
    .addHelpText('after', exitCodeHelp)
    .action((id: string, { from, ...options }: ShowOptions & { from?: string; wait: boolean }) =>
      withHub(cli, async (hub) => {
        const made = await hub.call<RunView>('POST', runPath(id, '/rerun'), { from });
        if (options.wait) return followRun(cli, hub, made.id, options);
        cli.print(options.json ? JSON.stringify(made) : `Started ${made.id}: ${made.state}`);
      }),
    );

  return command;
}

const waitingOf = ({ steps }: RunView): string | undefined =>
  steps.find(({ state }) => state === 'waiting')?.id;

const tellState = (asked: string, run: RunView): string =>
  isOver(run) ? `${run.id}: ${run.state}` : `${run.id}: ${asked} is under way (${run.state})`;
