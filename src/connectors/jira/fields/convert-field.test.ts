import { describe, expect, it } from 'vitest';
import { TielineError } from '../../../kit/errors.ts';
import type { AllowedValue, FieldChoice, FieldSchema } from '../../../kit/jira-metadata.ts';
import { Secret } from '../../../kit/secret.ts';
import { convertField } from './convert-field.ts';
import type { FieldContext, FieldValue } from './field-value.ts';

const onCloud: FieldContext = {
  api: '3',
  userId: 'accountId',
  async findUser(query) {
    if (query === 'nemo') throw new TielineError('jira-user-unknown', 'Jira knows no active user "nemo"');
    return `id-of-${query}`;
  },
  findSprint: async (name) => (name === 'MYT Sprint 2' ? 2 : 0),
  textAs: 'markdown',
  now: () => new Date('2026-11-22T10:00:00.000Z'),
};
const selfHosted: FieldContext = { ...onCloud, api: '2', userId: 'name' };

const custom = (code: string) => `com.atlassian.jira.plugin.system.customfieldtypes:${code}`;
const values = (...labels: string[]): AllowedValue[] =>
  labels.map((label, index) => ({ id: String(10_000 + index), label, children: [] }));

function field(schema: FieldSchema, allowedValues?: AllowedValue[]): FieldChoice {
  const [key, name] = [schema.system ?? 'customfield_1', 'It'];
  return { key, name, required: false, hasDefault: false, schema, operations: ['set'], allowedValues };
}
const many = (items: string, allowed?: AllowedValue[]) => field({ type: 'array', items }, allowed);

const text = field({ type: 'string', custom: custom('textfield') });
const rich = field({ type: 'string', custom: custom('textarea') });
const option = field({ type: 'option', custom: custom('select') }, values('Low', 'Medium', 'High'));
const components = many('component', values('TestComp1', 'test'));
const cascade = field({ type: 'option-with-child', custom: custom('cascadingselect') }, [
  { id: '1', label: 'Europe', children: values('Germany', 'France') },
  { id: '2', label: 'Asia > Pacific', children: values('Japan') },
]);
const projects = [{ id: '7', key: 'OPS', label: 'Operations', children: [] }];
const sprint = field({ type: 'array', items: 'json', custom: 'com.pyxis.greenhopper.jira:gh-sprint' });
const labels = field({ type: 'array', items: 'string', system: 'labels' });
const parent = field({ type: 'issuelink', system: 'parent' });
const epicLink = field({ type: 'any', custom: 'com.pyxis.greenhopper.jira:gh-epic-link' });

const document = (...content: object[]) => ({ type: 'doc', version: 1, content });
const paragraph = (words: string) => ({ type: 'paragraph', content: [{ type: 'text', text: words }] });

