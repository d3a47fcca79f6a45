import { describe, expect, it } from 'vitest';
import { Secret } from '../../../kit/secret.ts';
import { splitIssueKeys } from './jira-update.ts';
import { isReportImage } from './plugin.ts';
import { stepTypes } from './step-types.ts';

const { JiraCreate, JiraUpdate, JiraApproval, Plugin } = stepTypes;

const complaints = (type: keyof typeof stepTypes, spec: unknown) =>
  stepTypes[type].check(spec).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('JiraCreate', () => {
  const spec = { connectorRef: 'jira', projectKey: 'MYT', issueType: 'Bug' };

  it('sends its fields, and the one called Comment as a comment', () => {
    const fields = [
      { name: 'Summary', value: 'It broke' },
      { name: 'Comment', value: 'See the log' },
      { name: 'Flagged', value: '' },
    ];
    expect(JiraCreate.toInput({ ...spec, fields, delegateSelectors: ['d1'] })).toEqual({
      input: {
        project: 'MYT',
        issueType: 'Bug',
        fields: [
          { name: 'Summary', value: 'It broke' },
          { name: 'Flagged', value: '' },
        ],
        comment: { text: 'See the log' },
      },
      notices: [],
    });
  });

  it('leaves out fields without a name or a value, the text "null", and Status', () => {
    const fields = [
      { name: '', value: 'a' },
      { name: 'Priority', value: null },
      { name: 'Labels', value: 'null' },
      { name: 'Status', value: 'Done' },
    ];
    const { input, notices } = JiraCreate.toInput({ ...spec, fields });
    expect(input.fields).toEqual([]);
    expect(notices).toEqual([
      'A field without a name is left out',
      'The field "Priority" is left out: it has no value',
      'The field "Labels" is left out: its value is the text "null"',
      expect.stringContaining('The field "Status" is left out'),
    ]);
  });

  it('leaves out a field whose name is not written at all', () => {
    const fields = [{ value: 'a' }];
    expect(complaints('JiraCreate', { ...spec, fields })).toEqual([]);
    expect(JiraCreate.toInput({ ...spec, fields }).notices).toEqual(['A field without a name is left out']);
  });

  it.each([
    [{ links: [{ type: 'blocks' }] }, "links.0.issue: issue can't be empty"],
    [{ links: ['MYT-2'] }, 'links.0: must be a map of type, issue'],
    [{ transitionTo: 'Done' }, 'transitionTo: must be a map of status, transitionName, fields'],
  ])('says of %j what is missing', (more, message) => {
    expect(complaints('JiraCreate', { ...spec, ...more })).toEqual([message]);
  });

  it('refuses a name given twice', () => {
    const fields = [
      { name: 'Summary', value: 'a' },
      { name: 'Summary', value: 'b' },
    ];
    expect(complaints('JiraCreate', { ...spec, fields })).toEqual([
      'fields: Duplicate jira fields: [Summary]',
    ]);
  });

  it('takes what Harness does not have', () => {
    const more = {
      textAs: 'wiki',
      comment: { text: 'for us', visibility: { type: 'role', value: 'Developers' } },
      watchers: ['ada@example.com'],
      links: [{ type: 'blocks', issue: 'MYT-2' }],
      attachments: [{ name: 'log.txt', text: 'all' }],
      parent: 'MYT-1',
      transitionTo: { status: 'In Progress' },
    };
    expect(JiraCreate.toInput({ ...spec, ...more }).input).toEqual({
      project: 'MYT',
      issueType: 'Bug',
      fields: [],
      ...more,
      transitionTo: { status: 'In Progress', transitionName: '' },
    });
  });

  it('keeps secrets as they are, however deep', () => {
    const value = new Secret('hidden');
    const fields = [{ name: 'Key', value: { inner: [value] } }];
    expect(JiraCreate.toInput({ ...spec, fields }).input.fields).toEqual([
      { name: 'Key', value: { inner: [value] } },
    ]);
  });

  it('may have an expression wherever a value may be, as it is written', () => {
    const e = '<+pipeline.variables.x>';
    expect(
      complaints('JiraCreate', { projectKey: e, issueType: e, fields: e, transitionTo: e, textAs: e }),
    ).toEqual([]);
    expect(() => JiraCreate.toInput({ ...spec, fields: 'text' })).toThrow('fields: must be a list');
  });
});

