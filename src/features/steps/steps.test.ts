import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

let hub: TestHubWithJira;
let connection: { id: string };
beforeAll(async () => {
  hub = await startTestHubWithJira();
  connection = await hub.connectJira();
});
afterAll(() => hub.close());

// biome-ignore lint/suspicious/noExplicitAny: a test says of the answer what it expects
const until = async (id: string, isWanted: (run: any) => boolean): Promise<any> =>
  vi.waitFor(
    async () => {
      const { body } = await hub.call('GET', `/api/v1/runs/${id}`);
      if (!isWanted(body)) throw new Error(`not yet: ${JSON.stringify(body, null, 1)}`);
      return body;
    },
    { timeout: 20_000, interval: 50 },
  );

/** Asks Jira itself, as a person would. */
async function jira(method: string, path: string, body?: object) {
  const [account] = hub.simulator.accounts;
  const answer = await fetch(`${hub.simulator.siteUrl}/rest/api/2/${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(`${account?.email}:${account?.apiToken}`)}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

async function move(key: string, status: string): Promise<void> {
  const { transitions } = await jira('GET', `issue/${key}/transitions`);
  const { id } = transitions.find(({ to }: { to: { name: string } }) => to.name === status);
  await jira('POST', `issue/${key}/transitions`, { transition: { id } });
}

const pipeline = (approval = '') => `
pipeline:
  name: Release
  identifier: release
  variables:
    - {name: version, type: String, value: "1.4"}
  stages:
    - stage:
        name: Ask
        identifier: ask
        type: Approval
        spec:
          execution:
            steps:
              - step:
                  type: JiraCreate
                  name: Create
                  identifier: create
                  timeout: 1m
                  spec:
                    connectorRef: account.jira-1
                    projectKey: MYT
                    issueType: Task
                    fields:
                      - {name: Summary, value: "Release <+pipeline.variables.version> of <+codebase.branch>"}
              - step:
                  type: JiraUpdate
                  name: Update
                  identifier: update
                  timeout: 1m
                  spec:
                    connectorRef: account.jira-1
                    issueKey: <+execution.steps.create.issue.key>
                    transitionTo: {status: In Progress, transitionName: ""}
                    fields:
                      - {name: Comment, value: "run <+pipeline.sequenceId>"}
              - step:
                  type: JiraApproval
                  name: Approval
                  identifier: approval
                  timeout: 1d
                  spec:
                    connectorRef: account.jira-1
                    issueKey: <+pipeline.stages.ask.spec.execution.steps.create.issue.key>
                    retryInterval: 10s
                    approvalCriteria:
                      type: Jexl
                      spec: {expression: '<+issue.Status> == "Done" && <+pipeline.variables.version> == "1.4"'}
${approval}
              - step:
                  type: JiraUpdate
                  name: Tell
                  identifier: tell
                  timeout: 1m
                  spec:
                    connectorRef: account.jira-1
                    issueKey: <+execution.steps.create.issue.key>
                    fields:
                      - {name: Comment, value: "approved, as <+execution.steps.approval.output.decided>"}
`;

const context = { codebase: { branch: 'main' } };

it('creates an issue, updates it, waits for its approval and goes on', async () => {
  const made = await hub.call('POST', '/api/v1/runs', { document: pipeline(), context });
  expect(made.status, made.text).toBe(201);
  const waiting = await until(made.body.id, ({ state, final }) => state === 'waiting' || final);
  expect(waiting.state, JSON.stringify(waiting, null, 1)).toBe('waiting');
  const [create] = waiting.steps;
  const key = create.output.key;
  expect(create.output).toMatchObject({ Summary: 'Release 1.4 of main', url: expect.stringContaining(key) });
  expect(waiting.steps[1].output).toMatchObject({ Status: 'In Progress' });
  expect(waiting.steps[2].waitsFor).toEqual({ issue: key });
  expect(waiting.issueKeys).toContain(key);

  await move(key, 'Done');
  const run = await until(made.body.id, ({ final }) => final);
  expect(run.state, JSON.stringify(run.steps.map(({ error }: { error: unknown }) => error))).toBe(
    'succeeded',
  );
  expect(run.steps[2].output).toMatchObject({ decided: 'approved' });
  const { comments } = await jira('GET', `issue/${key}/comment`);
  expect(comments.map(({ body }: { body: string }) => body).join()).toContain('approved, as approved');
  const explained = await hub.call('GET', `/api/v1/issues/${key}/explanation`);
  expect(explained.body.runs).toMatchObject([{ id: run.id, name: 'Release', state: 'succeeded' }]);
}, 40_000);

it('ends as rejected, and does not go on', async () => {
  const rejection = `                    rejectionCriteria:
                      type: KeyValues
                      spec: {conditions: [{key: Status, operator: equals, value: In Progress}]}`;
  const made = await hub.call('POST', '/api/v1/runs', { document: pipeline(rejection), context });
  const run = await until(made.body.id, ({ final }) => final);
  expect(run.state).toBe('rejected');
  expect(run.steps.map(({ state }: { state: string }) => state)).toEqual([
    'succeeded',
    'succeeded',
    'rejected',
    'skipped',
  ]);
});

it('waits no longer once it is aborted', async () => {
  const made = await hub.call('POST', '/api/v1/runs', { document: pipeline(), context });
  await until(made.body.id, ({ state }) => state === 'waiting');
  const aborted = await hub.call('POST', `/api/v1/runs/${made.body.id}/steps/approval/abort`, {});
  expect(aborted.status).toBe(202);
  const run = await until(made.body.id, ({ final }) => final);
  expect(run.state).toBe('aborted');
  const { rows } = await hub.database.pool.query('select * from step_waits');
  expect(rows).toEqual([]);
});

it('expires when nobody decides in time', async () => {
  const { body: first } = await hub.call('POST', '/api/v1/runs', { document: pipeline(), context });
  const waiting = await until(first.id, ({ state }) => state === 'waiting');
  const given = {
    connection: connection.id,
    timeoutMs: 1_500,
    input: {
      issue: waiting.steps[0].output.key,
      everyMs: 10_000,
      approve: { type: 'key-values', conditions: [{ key: 'Status', operator: 'equals', value: 'Done' }] },
    },
  };
  const made = await hub.call('POST', '/api/v1/actions/jira.wait-for-approval/run', given);
  expect(made.status, made.text).toBe(201);
  const run = await until(made.body.id, ({ final }) => final);
  expect(run.state, JSON.stringify(run.steps[0])).toBe('expired');
  await hub.call('POST', `/api/v1/runs/${first.id}/cancel`, {});
});

it('reports the build of a Plugin step, by the connection that is given', async () => {
  const document = `
step:
  type: Plugin
  name: Report
  identifier: report
  spec:
    connectorRef: account.docker
    image: plugins/jira:2
    settings:
      connect_key: <+secrets.getValue("jira-token")>
      project: MYT
      pipeline: Shop
      state: successful
      link: https://ci.example.com/1
      junit: reports/*.xml
`;
  const given = {
    document,
    connection: 'account.jira-1',
    context: { codebase: { branch: 'feature/MYT-1-x' } },
  };
  const made = await hub.call('POST', '/api/v1/runs', given);
  expect(made.status, made.text).toBe(201);
  const run = await until(made.body.id, ({ final }) => final);
  expect(run.state, JSON.stringify(run.steps[0])).toBe('succeeded');
  expect(run.steps[0].output).toMatchObject({ kind: 'build', state: 'delivered', issueKeys: ['MYT-1'] });
  const { text } = await hub.call('GET', `/api/v1/runs/${run.id}/log`);
  expect(text).toContain('CONNECT_KEY counts for nothing: the hub reports by the connection of the step');
  expect(text).toContain("JUNIT counts for nothing: the hub does not see the build's files");
  const delivery = await hub.call('GET', `/api/v1/deliveries/${run.steps[0].output.delivery}`);
  expect(delivery.body).toMatchObject({ topic: 'build', state: 'delivered' });
});

it('does as its user what it is asked for while the client for builds is refused', async () => {
  const taken = hub.simulator.faults.add({ match: { path: '/oauth/token' }, answer: { status: 401 } });
  hub.simulator.faults.expireTokens();
  const document = (type: string, spec: string) => `
step: {type: ${type}, name: s, identifier: s, spec: {connectorRef: account.jira-1, ${spec}}}`;
  const run = async (type: string, spec: string) => {
    const context = { codebase: { branch: 'feature/MYT-1-x' } };
    const given = { document: document(type, spec), context, connection: 'account.jira-1' };
    const made = await hub.call('POST', '/api/v1/runs', given);
    expect(made.status, made.text).toBe(201);
    return made.body.id;
  };
  const settings = '{project: MYT, pipeline: Shop, link: https://ci.example.com/2}';
  const report = await run('Plugin', `image: plugins/jira, settings: ${settings}`);
  await vi.waitFor(
    async () => {
      const { body } = await hub.call('GET', `/api/v1/connections/${connection.id}`);
      expect(body.hold).toMatchObject({ code: 'remote-unauthorized' });
    },
    { timeout: 10_000 },
  );
  const create = 'projectKey: MYT, issueType: Task, fields: [{name: Summary, value: x}]';
  const made = await until(await run('JiraCreate', create), ({ final }) => final);
  expect(made.state, JSON.stringify(made.steps[0])).toBe('succeeded');

  const held = await until(report, ({ final }) => !final);
  expect(held.steps[0]).toMatchObject({ state: 'running' });
  hub.simulator.faults.remove(taken);
  await hub.call('POST', `/api/v1/connections/${connection.id}/test`, {});
  expect(await until(report, ({ final }) => final)).toMatchObject({ state: 'succeeded' });
}, 60_000);