describe('a value as Cloud takes it', () => {
  const table: [what: string, field: FieldChoice, given: FieldValue, sent: unknown][] = [
    ['a text', text, ' as it is ', ' as it is '],
    ['a number as a text', text, 5, '5'],
    ['the description', field({ type: 'string', system: 'description' }), 'x', document(paragraph('x'))],
    ['a text of paragraphs', rich, 'x\n\ny', document(paragraph('x'), paragraph('y'))],
    ['a document', rich, { ...document(paragraph('x')) } as FieldValue, document(paragraph('x'))],
    ['anything', field({ type: 'any' }), 'x', 'x'],
    ['anything of Jira’s own', field({ type: 'any' }), [{ id: '1' }], [{ id: '1' }]],
    ['a whole number', field({ type: 'number' }), '18', 18],
    ['another number', field({ type: 'number' }), '19.5', 19.5],
    ['a number that is one', field({ type: 'number' }), -2, -2],
    ['a day', field({ type: 'date' }), '2021-03-25', '2021-03-25'],
    ['a day without hyphens', field({ type: 'date' }), '20210325', '2021-03-25'],
    ['a moment', field({ type: 'datetime' }), '2021-03-25T18:58:16.535Z', '2021-03-25T18:58:16.535+0000'],
    ['milliseconds', field({ type: 'datetime' }), 1616698696535, '2021-03-25T18:58:16.535+0000'],
    ['an option by name', option, 'High', { id: '10002' }],
    ['an option in another case', option, 'hIGH', { id: '10002' }],
    ['an option by id', option, '10001', { id: '10001' }],
    ['an option of Jira’s own', option, { value: 'High' }, { value: 'High' }],
    ['an option that is not listed', field({ type: 'option' }), 'High', { value: 'High' }],
    [
      'a priority',
      field({ type: 'priority' }, [{ id: '4', label: 'Low', children: [] }]),
      'Low',
      { id: '4' },
    ],
    ['a resolution that is not listed', field({ type: 'resolution' }), 'Done', { name: 'Done' }],
    ['a security level', field({ type: 'securitylevel' }, values('Team only')), 'team only', { id: '10000' }],
    ['an issue type', field({ type: 'issuetype' }), 'Bug', { name: 'Bug' }],
    ['components', components, 'test, TestComp1', [{ id: '10001' }, { id: '10000' }]],
    ['a list', components, ['test', { name: 'x' }], [{ id: '10001' }, { name: 'x' }]],
    ['one of many', components, 'test', [{ id: '10001' }]],
    [
      'a value with a comma',
      many('option', values('a', 'Legal, privacy')),
      'Legal, privacy',
      [{ id: '10001' }],
    ],
    [
      'values of which one has a comma',
      many('option', values('a', 'b, c')),
      '"b, c", a',
      [{ id: '10001' }, { id: '10000' }],
    ],
    ['texts', many('string'), 'abc, def, "hij, klm"', ['abc', 'def', 'hij, klm']],
    ['numbers', many('number'), '1, 2', [1, 2]],
    ['labels', labels, 'a, b', ['a', 'b']],
    ['a user', field({ type: 'user' }), 'dana', { accountId: 'id-of-dana' }],
    ['users', many('user'), 'dana, "Doe, Jo"', [{ accountId: 'id-of-dana' }, { accountId: 'id-of-Doe, Jo' }]],
    [
      'whoever the project says',
      field({ type: 'user', system: 'assignee' }),
      'Automatic',
      { accountId: '-1' },
    ],
    ['a group', field({ type: 'group' }), 'developers', { name: 'developers' }],
    ['groups', many('group'), 'a, b', [{ name: 'a' }, { name: 'b' }]],
    ['an option and one below it', cascade, 'Europe > France', { id: '1', child: { id: '10001' } }],
    ['an option with nothing below it', cascade, 'europe', { id: '1' }],
    ['an option with > in its name', cascade, 'Asia > Pacific > Japan', { id: '2', child: { id: '10000' } }],
    ['an option with > in its name alone', cascade, 'Asia > Pacific', { id: '2' }],
    [
      'both by their parts',
      cascade,
      { value: 'Europe', child: 'France' },
      { id: '1', child: { id: '10001' } },
    ],
    [
      'both by Jira’s parts',
      cascade,
      { id: '1', child: { value: 'France' } },
      { id: '1', child: { id: '10001' } },
    ],
    ['both where none are listed', field(cascade.schema), 'a > b', { value: 'a', child: { value: 'b' } }],
    ['a sprint by number', sprint, '3', 3],
    ['a sprint by name', sprint, 'MYT Sprint 2', 2],
    ['a project by key', field({ type: 'project' }, projects), 'ops', { id: '7' }],
    ['a project by name', field({ type: 'project' }, projects), 'operations', { id: '7' }],
    ['a project that is not listed', field({ type: 'project' }), 'ops', { key: 'OPS' }],
    ['a parent', parent, 'myt-1', { key: 'MYT-1' }],
    ['an epic', epicLink, 'MYT-1', 'MYT-1'],
    ['an address', field({ type: 'string', custom: custom('url') }), ' https://x.y ', 'https://x.y'],
    [
      'estimates',
      field({ type: 'timetracking' }),
      { originalEstimate: '1w 2d', remainingEstimate: null },
      { originalEstimate: '1w 2d', remainingEstimate: '' },
    ],
    ['what is not known here', field({ type: 'sd-approvals' }), { id: '1' }, { id: '1' }],
  ];
  it.each(table)('%s', async (_, of, given, sent) => {
    expect(await convertField(of, given, onCloud)).toEqual(sent);
  });
});

it('is wiki text and a user’s name on a self-hosted Jira', async () => {
  expect(await convertField(rich, '**x**', selfHosted)).toBe('*x*');
  expect(await convertField(rich, 'h1. x', { ...selfHosted, textAs: 'wiki' })).toBe('h1. x');
  expect(await convertField(field({ type: 'user' }), 'dana', selfHosted)).toEqual({ name: 'id-of-dana' });
});

describe('a field is cleared', () => {
  it.each([
    ['a text', text, null],
    ['a text of paragraphs', rich, null],
    ['an option', option, null],
    ['a cascade', cascade, null],
    ['a user', field({ type: 'user' }), null],
    ['a day', field({ type: 'date' }), null],
    ['a sprint', sprint, null],
    ['an epic', epicLink, null],
    ['components', components, []],
    ['labels', labels, []],
    ['a parent, as Cloud has it', parent, { none: true }],
  ])('%s', async (_, of, sent) => {
    for (const empty of [null, '', '  ']) expect(await convertField(of, empty, onCloud)).toEqual(sent);
  });
});

