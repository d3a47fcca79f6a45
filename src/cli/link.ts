import { setTimeout as pause } from 'node:timers/promises';
import { Argument, Command, Option } from 'commander';
import { TielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import { listAll, withHub } from './hub-client.ts';
import {
  type BackfillView,
  describeBackfill,
  describeLink,
  describeLook,
  type LinkView,
  type LookView,
} from './link-view.ts';
import { table } from './table.ts';

interface RuleOptions {
  name?: string;
  path?: string[];
  /** False: all again. */
  include?: string[] | false;
  exclude?: string[] | false;
  project?: string[] | false;
  smartCommits?: string;
  json?: boolean;
}

/** A look is asked after so often. */
const askAgainMs = 500;

const pathOf = (link: string, tail = ''): string => `/api/v1/links/${encodeURIComponent(link)}${tail}`;
const whichLink = ['<link>', 'id or name, e.g. account.shop'] as const;

/** `tieline link` */
export function make(cli: Cli): Command {
  const command = new Command('link').description(
    'A link ties an account, organization or project of a code host to one Jira, whose issues then show its branches, commits and pull requests.',
  );

  command
    .command('create')
    .description('Make a link: its webhooks are registered, and what is there already is sent to Jira.')
    .argument('<name>')
    .requiredOption('--host <connection>', 'the connection to the code host, by id or name')
    .requiredOption('--jira <connection>', 'the Jira connection, by id or name')
    .requiredOption('--level <level>', 'account, organization or project')
    .requiredOption(
      '--path <path...>',
      'as the host writes it, e.g. acme/retail; several projects may be given',
    )
    .option('--scope <scope>', 'the scope of the link in the hub; account when not given')
    .option('--include <glob...>', 'only these repositories, e.g. acme/shop/*')
    .option('--exclude <glob...>', 'not these repositories')
    .option('--project <key...>', 'only issues of these Jira projects')
    .addOption(smartCommitOption())
    .option('--since <moment>', 'send what is there already only since then; ISO 8601')
    .option('--no-backfill', 'send nothing of what is there already')
    .option('--json', 'print JSON')
    .action(
      async (
        name: string,
        options: RuleOptions & {
          host: string;
          jira: string;
          level: string;
          path: string[];
          scope?: string;
          since?: string;
          backfill: boolean;
        },
      ) => {
        const { host, jira, level, scope, since, backfill } = options;
        const body = {
          ...rulesOf(options),
          name,
          scope,
          hostConnection: host,
          jiraConnection: jira,
          level,
          paths: options.path,
          backfill: backfill ? { since: since ?? null } : null,
        };
        const made = await withHub(cli, (hub) => hub.call<LinkView>('POST', '/api/v1/links', body));
        if (options.json) cli.print(JSON.stringify(made));
        else for (const line of describeLink(made)) cli.print(line);
        if (made.scopes.some(({ webhook }) => webhook === 'missing')) {
          cli.note(`Until its webhook is there, the link hears nothing: tieline link webhook ${made.id}`);
        }
      },
    );

  command
    .command('list')
    .description('List links, newest first.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withHub(cli, (hub) => listAll<LinkView>(hub, '/api/v1/links'));
      const row = (link: LinkView) => [
        link.scope,
        link.name,
        link.state,
        link.scopes.map(({ path }) => path).join(', '),
        link.scopes.every(({ webhook }) => webhook === 'registered') ? 'registered' : 'missing',
        link.lastHookAt ?? 'none yet',
        link.id,
      ];
      cli.print(
        options.json
          ? JSON.stringify({ items })
          : table(['SCOPE', 'NAME', 'STATE', 'COVERS', 'WEBHOOK', 'LAST EVENT', 'ID'], items.map(row)),
      );
    });

  command
    .command('show')
    .description('Show a link: its webhooks, what Jira shows of it, and how far its backfill is.')
    .argument(...whichLink)
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { json?: boolean }) => {
      const { link, backfill } = await withHub(cli, async (hub) => {
        const shown = await hub.call<LinkView>('GET', pathOf(reference));
        const last = await hub
          .call<BackfillView>('GET', pathOf(reference, '/backfill'))
          .catch((thrown: unknown) => noneIfNotFound(thrown));
        return { link: shown, backfill: last };
      });
      if (options.json) cli.print(JSON.stringify({ ...link, backfill: backfill ?? null }));
      else {
        for (const line of describeLink(link)) cli.print(line);
        if (backfill !== undefined) for (const line of describeBackfill(backfill)) cli.print(line);
      }
    });

  command
    .command('change')
    .description(
      'Change which repositories and Jira projects a link takes. What is not given stays as it is.',
    )
    .argument(...whichLink)
    .option('--name <name>')
    .option('--path <path...>', 'of a link of projects: all of them')
    .option('--since <moment>', 'send what projects that are added hold only since then; ISO 8601')
    .option('--no-backfill', 'send nothing of what projects that are added hold already')
    .option('--include <glob...>', 'only these repositories')
    .option('--no-include', 'every repository again')
    .option('--exclude <glob...>', 'not these repositories')
    .option('--no-exclude', 'without exception again')
    .option('--project <key...>', 'only issues of these Jira projects')
    .option('--no-project', 'issues of every Jira project again')
    .addOption(smartCommitOption())
    .option('--json', 'print JSON')
    .action(async (reference: string, options: RuleOptions & { since?: string; backfill: boolean }) => {
      const changed = await withHub(cli, async (hub) => {
        const { name, includeRepositories, excludeRepositories, projects, smartCommits } =
          await hub.call<LinkView>('GET', pathOf(reference));
        const body = {
          name: options.name ?? name,
          includeRepositories,
          excludeRepositories,
          projects,
          smartCommits,
          ...rulesOf(options),
          ...(options.path === undefined ? {} : { paths: options.path }),
          ...(options.since === undefined ? {} : { backfill: { since: options.since } }),
          ...(options.backfill ? {} : { backfill: null }),
        };
        return hub.call<LinkView>('PUT', pathOf(reference), body);
      });
      if (options.json) cli.print(JSON.stringify(changed));
      else for (const line of describeLink(changed)) cli.print(line);
    });

  command
    .command('webhook')
    .description(
      'Show the address and the secret to enter at the host, where the token may not register webhooks.',
    )
    .argument(...whichLink)
    .option('--register', 'try to register what is missing instead')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { register?: boolean; json?: boolean }) => {
      if (options.register) {
        const link = await withHub(cli, (hub) =>
          hub.call<LinkView>('POST', pathOf(reference, '/webhooks'), {}),
        );
        if (options.json) cli.print(JSON.stringify(link));
        else for (const line of describeLink(link)) cli.print(line);
        return;
      }
      const hook = await withHub(cli, (hub) =>
        hub.call<{ url: string; secret: string }>('GET', pathOf(reference, '/webhook-secret')),
      );
      cli.print(options.json ? JSON.stringify(hook) : `address  ${hook.url}\nsecret   ${hook.secret}`);
    });

  command
    .command('backfill')
    .description('Send what the repositories of a link hold already: start, pause, resume or cancel.')
    .argument(...whichLink)
    .addArgument(new Argument('<what>').choices(['start', 'pause', 'resume', 'cancel']))
    .option('--since <moment>', 'for a start: only what is newer; ISO 8601')
    .option('--json', 'print JSON')
    .action(async (reference: string, what: string, options: { since?: string; json?: boolean }) => {
      const states: Record<string, string> = { pause: 'paused', resume: 'running', cancel: 'cancelled' };
      const state = states[what];
      const path = pathOf(reference, '/backfill');
      const backfill = await withHub(cli, (hub) =>
        state === undefined
          ? hub.call<BackfillView>('POST', path, { since: options.since ?? null })
          : hub.call<BackfillView>('PUT', path, { state }),
      );
      if (options.json) cli.print(JSON.stringify(backfill));
      else for (const line of describeBackfill(backfill)) cli.print(line);
    });

  command
    .command('reconcile')
    .description('Compare everything that a link covers with what Jira shows, and repair it.')
    .argument(...whichLink)
    .option('--no-wait', 'do not wait for its end')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { wait: boolean; json?: boolean }) => {
      const look = await withHub(cli, async (hub) => {
        let last = await hub.call<LookView>('POST', pathOf(reference, '/reconcile'), {});
        while (options.wait && !['done', 'failed', 'paused'].includes(last.state)) {
          await pause(askAgainMs);
          const { items } = await hub.call<{ items: LookView[] }>('GET', pathOf(reference, '/looks'));
          last = items.find((one) => one.id === last.id) ?? last;
        }
        return last;
      });
      if (options.json) cli.print(JSON.stringify(look));
      else for (const line of describeLook(look)) cli.print(line);
    });

  command
    .command('disconnect')
    .description('Remove the webhooks and everything that was sent to Jira, then the link.')
    .argument(...whichLink)
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { json?: boolean }) => {
      const link = await withHub(cli, (hub) => hub.call<LinkView>('DELETE', pathOf(reference)));
      cli.print(
        options.json
          ? JSON.stringify(link)
          : `${link.name} is being disconnected: it is gone from the list once Jira shows nothing of it any more`,
      );
    });

  return command;
}

/** A link may have had no backfill; any other failure is one. */
function noneIfNotFound(thrown: unknown): undefined {
  if (thrown instanceof TielineError && thrown.code === 'resource-not-found') return undefined;
  throw thrown;
}

/** Only what was given: the rest stays as it is, or as it is by default. */
const rulesOf = ({ include, exclude, project, smartCommits }: RuleOptions) => ({
  ...(Array.isArray(include) ? { includeRepositories: include } : {}),
  ...(Array.isArray(exclude) ? { excludeRepositories: exclude } : {}),
  ...(Array.isArray(project) ? { projects: project } : {}),
  ...(include === false ? { includeRepositories: null } : {}),
  ...(exclude === false ? { excludeRepositories: null } : {}),
  ...(project === false ? { projects: null } : {}),
  ...(smartCommits === undefined ? {} : { smartCommits }),
});

const smartCommitOption = () =>
  new Option(
    '--smart-commits <switch>',
    'carry out commands in commit messages; auto: on a self-hosted Jira',
  ).choices(['auto', 'on', 'off']);
