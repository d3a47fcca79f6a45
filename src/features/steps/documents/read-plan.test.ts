import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { PlanOptions } from './plan.ts';
import { readPlan } from './read-plan.ts';

const create = `
step:
  type: JiraCreate
  name: Create it
  identifier: create
  spec:
    connectorRef: account.jira
    projectKey: MYT
    issueType: Task
    fields:
      - name: Summary
        value: Release <+pipeline.variables.version>
`;

const pipeline = (stages: string) => `
pipeline:
  name: Release
  identifier: release
  orgIdentifier: acme
  projectIdentifier: shop
  tags: {team: web}
  variables:
    - {name: version, type: String, value: "1.10"}
    - {name: token, type: Secret, value: account.token}
  stages:
${stages.replaceAll(/^/gm, '    ')}
`;

const step = (identifier: string, more = '', type = 'JiraUpdate') => `- step:
    type: ${type}
    name: ${identifier}
    identifier: ${identifier}
${more.replaceAll(/^(?=.)/gm, '    ')}
    spec: {connectorRef: jira, issueKey: MYT-1}`;

const stage = (identifier: string, steps: string, more = '') => `- stage:
    name: ${identifier}
    identifier: ${identifier}
    type: Custom
${more.replaceAll(/^(?=.)/gm, '    ')}
    spec:
      execution:
        steps:
${steps.replaceAll(/^/gm, '          ')}`;

/** Each wrong place as `path: message`. */
function wrongs(text: string, options?: PlanOptions): string[] {
  try {
    readPlan(text, options);
  } catch (thrown) {
    const { code, fields, message } = asTielineError(thrown);
    expect(code).toBe('document-invalid');
    return fields.length === 0 ? [message] : fields.map((field) => `${field.path}: ${field.message}`);
  }
  return [];
}

