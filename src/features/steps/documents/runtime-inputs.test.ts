import { describe, expect, it } from 'vitest';
import type { Json } from '../../../kit/action.ts';
import { asTielineError } from '../../../kit/errors.ts';
import { readPlan } from './read-plan.ts';

const document = (fields: string) => `
step:
  type: JiraCreate
  name: Create
  identifier: create
  spec:
    connectorRef: jira
    projectKey: <+input>.allowedValues(MYT,OPS)
    issueType: <+input>.default(Task)
    fields:
${fields.replaceAll(/^/gm, '      ')}`;

const summary = '- {name: Summary, value: <+input>}';

function read(text: string, inputs: Record<string, Json>): unknown {
  try {
    return readPlan(text, { inputs }).stages[0]?.steps[0]?.spec;
  } catch (thrown) {
    const { fields } = asTielineError(thrown);
    return fields.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('runtime inputs', () => {
  it('are put in by the end of their path; defaults where none is given', () => {
    expect(read(document(summary), { projectKey: 'OPS', 'fields.Summary': 'It broke' })).toMatchObject({
      projectKey: 'OPS',
      issueType: 'Task',
      fields: [{ name: 'Summary', value: 'It broke' }],
    });
  });

  it('may be whole lists', () => {
    const text = document(summary).replace(/fields:.*/s, 'fields: <+input>');
    const fields = [{ name: 'Summary', value: 'x' }];
    expect(read(text, { projectKey: 'OPS', fields })).toMatchObject({ fields });
  });

  it('that are missing are all told, with the names that they can be given by', () => {
    const text = document(`${summary}\n- {name: Labels, value: <+input>}`);
    expect(read(text, {})).toEqual([
      'step.spec.projectKey: needs the input "projectKey" (line 8, column 17)',
      'step.spec.fields[0].value: needs the input "Summary" (line 11, column 32)',
      'step.spec.fields[1].value: needs the input "Labels" (line 12, column 31)',
    ]);
  });

  it.each([
    [
      'not allowed',
      { projectKey: 'X', Summary: 'x' },
      'the input "projectKey": "X" is not allowed; allowed are MYT, OPS',
    ],
    [
      'asked for by nobody',
      { projectKey: 'MYT', Sumary: 'x', Summary: 'x' },
      'No field asks for the input "Sumary"; asked for: "Summary"',
    ],
  ])('%s', (_title, inputs, message) => {
    expect(read(document(summary), inputs)).toEqual([expect.stringContaining(message)]);
  });

  it('a name that fits several is refused with longer ones', () => {
    const two = `${document(summary).replace('step:', '- step:').replaceAll(/^ /gm, '   ')}
- step:
    type: JiraUpdate
    name: Update
    identifier: update
    spec:
      connectorRef: jira
      issueKey: MYT-1
      fields: [{name: Summary, value: <+input>}]`;
    expect(read(two, { projectKey: 'MYT', Summary: 'x' })).toContain(
      'the document: The input "Summary" may mean each of create.spec.fields.Summary, update.spec.fields.Summary (line 2, column 1)',
    );
  });

  it.each([
    ['.regex(^[a-z]+-\\d$)', 'rc-1', undefined],
    ['.regex(^[a-z]+-\\d$)', 'RC', '"RC" does not match'],
    ['.regex(^(a|b)\\)$)', 'a)', undefined],
    ['.regex(()', 'a', 'lacks the ) that closes .regex('],
    ['.regex([)', 'a', 'has a regular expression that is none'],
    ['.selectManyFrom(a,b,"c, d")', 'a,"c, d"', undefined],
    ['.selectManyFrom(a,b)', 'a,c', '"c" is not allowed'],
    ['.selectOneFrom(a,b).executionInput()', 'b', undefined],
    ['.allowedValues(a,<+pipeline.variables.x>)', 'other', undefined],
    ['.allowedValues(a)', '<+pipeline.variables.x>', undefined],
    ['.maybe(a)', 'a', 'has ".maybe(a)" after <+input>; there may be default, allowedValues'],
  ])("what follows: '%s' with %s", (suffix, value, message) => {
    const text = document(`- name: Summary\n  value: '<+input>${suffix}'`);
    const found = read(text, { projectKey: 'MYT', Summary: value });
    if (message === undefined) expect(found).toMatchObject({ fields: [{ name: 'Summary', value }] });
    else expect(found).toEqual([expect.stringContaining(message)]);
  });
});
