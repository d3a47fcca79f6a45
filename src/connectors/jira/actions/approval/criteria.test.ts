import { describe, expect, it } from 'vitest';
import { type ExpressionMap, isDay } from '../../../../kit/expression/index.ts';
import { type Criteria, compare, compileCriteria } from './criteria.ts';
import { flattenIssue } from './flat-issue.ts';

const now = new Date('2026-11-22T10:00:00Z');

function judge(given: Criteria, issue: ExpressionMap): boolean | undefined {
  return compileCriteria(given, 'approval')?.matches(issue, now);
}

describe('a condition', () => {
  it.each([
    [null, '', true],
    ['', '', true],
    ['', ' ', true],
    [null, 'abc', false],
    ['abc', '', false],
    ['abc', 'abc', true],
    ['abc', 'def', false],
    ['abc', 'ABC', false],
  ])('equals: %j and %j are %s', (actual, expected, holds) => {
    expect(compare.equals(actual, expected)).toBe(holds);
    expect(compare['not equals'](actual, expected)).toBe(!holds);
  });

  it.each([
    [null, '', false],
    [null, 'abc', false],
    ['abc', '', false],
    ['abc', 'abc', true],
    ['abc', 'abc,', true],
    ['abc', 'abc,def', true],
    ['abc', '"abc,def"', false],
    ['abc,def', '"abc,def"', true],
    ['abc', '"abc,def",  abc', true],
    ['abc', 'def', false],
  ])('in: %j in %j is %s', (actual, expected, holds) => {
    expect(compare.in(actual, expected)).toBe(holds);
    expect(compare['not in'](actual, expected)).toBe(!holds);
  });

  it.each([
    ['a number', 1000],
    ['a list', ['abc']],
    ['a date', now],
  ])('cannot compare %s, whatever the operator', (_kind, value) => {
    for (const operator of ['equals', 'not equals', 'in', 'not in'] as const) {
      const given: Criteria = {
        type: 'key-values',
        matchAny: false,
        conditions: [{ key: 'Story Points', operator, value: 'abc' }],
      };
      expect(() => judge(given, { 'Story Points': value })).toThrow(
        expect.objectContaining({ code: 'approval-criteria-invalid', retry: 'never' }),
      );
    }
  });

  it('sees what the issue does not have as empty', () => {
    const on = (operator: 'equals' | 'not equals'): Criteria => ({
      type: 'key-values',
      matchAny: false,
      conditions: [{ key: 'toString', operator, value: '' }],
    });
    expect(judge(on('equals'), {})).toBe(true);
    expect(judge(on('not equals'), {})).toBe(false);
  });
});

describe('conditions together', () => {
  const conditions = [
    { key: 'Status', operator: 'equals' as const, value: 'Done' },
    { key: 'Priority', operator: 'in' as const, value: 'High, Highest' },
  ];

  it.each([
    [{ Status: 'Done', Priority: 'High' }, true, true],
    [{ Status: 'Done', Priority: 'Low' }, true, false],
    [{ Status: 'To Do', Priority: 'High' }, true, false],
    [{ Status: 'To Do', Priority: 'Low' }, false, false],
  ])('%j: any %s, all %s', (issue, any, all) => {
    expect(judge({ type: 'key-values', matchAny: true, conditions }, issue)).toBe(any);
    expect(judge({ type: 'key-values', matchAny: false, conditions }, issue)).toBe(all);
  });

  it('stop at the first that decides', () => {
    const issue = { Status: 'Done', Priority: 5 };
    expect(judge({ type: 'key-values', matchAny: true, conditions }, issue)).toBe(true);
    expect(() => judge({ type: 'key-values', matchAny: false, conditions }, issue)).toThrow(/Priority/);
  });

  it('are none when there is none', () => {
    expect(
      compileCriteria({ type: 'key-values', matchAny: true, conditions: [] }, 'rejection'),
    ).toBeUndefined();
  });

  it('take no value that was not resolved', () => {
    const given: Criteria = {
      type: 'key-values',
      matchAny: false,
      conditions: [{ key: 'Status', operator: 'equals', value: '<+pipeline.variables.x>' }],
    };
    expect(() => compileCriteria(given, 'approval')).toThrow(/"Status".*<\+pipeline\.variables\.x>/);
  });
});

