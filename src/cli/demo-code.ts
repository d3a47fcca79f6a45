import { setTimeout as wait } from 'node:timers/promises';
import { TielineError } from '../kit/errors.ts';
import { jiraConnectionName, putConnection, putSecret } from './demo-setup.ts';
import type { HubClient } from './hub-client.ts';
import type { ShownDevelopment, SimulatedCodeHost } from './simulators.ts';

/** The issue that the demo's people work on. */
export const codeIssue = 'MYT-1';

const linkName = 'demo-code';
const connectionName = 'demo-code-host';
const project = 'acme/shop/web';
const repository = `${project}/storefront`;
const branch = `${codeIssue}-own-currency`;
const title = `${codeIssue}: show the total in the shopper’s own currency`;

/** Something arrives within a second; this is for a machine that has other things to do. */
const patienceMs = 20_000;
const lookEveryMs = 50;

/** Something that somebody does at the code host, and by what Jira shows it. */
export interface CodeStep {
  title: string;
  act(): Promise<unknown>;
  isShown(shown: ShownDevelopment): boolean;
}

/** From a branch to a merge, in order: what each does builds on the one before. */
export function codeSteps({ people }: SimulatedCodeHost): CodeStep[] {
  const dev = { repository, by: 'dev' };
  let number = 0;
  return [
    {
      title: `Dev Developer pushes the branch ${branch} to ${repository}`,
      act: () =>
        people.commit({
          ...dev,
          branch,
          message: `${codeIssue} Convert the total once, at the end`,
          files: {
            'src/currency.ts': 'export const convert = (total: number, rate: number) => total * rate;\n',
          },
        }),
      isShown: ({ branches, commits }) => branches.length === 1 && commits.length === 1,
    },
    {
      title: 'Dev Developer opens a pull request and asks Rene Reviewer for a review',
      async act() {
        number = await people.openPullRequest({ ...dev, title, source: branch, reviewers: ['rene'] });
      },
      isShown: ({ pullRequests }) => pullRequests[0]?.status === 'OPEN',
    },
    {
      title: 'Rene Reviewer approves it',
      act: () => people.review({ repository, by: 'rene', number, decision: 'approved' }),
      isShown: ({ pullRequests }) =>
        pullRequests[0]?.reviewers.some(({ verdict }) => verdict === 'APPROVED') === true,
    },
    {
      title: 'Dev Developer merges it, and the branch goes',
      act: () => people.merge({ ...dev, number, deleteSourceBranch: true }),
      isShown: ({ pullRequests, branches }) => pullRequests[0]?.status === 'MERGED' && branches.length === 0,
    },
  ];
}

/** Ties the simulated code host to the demo's Jira. A link of an earlier demo is disconnected first. */
export async function linkCodeHost(
  hub: HubClient,
  codeHost: SimulatedCodeHost,
  print: (line: string) => void,
): Promise<void> {
  await putSecret(hub, 'demo-code-token', codeHost.token);
  const hostConnection = await putConnection(hub, {
    name: connectionName,
    connector: 'harness-code',
    settings: {
      baseUrl: codeHost.site,
      product: 'gitness',
      token: { secret: 'account.demo-code-token' },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  print(`connection ${connectionName}`);
  await disconnectEarlier(hub);
  const link = await hub.call<{ scopes: { problem: { message: string } | null }[] }>(
    'POST',
    '/api/v1/links',
    {
      name: linkName,
      hostConnection,
      jiraConnection: `account.${jiraConnectionName}`,
      level: 'project',
      paths: [project],
      backfill: null,
    },
  );
  const problem = link.scopes.find((scope) => scope.problem !== null)?.problem;
  if (problem != null)
    throw new TielineError('internal-error', `No webhook was registered: ${problem.message}`);
  print(`link ${linkName}: ${project}, its webhook registered`);
}

/** Does what a step says and gives what Jira shows once it has arrived. @throws internal-error when it does not */
export async function takeStep(step: CodeStep, read: () => ShownDevelopment): Promise<ShownDevelopment> {
  await step.act();
  await until(() => Promise.resolve(step.isShown(read())), `Jira never showed this: ${step.title}`);
  return read();
}

/** What Jira shows, a line for each thing. */
export function describeDevelopment({ branches, commits, pullRequests }: ShownDevelopment): string[] {
  return [
    ...branches.map((name) => `branch        ${name}`),
    ...commits.map(({ id, subject }) => `commit        ${id} ${subject}`),
    ...pullRequests.flatMap(({ id, title: named, status, reviewers }) => [
      `pull request  ${id} ${named}: ${status}`,
      ...reviewers.map(({ name, verdict }) => `  reviewer    ${name}: ${verdict}`),
    ]),
  ];
}

async function disconnectEarlier(hub: HubClient): Promise<void> {
  const find = async () => {
    const { items } = await hub.call<{ items: { id: string; name: string }[] }>(
      'GET',
      '/api/v1/links?limit=200',
    );
    return items.find(({ name }) => name === linkName);
  };
  const earlier = await find();
  if (earlier === undefined) return;
  await hub.call('DELETE', `/api/v1/links/${earlier.id}`);
  await until(
    async () => (await find()) === undefined,
    'The link of an earlier demo could not be disconnected',
  );
}

async function until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookEveryMs) {
    if (await holds()) return;
    await wait(lookEveryMs);
  }
  throw new TielineError('internal-error', otherwise);
}
