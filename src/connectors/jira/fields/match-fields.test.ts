import { describe, expect, it } from 'vitest';
import type { FieldChoice, FieldSchema } from '../../../kit/jira-metadata.ts';
import { matchFields } from './match-fields.ts';

const field = (key: string, name: string, schema: FieldSchema = { type: 'string' }): FieldChoice => ({
  key,
  name,
  required: false,
  hasDefault: false,
  schema,
  operations: ['set'],
});

const summary = field('summary', 'Summary');
const points = field('customfield_10016', 'Story Points', { type: 'number' });
const fixVersions = field('fixVersions', 'Fix versions', { type: 'array', items: 'version' });
const tracking = field('timetracking', 'Time tracking', { type: 'timetracking' });
const upper = field('customfield_1', 'Risk');
const lower = field('customfield_2', 'risk');
const parent = field('parent', 'Parent', { type: 'issuelink', system: 'parent' });
const epic = field('customfield_10100', 'Epic Link', {
  type: 'any',
  custom: 'com.pyxis.greenhopper.jira:gh-epic-link',
});

const match = (choices: FieldChoice[], ...names: string[]) =>
  matchFields(
    choices,
    names.map((name) => ({ name, value: name })),
  );
const keysOf = (choices: FieldChoice[], ...names: string[]) =>
  match(choices, ...names).map((one) => one.field.key);
const refused = (code: string, ...words: string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(words.join('.*'))),
  });

describe('fields are found', () => {
  it.each([
    ['display name', 'Story Points'],
    ['key', 'customfield_10016'],
    ['name in another case', ' story  points '],
    ['key in another case', 'CustomField_10016'],
  ])('by %s', (_, name) => {
    expect(match([summary, points], name)).toEqual([{ field: points, value: name }]);
  });

  it('by the name that the other edition has', () => {
    expect(keysOf([fixVersions], 'Fix Version/s')).toEqual(['fixVersions']);
    expect(keysOf([summary, parent], 'Epic Link')).toEqual(['parent']);
    expect(keysOf([summary, epic], 'Parent')).toEqual(['customfield_10100']);
    expect(keysOf([parent, epic], 'Parent', 'Epic Link')).toEqual(['parent', 'customfield_10100']);
  });

  it('exactly before in another case', () => {
    expect(keysOf([upper, lower], 'risk', 'Risk')).toEqual(['customfield_2', 'customfield_1']);
  });

  it('as the two parts of time tracking', () => {
    const given = [
      { name: 'Original Estimate', value: '2h' },
      { name: 'Summary', value: 'x' },
      { name: 'remaining estimate', value: null },
    ];
    expect(matchFields([summary, tracking], given)).toEqual([
      { field: tracking, value: { originalEstimate: '2h', remainingEstimate: null } },
      { field: summary, value: 'x' },
    ]);
  });
});

describe('fields are refused', () => {
  it('together, when there are none of these names, with those that there are, nearest first', () => {
    expect(() => match([parent, tracking, points, summary], 'Sumary', 'Story Point', 'Summary')).toThrow(
      refused('field-unknown', 'no fields Sumary, Story Point there', 'Story Points, Summary, .*Parent'),
    );
    expect(() => match([summary], 'Original Estimate')).toThrow(
      refused('field-unknown', 'Original Estimate'),
    );
  });

  it('also by a name that every object of JavaScript knows', () => {
    expect(() => match([summary, tracking], 'constructor')).toThrow(refused('field-unknown', 'constructor'));
  });

  it('when two have the name', () => {
    const twin = field('customfield_10017', 'Story Points');
    expect(() => match([points, twin], 'Story Points')).toThrow(
      refused(
        'request-invalid',
        'Several fields are called Story Points: customfield_10016, customfield_10017',
      ),
    );
    expect(keysOf([points, twin], 'customfield_10017')).toEqual(['customfield_10017']);
    expect(() => match([upper, lower], 'RISK')).toThrow(refused('request-invalid', 'RISK'));
  });

  it.each([
    [['Summary', 'Summary'], 'Summary'],
    [['Summary', 'summary', 'Story Points'], 'summary'],
    [['Original Estimate', 'Original Estimate'], 'Original Estimate'],
    [['Time tracking', 'Original Estimate'], 'Original Estimate'],
  ])('when they are given twice: %j', (names, twice) => {
    expect(() => match([summary, points, tracking], ...names)).toThrow(
      refused('request-invalid', `Given more than once: ${twice}`),
    );
  });
});