describe('a document', () => {
  it('with a step alone stands in a pipeline made for it', () => {
    const plan = readPlan(create, { variables: { version: '2' } });
    expect(plan).toMatchObject({
      kind: 'step',
      pipeline: { identifier: 'create', variables: { version: '2' } },
      skipped: [],
      notices: [],
    });
    expect(plan.stages.flatMap(({ steps }) => steps)).toEqual([
      {
        id: 'create',
        identifier: 'create',
        name: 'Create it',
        type: 'JiraCreate',
        at: 'step',
        timeoutMs: 36_000_000,
        when: [{ status: 'Success' }],
        failureStrategies: [],
        connectorRef: 'account.jira',
        spec: expect.objectContaining({ projectKey: 'MYT' }),
        path: ['pipeline', 'stages', 'tieline', 'spec', 'execution', 'steps', 'create'],
      },
    ]);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('keeps the lines of its expressions, by where they stand', () => {
    const text = `- step:
    type: JiraUpdate
    name: u
    identifier: u
    spec:
      connectorRef: jira
      issueKey: "<+steps.a.issue.key>"
      fields:
        - {name: Comment, value: &text "of <+pipeline.name>"}
        - name: Description
          value: |
            It was
            <+pipeline.name>
        - {name: Summary, value: *text}`;
    expect(readPlan(text).lines).toEqual({
      '[0].step.spec.issueKey': 7,
      '[0].step.spec.fields[0].value': 9,
      '[0].step.spec.fields[1].value': 11,
    });
  });

  it('with a bare step, a list of one, or JSON is the same step', () => {
    const bare = create.replace('step:', '').replaceAll(/^ {2}/gm, '');
    const list = create.trim().replaceAll(/^/gm, '  ').replace('  step:', '- step:');
    const asJson = JSON.stringify({
      step: {
        type: 'JiraUpdate',
        name: 'u',
        identifier: 'u',
        spec: { connectorRef: 'jira', issueKey: 'MYT-1' },
      },
    });
    expect([bare, list, asJson].map((text) => readPlan(text).kind)).toEqual(['step', 'step', 'step']);
  });

  it('with a pipeline gives its stages and steps in order, with where expressions find them', () => {
    const group = `- stepGroup:
    name: Group
    identifier: group
    when: {stageStatus: All}
    failureStrategies:
      - onFailure: {errors: [Timeout], action: {type: Abort}}
    steps:
${step('grouped', 'timeout: 1h 5m').replaceAll(/^/gm, '      ')}
- parallel:
${step('one').replaceAll(/^/gm, '    ')}
${step('other').replaceAll(/^/gm, '    ')}`;
    const strategies = `failureStrategies:
  - onFailure:
      errors: [AllErrors]
      action:
        type: Retry
        spec:
          retryCount: 2
          retryIntervals: [10s, 1m]
          onRetryFailure: {action: {type: Ignore}}
variables:
  - {name: where, type: String, value: <+pipeline.variables.version>}
when: {pipelineStatus: Failure, condition: <+pipeline.variables.version> == "1.10"}`;
    const plan = readPlan(
      pipeline(
        `${stage('first', step('create'))}\n${stage('second', `${step('create')}\n${group}`, strategies)}`,
      ),
    );
    expect(plan.pipeline).toEqual({
      identifier: 'release',
      name: 'Release',
      scope: 'acme/shop',
      tags: { team: 'web' },
      variables: { version: '1.10', token: '<+secrets.getValue("account.token")>' },
    });
    const [first, second] = plan.stages;
    expect(first?.steps.map(({ id }) => id)).toEqual(['first.create']);
    expect(second).toMatchObject({
      variables: { where: '<+pipeline.variables.version>' },
      when: { status: 'Failure', condition: '<+pipeline.variables.version> == "1.10"' },
    });
    expect(second?.steps.map(({ id }) => id)).toEqual(['second.create', 'grouped', 'one', 'other']);
    const retry = {
      errors: ['AllErrors'],
      action: {
        type: 'Retry',
        retryCount: 2,
        retryIntervalsMs: [10_000, 60_000],
        onRetryFailure: { type: 'Ignore' },
      },
    };
    expect(second?.steps[1]).toMatchObject({
      at: 'pipeline.stages[1].stage.spec.execution.steps[1].stepGroup.steps[0].step',
      timeoutMs: 3_900_000,
      when: [{ status: 'All' }, { status: 'Success' }],
      failureStrategies: [{ errors: ['Timeout'], action: { type: 'Abort' } }, retry],
      path: ['pipeline', 'stages', 'second', 'spec', 'execution', 'steps', 'group', 'steps', 'grouped'],
    });
    expect(plan.notices).toEqual([
      'The steps of pipeline.stages[1].stage.spec.execution.steps[2].parallel run one after the other',
    ]);
  });

  it('with a stage, a list of steps or a list of stages is run too', () => {
    const [alone, list, stages] = [
      stage('only', step('u')).replace('- stage:', 'stage:'),
      `${step('a')}\n${step('b')}`,
    ].concat(
      `- parallel:\n${`${stage('one', step('u'))}\n${stage('two', step('u'))}`.replaceAll(/^/gm, '    ')}`,
    );
    const bare = (alone ?? '').replace('stage:', '').replaceAll(/^ {4}/gm, '');
    const read = [alone, bare, list, stages].map((text) => readPlan(text ?? ''));
    expect(read.map(({ kind }) => kind)).toEqual(['stage', 'stage', 'stage', 'pipeline']);
    expect(read.map((plan) => plan.stages.flatMap(({ steps }) => steps.map(({ id }) => id)))).toEqual([
      ['u'],
      ['u'],
      ['a', 'b'],
      ['one.u', 'two.u'],
    ]);
    expect(read.at(-1)?.notices).toEqual(['The stages of [0].parallel run one after the other']);
  });

  it('leaves a stage out that has no steps to be run here, where that is asked for', () => {
    const text = pipeline(
      `- stage: {name: Chained, identifier: chained, type: Pipeline, spec: {pipeline: other}}\n${stage('a', step('u'))}`,
    );
    expect(wrongs(text)[0]).toContain('The stage "chained" has no execution with steps');
    const plan = readPlan(text, { skipUnknown: true });
    expect(plan.skipped).toEqual([
      { identifier: 'chained', type: 'Pipeline', at: 'pipeline.stages[0].stage' },
    ]);
    expect(plan.stages).toHaveLength(1);
  });

  it('takes the connection that is given for all, and its own only where none is', () => {
    const without = create.replace('connectorRef: account.jira', 'connectorRef: ""');
    expect(readPlan(without, { connection: 'account.other' }).stages[0]?.steps[0]?.connectorRef).toBe(
      'account.other',
    );
    expect(wrongs(without)).toEqual([
      expect.stringContaining("connectorRef can't be empty (line 7, column 19)"),
    ]);
  });

  it('keeps numbers as they are written', () => {
    const text = create.replace('Release <+pipeline.variables.version>', '1.10');
    expect(readPlan(text).stages[0]?.steps[0]?.spec.fields).toEqual([{ name: 'Summary', value: '1.10' }]);
  });

  it('says what of Harness counts for nothing', () => {
    const text = pipeline(
      stage('deploy', `${step('update', 'enforce: {policySets: [a]}')}`).replace(
        '    spec:\n      execution:',
        '    delegateSelectors: [d1]\n    spec:\n      infrastructure: {x: 1}\n      execution:\n        rollbackSteps: [{step: {}}]',
      ),
    );
    expect(readPlan(text).notices).toEqual([
      'pipeline.stages[0].stage.delegateSelectors counts for nothing here',
      'pipeline.stages[0].stage.spec.infrastructure counts for nothing here',
      'pipeline.stages[0].stage.spec.execution.rollbackSteps counts for nothing here',
      'pipeline.stages[0].stage.spec.execution.steps[0].step.enforce counts for nothing here',
    ]);
  });
});

describe('steps of other types', () => {
  const mixed = pipeline(
    stage(
      'build',
      `- step: {type: Run, name: Test, identifier: test, spec: {command: npm test}}
- step: {type: Plugin, name: Slack, identifier: slack, spec: {image: plugins/slack, settings: {}}}
- step: {name: T, identifier: templated, template: {templateRef: x}}
- step: {type: Plugin, name: Report, identifier: report, spec: {connectorRef: hub, jiraConnectorRef: jira, image: "ghcr.io/plugins/jira:2.0", settings: {project: MYT}}}`,
    ),
  );

  it('are refused by their name, type and place', () => {
    expect(wrongs(mixed)).toEqual([
      expect.stringMatching(
        /steps\[0\]\.step\.type: The step "test" is of the type Run, .*\(line \d+, column \d+\)$/,
      ),
      expect.stringContaining('"slack" is of the type Plugin with the image plugins/slack'),
      expect.stringContaining('"templated" is of the type template'),
    ]);
  });

  it('are left out when that is asked for, and told', () => {
    const plan = readPlan(mixed, { skipUnknown: true });
    expect(plan.skipped.map(({ identifier, type }) => `${identifier}: ${type}`)).toEqual([
      'test: Run',
      'slack: Plugin with the image plugins/slack',
      'templated: template',
    ]);
    expect(plan.stages[0]?.steps).toMatchObject([
      { identifier: 'report', type: 'Plugin', connectorRef: 'jira' },
    ]);
  });

  it('a Plugin step needs a connection to Jira beside the one of its image', () => {
    expect(wrongs(mixed.replace('jiraConnectorRef: jira, ', ''), { skipUnknown: true })).toEqual([
      expect.stringContaining("jiraConnectorRef can't be empty"),
    ]);
  });

  it('a misspelt type is told with the one that was meant', () => {
    expect(wrongs(create.replace('JiraCreate', 'JiraCraete'))[0]).toContain('did you mean JiraCreate?');
  });

  it('nothing to run at all is refused', () => {
    const only = pipeline(stage('b', '- step: {type: Run, name: T, identifier: t}'));
    expect(wrongs(only, { skipUnknown: true })[0]).toContain('holds no step of the types JiraCreate,');
  });
});

describe('what is wrong is told with its place', () => {
  it.each([
    ['an unknown field of a spec', create.replace('projectKey', 'projektKey'), 'did you mean "projectKey"?'],
    [
      'an unknown field of a step',
      create.replace('  spec:', '  timout: 5m\n  spec:'),
      'no field "timout": did you mean "timeout"?',
    ],
    ['a needed field', create.replace('    projectKey: MYT\n', ''), "projectKey can't be empty (line 7"],
    [
      'an identifier',
      create.replace('identifier: create', 'identifier: 1create'),
      '"1create" is no identifier',
    ],
    [
      'a name',
      create
        .replace('Create it', 'Create: "it"')
        .replace('name: Create', "name: 'Create")
        .replace('"it"', `"it"'`),
      'is no name',
    ],
    [
      'a duration',
      create.replace('  spec:', '  timeout: 5s\n  spec:'),
      '"5s" is no duration: seconds alone have two digits, 10s at least (line 6, column 12)',
    ],
    ['too long a time', create.replace('  spec:', '  timeout: 4w\n  spec:'), 'longer than 3w 3d 20h 30m'],
    [
      'an expression',
      create.replace('<+pipeline.variables.version>', '<+pipeline.variables.version'),
      'step.spec.fields[0].value: ',
    ],
    [
      'a criterion',
      create.replace('  spec:', '  when: {stageStatus: All, condition: "<+a> =="}\n  spec:'),
      'step.when.condition: ',
    ],
    ['a variable', pipeline(stage('a', step('u'))).replace('"1.10"', '<+a'), 'pipeline.variables[0].value: '],
    [
      'fields twice',
      create.replace('    fields:', '    fields:\n      - {name: Summary, value: a}'),
      'Duplicate jira fields: [Summary]',
    ],
    [
      'a strategy',
      create.replace('  spec:', '  strategy: {parallelism: 2}\n  spec:'),
      'parallelism are not done here',
    ],
    [
      'a failure action',
      create.replace(
        '  spec:',
        '  failureStrategies: [{onFailure: {errors: [AllErrors], action: {type: StageRollback}}}]\n  spec:',
      ),
      'StageRollback is not done here',
    ],
    [
      'a kind of failure',
      create.replace(
        '  spec:',
        '  failureStrategies: [{onFailure: {errors: [Some], action: {type: Abort}}}]\n  spec:',
      ),
      'must be one of AllErrors,',
    ],
    [
      'a status',
      create.replace('  spec:', '  when: {stageStatus: Sometimes}\n  spec:'),
      'must be Success, Failure or All',
    ],
    ['no YAML', 'step: [', 'line 1, column 8: '],
    ['a key twice', 'step: {a: 1, a: 2}', 'Map keys must be unique'],
    ['two documents', `${create}---${create}`, 'line 13, column 1: A second document begins here'],
    ['something else', 'kind: Connection', 'no pipeline, no stage and no step'],
    ['nothing', '', 'no pipeline, no stage and no step'],
  ])('%s', (_title, text, message) => {
    expect(wrongs(text).join('\n')).toContain(message);
  });

  it('twins are refused, in a stage and among stages', () => {
    const text = pipeline(`${stage('a', `${step('u')}\n${step('u')}`)}\n${stage('a', step('v'))}`);
    expect(wrongs(text)).toEqual([
      expect.stringContaining('Two steps of the stage have the identifier "u"'),
      expect.stringContaining('Two stages have the identifier "a"'),
    ]);
  });

  it('all of it at once', () => {
    expect(wrongs(create.replace('MYT', '""').replace('issueType: Task', 'issueType: null'))).toEqual([
      "step.spec.projectKey: projectKey can't be empty (line 8, column 17)",
      "step.spec.issueType: issueType can't be empty (line 9, column 16)",
    ]);
  });

  it('what only a pipeline may hold is not a single step', () => {
    expect(wrongs(pipeline(stage('a', step('u'))), { only: 'step' })[0]).toContain(
      'holds a pipeline and not a single step',
    );
  });

  it('a single step of another type is refused without advice to leave it out', () => {
    const [message] = wrongs('step: {type: Run, name: a, identifier: a, spec: {}}', { only: 'step' });
    expect(message).toContain('of the type Run, which is not run here');
    expect(message).not.toContain('--skip-unknown');
  });
});

describe('a document that is made to do harm', () => {
  it.each([
    ['too large', `a: ${'x'.repeat(1024 * 1024)}`, 'larger than 1 MiB'],
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]`,
      'aliases',
    ],
    ['a list within itself', 'a: &a [*a]', 'aliases'],
    [
      'one large text many times',
      `a: &a ${'x'.repeat(100_000)}\nb: [${'*a,'.repeat(80)}]`,
      'unfolds to more than',
    ],
  ])('%s is refused', (_title, text, message) => {
    expect(wrongs(text)[0]).toContain(message);
  });

  it('any text is a plan or refused', () => {
    const word = fc.constantFrom(
      'step:',
      'pipeline:',
      'stages:',
      ' ',
      '\n',
      '- ',
      'type: JiraCreate',
      '{',
      '}',
      '*a',
      '&a',
      '<+input>',
      'spec:',
      ': ',
      '"',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          try {
            expect(readPlan(text).stages.length).toBeGreaterThan(0);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(TielineError);
          }
        },
      ),
    );
  });
});
