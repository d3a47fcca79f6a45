import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { createHubProcesses } from '../process.ts';
import { type Caller, call } from './pipeline.ts';

const processes = createHubProcesses();
let jira: JiraSimulator;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
});
afterAll(async () => {
  await processes.cleanUp();
  await jira.close();
});

interface Home {
  environment: { TIELINE_HOME: string };
  token: string;
}

/** A data folder whose hub has a connection to the simulated Jira. */
async function prepareHome(): Promise<Home> {
  const environment = { TIELINE_HOME: join(await processes.newFolder(), 'home') };
  const hub = processes.startHub(environment);
  const { url, firstToken } = await hub.ready;
  const token = firstToken ?? '';
  const [account] = jira.accounts;
  await call({ url, token }, 'POST', '/api/v1/secrets', { name: 'jira-token', value: account?.apiToken });
  await call({ url, token }, 'POST', '/api/v1/connections', {
    name: 'jira',
    connector: 'jira',
    settings: {
      baseUrl: jira.siteUrl,
      platform: { type: 'api-token', email: account?.email, token: { secret: 'account.jira-token' } },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  await hub.end('SIGTERM');
  return { environment, token };
}

const documentOf = (summary: string) => `
- step:
    type: JiraCreate
    name: Create
    identifier: create
    timeout: 5m
    spec:
      connectorRef: account.jira
      projectKey: MYT
      issueType: Task
      fields: [{name: Summary, value: ${summary}}]
- step:
    type: JiraUpdate
    name: Tell
    identifier: tell
    timeout: 5m
    spec:
      connectorRef: account.jira
      issueKey: <+execution.steps.create.issue.key>
      fields: [{name: Comment, value: made by a run}]
`;

interface RunView {
  id: string;
  state: string;
  final: boolean;
  steps: { state: string; error: unknown; output: { key: string } | null }[];
}

/** Asks Jira itself. */
async function ask<T>(path: string): Promise<T> {
  const [account] = jira.accounts;
  const authorization = `Basic ${btoa(`${account?.email}:${account?.apiToken}`)}`;
  const answer = await fetch(`${jira.siteUrl}/rest/api/2/${path}`, { headers: { authorization } });
  return answer.json() as Promise<T>;
}

/** A hub that dies at the point while it runs a pipeline, and starts again. */
async function killAt(point: string, { environment, token }: Home) {
  const summary = `killed at ${point.replaceAll(/[^a-z]+/gi, ' ')}`;
  const doomed = processes.startHub({ ...environment, TIELINE_FAULT: `kill:${point}` });
  const caller: Caller = { url: (await doomed.ready).url, token };
  const made = await call<RunView>(caller, 'POST', '/api/v1/runs', { document: documentOf(summary) });
  const { signal } = await doomed.ended;
  const hub = processes.startHub(environment);
  const { url } = await hub.ready;
  const run = await vi.waitFor(
    async () => {
      const seen = await call<RunView>({ url, token }, 'GET', `/api/v1/runs/${made.id}`);
      if (!seen.final) throw new Error(`the run is ${seen.state}: ${JSON.stringify(seen.steps)}`);
      return seen;
    },
    { timeout: 60_000, interval: 200 },
  );
  const { issues } = await ask<{ issues: { key: string }[] }>(
    `search/jql?jql=${encodeURIComponent(`summary ~ "${summary}"`)}&fields=summary`,
  );
  const key = run.steps[0]?.output?.key ?? '';
  const { comments } = await ask<{ comments: unknown[] }>(`issue/${key}/comment`);
  await hub.end('SIGTERM');
  return {
    point,
    died: signal,
    state: run.state,
    problems: run.steps.map(({ error }) => error),
    issues: issues.map((issue) => issue.key === key),
    comments: comments.length,
  };
}

it('a step has its effect once, wherever in it the hub is killed', { timeout: 300_000 }, async () => {
  const homes = await Promise.all([prepareHome(), prepareHome()]);
  const points = [
    'run-begin#commit:after',
    'run-try#commit:after',
    'http:POST /rest/api/3/issue:before',
    'http:POST /rest/api/3/issue:after',
    'run-done#commit:before',
    'run-done#commit:after',
  ];
  const left = [...points];
  const stories: Awaited<ReturnType<typeof killAt>>[] = [];
  const lane = async (home: Home): Promise<void> => {
    for (let point = left.shift(); point !== undefined; point = left.shift()) {
      stories.push(await killAt(point, home));
    }
  };
  await Promise.all(homes.map(lane));
  const told = points.map((point) => stories.find((story) => story.point === point));
  expect(told).toEqual(
    points.map((point) => ({
      point,
      died: 'SIGKILL',
      state: 'succeeded',
      problems: [null, null],
      issues: [true],
      comments: 1,
    })),
  );
});