describe('an expression', () => {
  const issue = { a: 'v1', b: 'v2', '1-line Update': 'test', 'Remaining Estimate': '2h', points: 5 };

  it.each([
    ['true', true],
    ['false', false],
    ['<+issue.a> == "v1"', true],
    ['<+issue.a> == "v2"', false],
    ['<+issue.a> == "v1" || <+issue.b> == "v3"', true],
    ['<+issue.a> == "v1" && <+issue.b> == "v3"', false],
    ['<+issue."1-line Update"> == "test"', true],
    ['<+issue."Remaining Estimate"> == "2h"', true],
    ['<+issue.points> >= 5', true],
    ['<+issue.nowhere> == null', true],
    ['<+issue.nowhere> == "v1"', false],
  ])('%s is %s', (expression, holds) => {
    expect(judge({ type: 'jexl', expression }, issue)).toBe(holds);
  });

  it.each(['5', '', '  ', '<+issue.a', '<+pipeline.name> == "x"', '<+issue.a.nowhere()>'])(
    'cannot be %j',
    (expression) => {
      expect(() => judge({ type: 'jexl', expression }, issue)).toThrow(
        expect.objectContaining({ code: 'approval-criteria-invalid', retry: 'never' }),
      );
    },
  );

  it('names the fields that it looks at, or none when it may look at any', () => {
    const namesOf = (expression: string) => compileCriteria({ type: 'jexl', expression }, 'approval')?.names;
    expect(namesOf('<+issue.Status> == "Done" && <+issue."Story Points"> > 3')).toEqual([
      'Status',
      'Story Points',
    ]);
    expect(namesOf('<+issue>.containsKey("Status")')).toBeUndefined();
  });
});

describe('an issue as criteria see it', () => {
  const of = (type: string, items?: string) => ({ type, ...(items && { items }) });

  it('is one flat map by the names that people read', () => {
    const fields = {
      project: { key: 'MYT', name: 'My team' },
      issuetype: { name: 'Bug' },
      status: { name: 'Done' },
      timetracking: { originalEstimate: '2d', remainingEstimate: '2h' },
      summary: 'round at last',
      description: {
        type: 'doc',
        version: 1,
        content: [{ type: 'paragraph', content: [{ type: 'text', text: 'why' }] }],
      },
      priority: { id: '2', name: 'High' },
      customfield_1: { id: '9', value: 'eu-west' },
      customfield_2: 5,
      duedate: '2026-12-24',
      customfield_3: '2026-12-24T10:00:00.000+0100',
      labels: ['a', 'b'],
      fixVersions: [{ id: '1', name: '1.0' }],
      parent: { key: 'MYT-9' },
      assignee: { accountId: 'x', displayName: 'Ann' },
      customfield_4: { value: 'a', child: { value: 'b' } },
      customfield_5: 'second of its name',
      resolution: null,
    };
    const names = {
      summary: { name: 'Summary', schema: of('string') },
      description: { name: 'Description', schema: of('string') },
      priority: { name: 'Priority', schema: of('priority') },
      customfield_1: { name: 'Region', schema: of('option') },
      customfield_2: { name: 'Story Points', schema: of('number') },
      duedate: { name: 'Due date', schema: of('date') },
      customfield_3: { name: 'Start', schema: of('datetime') },
      labels: { name: 'Labels', schema: of('array', 'string') },
      fixVersions: { name: 'Fix versions', schema: of('array', 'version') },
      parent: { name: 'Parent', schema: of('issuelink') },
      assignee: { name: 'Assignee', schema: of('user') },
      customfield_4: { name: 'Place', schema: of('option-with-child') },
      customfield_5: { name: 'Summary', schema: of('string') },
      resolution: { name: 'Resolution', schema: of('resolution') },
    };
    const seen = {
      id: '10001',
      key: 'MYT-1',
      url: 'https://jira.example/browse/MYT-1',
      updatedAt: now,
      fields,
      names,
    };
    const flat = flattenIssue(seen, names);
    expect(flat).toEqual({
      id: '10001',
      key: 'MYT-1',
      url: 'https://jira.example/browse/MYT-1',
      'Project Key': 'MYT',
      'Project Name': 'My team',
      'Issue Type': 'Bug',
      Status: 'Done',
      'Original Estimate': '2d',
      'Remaining Estimate': '2h',
      Summary: 'round at last',
      Description: 'why',
      Priority: 'High',
      Region: 'eu-west',
      'Story Points': 5,
      'Due date': new Date('2026-12-24'),
      Start: new Date('2026-12-24T09:00:00Z'),
      Labels: ['a', 'b'],
      'Fix versions': ['1.0'],
      Parent: 'MYT-9',
    });
    expect([flat['Due date'], flat.Start].map((date) => date instanceof Date && isDay(date))).toEqual([
      true,
      false,
    ]);
  });
});
