import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StepsHub, startStepsHub } from './steps-hub.ts';

let world: StepsHub;
let folder: string;
beforeAll(async () => {
  world = await startStepsHub();
  folder = mkdtempSync(join(tmpdir(), 'tieline-steps-'));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const example = (name: string) => fileURLToPath(new URL(`../../examples/steps/${name}`, import.meta.url));

const runOf = (text: string) => /Run ([0-9a-f-]{36})/.exec(text)?.[1] ?? '';

describe('the examples', () => {
  it('are all run here', () => {
    const own = readFileSync(fileURLToPath(import.meta.url), 'utf8');
    const files = readdirSync(example('')).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((name) => !own.includes(`'${name} `))).toEqual([]);
  });

  it('create-issue.yaml makes an issue, and leaves its key for the next steps of the CI', async () => {
    const outputs = join(folder, 'github-output');
    const end = await world.tieline(
      ['step', example('create-issue.yaml'), '--input', 'Summary=Basket is off by one cent'],
      { env: { GITHUB_OUTPUT: outputs } },
    );
    expect(end.notes).toMatch(/^Run [0-9a-f-]{36}\n$/);
    expect(end.output).toMatch(/^report: succeeded \(MYT-\d+ To Do http\S+\/browse\/MYT-\d+; \d+\.\d s\)$/m);
    expect(end.code).toBe(0);
    const [, key = ''] = /(MYT-\d+)/.exec(end.output) ?? [];
    expect(readFileSync(outputs, 'utf8')).toContain(`jira_issue_key=${key}\n`);
    const { fields } = await world.cloud.call('GET', `/issue/${key}`);
    expect(fields).toMatchObject({
      summary: 'Basket is off by one cent',
      labels: ['nightly', 'regression'],
      priority: { name: 'High' },
      components: [{ name: 'Checkout' }, { name: 'Invoices, orders' }],
      comment: { comments: [expect.objectContaining({ body: 'Made by the pipeline.' })] },
    });
  });

  it('update-issue.yaml changes several issues', async () => {
    const end = await world.tieline([
      'step',
      example('update-issue.yaml'),
      '--input',
      'issueKey=MYT-3, MYT-4',
    ]);
    expect(end).toMatchObject({ code: 0 });
    for (const key of ['MYT-3', 'MYT-4']) {
      const { fields } = await world.cloud.call('GET', `/issue/${key}`);
      expect(fields.status.name).toBe('In Progress');
      expect(fields.customfield_10052).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });

  it('wait-for-status.yaml waits until somebody approves, and says who did', async () => {
    const command = world.start(['step', example('wait-for-status.yaml'), '--input', 'issueKey=MYT-2']);
    await command.says(/neither approved nor rejected/);
    await world.cloud.transition('MYT-2', 'Done');
    const { code, output } = await command.ended;
    expect(output).toMatch(/go_ahead: succeeded \(MYT-2 Done .*; approved by Ada Admin at 20/);
    expect(code).toBe(0);
  });

  it('wait-for-status.yaml ends with 5 when somebody rejects', async () => {
    const command = world.start(['step', example('wait-for-status.yaml'), '--input', 'issueKey=MYT-4']);
    await command.says(/neither approved nor rejected/);
    await world.cloud.transition('MYT-4', 'Reject', { resolution: { name: "Won't Do" } });
    const { code, output } = await command.ended;
    expect(output).toContain('MYT-4 was rejected by Ada Admin');
    expect(code).toBe(5);
  });

  it('wait-by-expression.yaml looks at several fields', async () => {
    const command = world.start([
      'step',
      example('wait-by-expression.yaml'),
      '--input',
      'issueKey=OPS-2',
      '--var',
      'risk=Low',
    ]);
    await command.says(/neither approved nor rejected/);
    await world.cloud.transition('OPS-2', 'Ask for approval');
    await world.cloud.transition('OPS-2', 'Approve');
    await world.cloud.call('PUT', '/issue/OPS-2', { fields: { customfield_10055: { value: 'Low' } } });
    expect(await command.ended).toMatchObject({ code: 0 });
  });

  it.each([
    ['Jira Cloud', 'account.jira', 'cloud'],
    ['a self-hosted Jira', 'account.self-hosted', 'selfHosted'],
  ] as const)('approval-stage.yaml asks, waits and closes at %s', async (_edition, connection, site) => {
    const words = ['run', example('approval-stage.yaml'), '--var', 'version=2.5', '--connection', connection];
    const command = world.start(words);
    const [, key = ''] = await command.says(/jiraApproval: (MYT-\d+) is neither approved nor rejected/);
    await world[site].transition(key, 'Done');
    const { code, output } = await command.ended;
    expect(output).toContain('Release: succeeded');
    expect(code).toBe(0);
    const { fields } = await world[site].call('GET', `/issue/${key}`);
    expect(fields.summary).toBe('Release 2.5');
    expect(fields.comment.comments[0].body).toBe('Approved by Ada Admin, and released.');
  });

  it('deploy-pipeline.yaml runs its Jira steps and leaves the others out', async () => {
    const words = [
      'run',
      example('deploy-pipeline.yaml'),
      '--input',
      'version=2.4',
      '--context',
      example('production.json'),
    ];
    expect(await world.tieline(words)).toMatchObject({ code: 2 });
    const end = await world.tieline([...words, '--skip-unknown']);
    expect(end.notes).toContain('Left out: rollout (K8sRollingDeploy)');
    expect(end.notes).toContain('StageRollback is not done here: the stage fails instead');
    expect(end.output).toMatch(/^label: failed \(ignored; .*\)\n {2}field-unknown: /m);
    expect(end.output).toMatch(/^close: succeeded \(MYT-\d+ Done /m);
    expect(end.output).toMatch(/^tell: skipped/m);
    expect(end.code).toBe(0);
  });

  it('report-build.yaml reports a deployment, which Jira then shows', async () => {
    const end = await world.tieline(['step', example('report-build.yaml')]);
    expect(end.output).toMatch(/^report: succeeded/m);
    expect(end.code).toBe(0);
    const [deployment] = world.hub.simulator.state.deployments();
    expect(deployment).toMatchObject({ state: 'successful', environment: { displayName: 'production' } });
  });
});

const step = (more: string, type = 'JiraUpdate') => `step:
  type: ${type}
  name: Step
  identifier: step
  spec:
    connectorRef: account.jira
${more.replaceAll(/^/gm, '    ')}`;

const waiting = `step:
  type: JiraApproval
  name: Step
  identifier: step
  timeout: 1d
  spec:
    connectorRef: account.jira
    issueKey: MYT-5
    retryInterval: 10s
    approvalCriteria: {type: Jexl, spec: {expression: <+issue.Status> == "To Do"}}`;

describe('a run', () => {
  it('that Jira refuses ends with 3, with its words', async () => {
    const end = await world.tieline(['step', '-'], { input: step('issueKey: MYT-99999') });
    expect(end.output).toMatch(/^step: failed/m);
    expect(end.output).toContain('MYT-99999');
    expect(end.code).toBe(3);
  });

  it('is left by Ctrl-C, shown, aborted by another command, and repeated', async () => {
    const file = join(folder, 'wait.yaml');
    writeFileSync(file, waiting);
    const command = world.start(['step', file]);
    await command.says(/neither approved nor rejected/);
    command.interrupt();
    const left = await command.ended;
    const id = runOf(left.notes);
    expect(left.notes).toContain(`To come back: tieline runs watch ${id}`);
    expect(left.code).toBe(130);

    const shown = await world.tieline(['runs', 'show', id]);
    expect(shown.output).toMatch(/^step: waiting \(MYT-5 Done \S+; for MYT-5, until 20/m);
    expect((await world.tieline(['runs', 'list', '--state', 'waiting'])).output).toContain(id);
    const watch = world.start(['runs', 'watch', id]);
    await watch.says(/neither approved nor rejected/);
    expect(await world.tieline(['runs', 'abort', id])).toMatchObject({ code: 0 });
    expect(await watch.ended).toMatchObject({ code: 7 });

    const again = await world.tieline(['runs', 'rerun', id, '--no-wait', '--json']);
    const { id: other } = JSON.parse(again.output);
    expect((await world.tieline(['runs', 'show', other])).output).toContain(`again after ${id}`);
    expect(await world.tieline(['runs', 'cancel', other])).toMatchObject({ code: 0 });
    expect(await world.tieline(['runs', 'watch', other])).toMatchObject({ code: 7 });
  });

  it('is repeated from a step on, with what the earlier ones gave', async () => {
    const file = join(folder, 'two.yaml');
    const update = (comment: string) => `- step:
    type: JiraCreate
    name: Make
    identifier: make
    spec:
      connectorRef: account.jira
      projectKey: MYT
      issueType: Task
      fields: [{name: Summary, value: made once}]
- step:
    type: JiraUpdate
    name: Tell
    identifier: tell
    spec:
      connectorRef: account.jira
      issueKey: <+execution.steps.make.issue.key>
      fields: [{name: ${comment}, value: of <+execution.steps.make.issue.Summary>}]`;
    writeFileSync(file, update('Comment'));
    const first = await world.tieline(['run', file]);
    expect(first.code).toBe(0);
    const again = await world.tieline(['runs', 'rerun', runOf(first.notes), '--from', 'tell']);
    expect(again.code).toBe(0);
    const [, key = ''] = /^make: succeeded \((MYT-\d+)/m.exec(again.output) ?? [];
    const { fields } = await world.cloud.call('GET', `/issue/${key}`);
    expect(fields.comment.comments.map(({ body }: { body: string }) => body)).toEqual([
      'of made once',
      'of made once',
    ]);
  });

  it('reads what the CI knows', async () => {
    const document = step(
      'issueKey: MYT-1\nfields: [{name: Comment, value: "<+codebase.branch> at <+codebase.shortCommitSha>"}]',
    );
    const env = {
      DRONE: 'true',
      DRONE_COMMIT_BRANCH: 'main',
      DRONE_COMMIT_SHA: '0123456789abcdef',
      DRONE_COMMIT_MESSAGE: 'x',
    };
    expect(await world.tieline(['step', '-'], { input: document, env })).toMatchObject({ code: 0 });
    const { fields } = await world.cloud.call('GET', '/issue/MYT-1');
    expect(fields.comment.comments.at(-1).body).toBe('main at 0123456');
  });

  it('of a single step does without what only Harness can do when --skip-unknown says so', async () => {
    const rollback =
      '  failureStrategies: [{onFailure: {errors: [AllErrors], action: {type: StageRollback}}}]';
    const input = `${step('issueKey: MYT-99999')}\n${rollback}`;
    const refused = await world.tieline(['step', '-'], { input });
    expect(refused.notes).toContain(
      'StageRollback is not done here (--skip-unknown: the stage fails instead)',
    );
    expect(refused.code).toBe(2);
    const end = await world.tieline(['step', '-', '--skip-unknown'], { input });
    expect(end.notes).toContain('StageRollback is not done here: the stage fails instead');
    expect(end.output).toMatch(/^step: failed/m);
    expect(end.code).toBe(3);
  });

  it('is only shown by --dry-run', async () => {
    const document = step(
      'projectKey: MYT\nissueType: Task\nfields: [{name: Summary, value: <+pipeline.variables.v>}]',
      'JiraCreate',
    );
    const before = await world.cloud.call('GET', '/issue/MYT-1');
    const dry = await world.tieline(['step', '-', '--dry-run', '--var', 'v=never made'], { input: document });
    expect(dry.output).toContain('step (JiraCreate): jira.create-issue by the connection "jira"');
    expect(dry.output).toContain('"value": "never made"');
    expect(dry.code).toBe(0);
    expect(await world.cloud.call('GET', '/issue/MYT-1')).toEqual(before);
    const wrong = await world.tieline(['step', '-', '--dry-run'], { input: document });
    expect(wrong.output).toContain('expression-unresolved');
    expect(wrong.code).toBe(3);
  });

  it('takes inputs from a file, and prints one JSON object when asked', async () => {
    const inputs = join(folder, 'inputs.yaml');
    writeFileSync(inputs, 'issueKey: MYT-1\nfields:\n  - {name: Comment, value: by file}\n');
    const end = await world.tieline(['step', '-', '--inputs', inputs, '--json'], {
      input: step('issueKey: <+input>\nfields: <+input>'),
    });
    expect(JSON.parse(end.output)).toMatchObject({
      state: 'succeeded',
      steps: [{ id: 'step', outputName: 'issue', output: { key: 'MYT-1' } }],
    });
  });
});

describe('mistakes are told with their place', () => {
  it.each([
    ['a file that is not there', ['step', '/nope.yaml'], undefined, 2, '/nope.yaml cannot be read'],
    ['a field', ['step', '-'], step('isueKey: MYT-1'), 2, 'did you mean "issueKey"?'],
    ['a missing input', ['step', '-'], step('issueKey: <+input>'), 2, 'needs the input "issueKey"'],
    [
      'a pipeline for a step',
      ['step', example('approval-stage.yaml')],
      undefined,
      2,
      'holds a pipeline and not a single step',
    ],
    [
      'a connection',
      ['step', '-', '--connection', 'account.nope'],
      step('issueKey: MYT-1'),
      3,
      'account.nope',
    ],
    ['a pair', ['step', '-', '--var', 'x'], step('issueKey: MYT-1'), 2, 'Expected name=value'],
    [
      'an input file',
      ['step', '-', '--inputs', '/dev/null'],
      step('issueKey: MYT-1'),
      2,
      '/dev/null is no map',
    ],
  ])('%s', async (_title, words, input, code, message) => {
    const end = await world.tieline(words, { input });
    expect(end.notes).toContain(message);
    expect(end.code).toBe(code);
  });
});