describe('JiraUpdate', () => {
  it('sends fields and a transition; Issue Type changes the type, and the two of the form do not count', () => {
    const { input } = JiraUpdate.toInput({
      issueKey: 'MYT-1',
      projectKey: 'OTHER',
      issueType: 'Bug',
      transitionTo: { transitionName: '', status: 'Done' },
      fields: [{ name: 'Issue Type', value: 'Task' }],
    });
    expect(input).toEqual({
      issues: ['MYT-1'],
      fields: [],
      issueType: 'Task',
      transitionTo: { status: 'Done', transitionName: '' },
    });
  });

  it('gives the screen of the transition its fields', () => {
    const fields = [{ name: 'Resolution', value: 'Done' }];
    const { input } = JiraUpdate.toInput({ issueKey: 'MYT-1', transitionTo: { status: 'Done', fields } });
    expect(input.transitionTo).toEqual({ status: 'Done', transitionName: '', fields });
  });

  it('has no transition where status and name are empty', () => {
    expect(
      JiraUpdate.toInput({ issueKey: 'MYT-1', transitionTo: { transitionName: '', status: '' } }).input,
    ).toEqual({
      issues: ['MYT-1'],
      fields: [],
    });
  });

  it.each([
    ['MYT-1', ['MYT-1']],
    ['MYT-1, MYT-2', ['MYT-1', 'MYT-2']],
    ['[MYT-1](MYT-2){MYT-3}?!.;MYT-1', ['MYT-1', 'MYT-2', 'MYT-3']],
    ['MYT-1\n MYT-2', ['MYT-1', 'MYT-2']],
    [' ,;', []],
  ])('takes many keys: %j', (text, keys) => {
    expect(splitIssueKeys(text)).toEqual(keys);
  });

  it('says so when no key is left', () => {
    expect(() => JiraUpdate.toInput({ issueKey: ' ,;' })).toThrow('issueKey names no issue');
    expect(complaints('JiraUpdate', { issueKey: `\${Jiravar.issueId}` })[0]).toContain('write <+…>');
    expect(complaints('JiraUpdate', { issueKey: '' })).toEqual(["issueKey: issueKey can't be empty"]);
    expect(complaints('JiraUpdate', {})).toEqual([expect.stringContaining("issueKey can't be empty")]);
  });

  it('takes a list of keys, and labels to add and remove', () => {
    const labels = { add: ['one'], remove: ['other'] };
    expect(JiraUpdate.toInput({ issueKey: ['MYT-1', 'MYT-2'], labels }).input).toMatchObject({
      issues: ['MYT-1', 'MYT-2'],
      labels,
    });
  });
});