describe('a secret', () => {
  const secret = new Secret('hunter2');
  it('is a text', async () => {
    expect(await convertField(text, secret, onCloud)).toBe(secret);
    expect(await convertField(rich, secret, selfHosted)).toBe(secret);
  });
  it.each([
    ['an option', option],
    ['a label', labels],
    ['a number', field({ type: 'number' })],
    ['what is not known here', field({ type: 'sd-approvals' })],
  ])('is not %s, and is not told', async (_, of) => {
    await expect(convertField(of, secret, onCloud)).rejects.toMatchObject({
      code: 'field-value-invalid',
      message: 'It: a secret can be written in a text only',
    });
  });
});

describe('a value is refused', () => {
  const twins = [...values('Low'), { id: '7', label: 'Low', children: [] }];
  const long = values(...Array.from({ length: 25 }, (_, index) => `v${index}`));
  it.each<[what: string, field: FieldChoice, given: FieldValue, words: string]>([
    ['no number', field({ type: 'number' }), '1,5', 'It: "1,5" is no number'],
    ['no day', field({ type: 'date' }), '2021-02-30', '"2021-02-30" is no day'],
    ['no moment', field({ type: 'datetime' }), 'soon', '"soon" is no moment'],
    ['not allowed', option, 'Urgent', '"Urgent" is not allowed. Allowed are Low, Medium, High'],
    ['not allowed, among very many', field({ type: 'option' }, long), 'x', 'v18, v19, and 5 more'],
    ['not allowed, as nothing is', components, ['x'], '"x" is not allowed. Allowed are TestComp1, test'],
    ['ambiguous', field({ type: 'option' }, twins), 'Low', '"Low" may be Low (id 10000), Low (id 7)'],
    [
      'ambiguous in another case',
      field({ type: 'option' }, values('iOS', 'IOS')),
      'ios',
      '"ios" may be iOS (id 10000), IOS (id 10001)',
    ],
    ['no child of it', cascade, 'Europe > Japan', '"Japan" is not allowed. Allowed are Germany, France'],
    ['nothing that is named', cascade, { child: 'France' }, 'names no option'],
    ['a label of two words', labels, 'two words', 'the label "two words" has a blank in it'],
    ['no issue', parent, 'the first one', '"the first one" is no issue key'],
    ['no epic', epicLink, '12', '"12" is no issue key'],
    ['no address', field({ type: 'string', custom: custom('url') }), 'x.y', '"x.y" is no address'],
    ['several for one', option, ['Low', 'High'], 'it takes one value'],
    ['an object for a text', text, { id: '1' }, '{"id":"1"} is no text'],
    ['a list in a list', labels, [['a']], '["a"] is no value of it'],
    ['an estimate of neither', field({ type: 'timetracking' }), '2h', 'which estimate'],
    [
      'no working time',
      field({ type: 'timetracking' }),
      { originalEstimate: 'long' },
      '"long" is no working time',
    ],
    ['of a kind that is not known', field({ type: 'sd-approvals' }), 'x', 'kind "sd-approvals"'],
    [
      'set in another way',
      field({ type: 'array', items: 'attachment', system: 'attachment' }),
      'x',
      'cannot be set as a field',
    ],
    ['counted by Jira', field({ type: 'votes', system: 'votes' }), '3', 'cannot be set as a field'],
  ])('%s', async (_, of, given, words) => {
    await expect(convertField(of, given, onCloud)).rejects.toMatchObject({
      code: 'field-value-invalid',
      message: expect.stringContaining(words),
    });
  });

  it('when no one user is meant, with the field’s name', async () => {
    await expect(convertField(field({ type: 'user' }), 'nemo', onCloud)).rejects.toMatchObject({
      code: 'jira-user-unknown',
      message: 'It: Jira knows no active user "nemo"',
    });
  });

  it.each([
    ['adf', onCloud, 'request-invalid', 'It: The text is no document'],
    ['adf', selfHosted, 'jira-edition-unsuited', 'It: The text is written as ADF'],
    ['wiki', onCloud, 'jira-edition-unsuited', 'It: The text is written as wiki text'],
  ] as const)('when its text is not in a form for this Jira: %s', async (textAs, on, code, message) => {
    await expect(convertField(rich, 'x', { ...on, textAs })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('when a sprint has a name and nobody can look it up', async () => {
    const without = { ...onCloud, findSprint: undefined };
    await expect(convertField(sprint, 'MYT Sprint 2', without)).rejects.toMatchObject({
      code: 'field-value-invalid',
      hint: expect.stringContaining('id of the sprint'),
    });
  });
});