describe('JiraApproval', () => {
  const keyValues = (conditions: unknown[], matchAnyCondition: unknown = true) => ({
    type: 'KeyValues',
    spec: { matchAnyCondition, conditions },
  });
  const done = { key: 'Status', operator: 'equals', value: 'Done' };
  const approvalCriteria = keyValues([done]);

  it('waits by conditions and by an expression', () => {
    const rejectionCriteria = { type: 'Jexl', spec: { expression: '<+issue.Status> == "Rejected"' } };
    const spec = {
      issueKey: 'MYT-1',
      projectKey: 'MYT',
      retryInterval: '30s',
      approvalCriteria,
      rejectionCriteria,
    };
    expect(JiraApproval.toInput(spec).input).toEqual({
      issue: 'MYT-1',
      project: 'MYT',
      everyMs: 30_000,
      approve: { type: 'key-values', matchAny: true, conditions: [done] },
      reject: { type: 'jexl', expression: '<+issue.Status> == "Rejected"' },
    });
  });

  it.each([
    ['true', true],
    ['false', false],
    [null, false],
    ['', false],
    [false, false],
  ])('matchAnyCondition %j', (written, expected) => {
    const { approve } = JiraApproval.toInput({
      issueKey: 'MYT-1',
      approvalCriteria: keyValues([done], written),
    }).input;
    expect(approve).toMatchObject({ matchAny: expected });
  });

  it('looks each minute where nothing is written, and takes an empty rejection for none', () => {
    const rejectionCriteria = keyValues([], false);
    expect(JiraApproval.toInput({ issueKey: 'MYT-1', approvalCriteria, rejectionCriteria }).input).toEqual({
      issue: 'MYT-1',
      everyMs: 60_000,
      approve: { type: 'key-values', matchAny: true, conditions: [done] },
    });
  });

  it.each([
    ['no criteria', undefined, "approvalCriteria: approvalCriteria can't be empty"],
    ['no conditions', keyValues([]), 'approvalCriteria: At least 1 condition is required'],
    ['a blank expression', { type: 'Jexl', spec: { expression: ' ' } }, 'At least 1 condition is required'],
    ['no spec', { type: 'KeyValues' }, 'At least 1 condition is required'],
    ['no expression', { type: 'Jexl' }, 'At least 1 condition is required'],
    ['another type', { type: 'Groovy', spec: {} }, 'approvalCriteria.type: must be KeyValues or Jexl'],
    [
      'another operator',
      keyValues([{ ...done, operator: 'like' }]),
      'conditions.0.operator: must be one of equals, not equals, in, not in',
    ],
    ['no key', keyValues([{ ...done, key: '' }]), "conditions.0.key: key can't be empty"],
    ['no value', keyValues([{ ...done, value: '' }]), "conditions.0.value: value can't be empty"],
  ])('%s is refused', (_title, criteria, message) => {
    expect(complaints('JiraApproval', { issueKey: 'MYT-1', approvalCriteria: criteria }).join()).toContain(
      message,
    );
  });

  it('an expression that is left in a condition is refused once the others are resolved', () => {
    const criteria = keyValues([{ ...done, value: '<+issue.Other>' }]);
    expect(complaints('JiraApproval', { issueKey: 'MYT-1', approvalCriteria: criteria })).toEqual([]);
    expect(() => JiraApproval.toInput({ issueKey: 'MYT-1', approvalCriteria: criteria })).toThrow(
      'invalid value',
    );
  });

  it.each([
    ['9s', 'is no duration'],
    ['0s', 'cannot be less than 10s'],
    ['soon', 'is no duration'],
  ])('an interval of %s is refused', (retryInterval, message) => {
    expect(complaints('JiraApproval', { issueKey: 'MYT-1', approvalCriteria, retryInterval })[0]).toContain(
      message,
    );
  });

  it('keeps the expressions about the issue in its criteria', () => {
    expect(JiraApproval.keeps).toEqual({ root: 'issue', fields: ['approvalCriteria', 'rejectionCriteria'] });
  });
});

describe('Plugin', () => {
  it.each([
    ['plugins/jira', true],
    ['plugins/jira:2.0.0', true],
    ['registry.example.com:5000/mirror/plugins/jira@sha256:0123', true],
    ['plugins/jira-server', false],
    ['notplugins/jira', false],
    [undefined, false],
  ])('%s is the image that reports: %s', (image, expected) => {
    expect(isReportImage(image)).toBe(expected);
  });

  it('gives the settings by their own names, and says which count for nothing', () => {
    const settings = { project: 'MYT', environment_name: 'production', colour: 'red' };
    expect(
      Plugin.toInput({ connectorRef: 'hub', image: 'plugins/jira', settings, privileged: false }),
    ).toEqual({
      input: { settings: { PROJECT: 'MYT', ENVIRONMENT_NAME: 'production', COLOUR: 'red' } },
      notices: ['The setting COLOUR counts for nothing'],
    });
  });
});
