import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataCenterCaller } from '../../fixtures/data-center-client.ts';
import { callersOf } from '../../fixtures/simulator-client.ts';
import { type DataCenterSimulator, type JiraSimulator, startJiraSimulator } from '../../index.ts';

let jira: JiraSimulator;
let dataCenter: DataCenterSimulator;
let to: ReturnType<typeof callersOf>;
let ask: ReturnType<typeof dataCenterCaller>;
const dana = '5b10ac8d82e05b22cc7d4e03';

beforeAll(async () => {
  // A clock that jumps, so that no issue is written too often.
  let at = Date.parse('2026-11-22T12:00:00Z');
  const now = () => {
    at += 3_000;
    return new Date(at);
  };
  jira = await startJiraSimulator({ edition: 'cloud', now });
  dataCenter = await startJiraSimulator({ edition: 'data-center', now });
  to = callersOf(jira);
  ask = dataCenterCaller(dataCenter);
});
afterAll(async () => {
  await Promise.all([jira.close(), dataCenter.close()]);
});

const bug = (more: object) => ({
  fields: { project: { key: 'MYT' }, issuetype: { name: 'Bug' }, summary: 'From a test', ...more },
});
const document = {
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Hello' }] }],
};
const create = (more: object) => to.asAccount('/rest/api/3/issue', { method: 'POST', body: bug(more) });
const fieldsOf = async (key: string) => (await to.asAccount(`/rest/api/3/issue/${key}`)).json.fields;

describe('a field is set and shown', () => {
  const values: [id: string, given: unknown, shown: unknown][] = [
    ['priority', { name: 'High' }, { name: 'High', id: '2' }],
    ['components', [{ name: 'Search' }], [{ name: 'Search' }]],
    ['fixVersions', [{ name: '2.4' }], [{ name: '2.4', released: false }]],
    ['assignee', { accountId: dana }, { displayName: 'Dana Developer' }],
    ['duedate', '2026-12-24', '2026-12-24'],
    [
      'timetracking',
      { originalEstimate: '1d 2h' },
      { originalEstimate: '1d 2h', remainingEstimateSeconds: 36_000 },
    ],
    ['security', { name: 'Team only' }, { name: 'Team only' }],
    ['environment', document, document],
    ['customfield_10020', 2, [{ id: 2, name: 'MYT Sprint 2', state: 'active' }]],
    ['customfield_10050', 'ACME', 'ACME'],
    ['customfield_10052', '2026-12-01', '2026-12-01'],
    ['customfield_10053', '2026-12-01T10:00:00.000+0100', '2026-12-01T09:00:00.000+0000'],
    ['customfield_10056', { value: 'S2' }, { value: 'S2' }],
    ['customfield_10057', [{ value: 'Web' }, { value: 'iOS' }], [{ value: 'Web' }, { value: 'iOS' }]],
    [
      'customfield_10059',
      { value: 'Europe', child: { value: 'France' } },
      { value: 'Europe', child: { value: 'France' } },
    ],
    ['customfield_10059', { value: 'Asia' }, { value: 'Asia' }],
    ['customfield_10060', { accountId: dana }, { accountId: dana }],
    ['customfield_10061', [{ accountId: dana }], [{ accountId: dana }]],
    ['customfield_10062', { name: 'developers' }, { name: 'developers' }],
    ['customfield_10064', { key: 'OPS', id: '10001' }, { key: 'OPS' }],
    ['customfield_10065', { name: '2.3' }, { name: '2.3' }],
    ['customfield_10067', 'https://wiki.example/run', 'https://wiki.example/run'],
    ['customfield_10068', ['a', 'b'], ['a', 'b']],
  ];
  it.each(values)('%s: %j', async (id, given, shown) => {
    const created = await create({ [id]: given });
    expect(created.status, created.text).toBe(201);
    expect((await fieldsOf(created.json.key))[id]).toMatchObject(shown as object);
  });

  it('and cleared', async () => {
    const { json } = await create({ customfield_10050: 'ACME', customfield_10057: [{ value: 'Web' }] });
    const body = { fields: { customfield_10050: null, customfield_10057: [] } };
    const path = `/rest/api/3/issue/${json.key}`;
    expect((await to.asAccount(path, { method: 'PUT', body })).status).toBe(204);
    const fields = await fieldsOf(json.key);
    expect([fields.customfield_10050, fields.customfield_10057]).toEqual([null, null]);
  });
});

describe('a value is refused in the words of Jira', () => {
  const wrong: [id: string, given: unknown, message: string][] = [
    [
      'customfield_10055',
      { value: 'Low' },
      "Field 'customfield_10055' cannot be set. It is not on the appropriate screen, or unknown.",
    ],
    ['nonsense', 1, "Field 'nonsense' cannot be set. It is not on the appropriate screen, or unknown."],
    ['customfield_10056', { value: 'S9' }, "Option value 'S9' is not valid"],
    ['customfield_10056', { id: '1' }, "Option id '1' is not valid"],
    ['customfield_10056', 'S1', "Specify a valid 'id' or 'name' for Severity"],
    ['priority', 'High', "Specify a valid 'id' or 'name' for priority"],
    ['summary', '', 'You must specify a summary of the issue.'],
    ['summary', 'a\nb', 'contains newline characters'],
    ['customfield_10060', { accountId: 'nobody' }, "User 'nobody' does not exist."],
    ['customfield_10062', { name: 'nobodies' }, "Could not find group name 'nobodies'"],
    ['customfield_10067', 'no address', 'Not a valid URL'],
    ['customfield_10020', 1, 'only active or future sprints'],
    ['labels', ['two words'], 'contains spaces'],
    ['resolution', { name: 'Done' }, 'It is not on the appropriate screen'],
    ['customfield_10056', {}, "Could not find valid 'id' or 'value' in the Parent Option object."],
    ['customfield_10057', { value: 'Web' }, 'data was not an array'],
    [
      'customfield_10059',
      { value: 'Europe', child: { value: 'Japan' } },
      "Option value 'Japan' is not valid",
    ],
    ['customfield_10050', 5, 'Operation value must be a string'],
    ['customfield_10052', '01.12.2026', 'Error parsing date string: 01.12.2026'],
    ['customfield_10052', '2026-02-30', 'Error parsing date string: 2026-02-30'],
    ['customfield_10053', '2026-12-01T10:00:00Z', 'Error parsing time: 2026-12-01T10:00:00Z'],
    ['customfield_10020', 'Sprint 2', 'Number value expected as the Sprint id.'],
    ['components', [{ name: 'Cart' }], "Component name 'Cart' is not valid"],
    ['fixVersions', [{ name: '1.0' }], "Version name '1.0' is not valid"],
    ['priority', { name: 'high' }, "Priority name 'high' is not valid"],
    ['assignee', { accountId: '5b10ac8d82e05b22cc7d4e02' }, 'cannot be assigned issues'],
    ['assignee', { name: 'dana' }, 'expected Object'],
    ['timetracking', { originalEstimate: 'long' }, 'The original estimate specified is invalid.'],
    ['parent', { key: 'MYT-1' }, 'appropriate hierarchy'],
    ['environment', 'text', 'Atlassian Document'],
  ];
  it.each(wrong)('%s: %j', async (id, given, message) => {
    const { status, json } = await create({ [id]: given });
    expect(status).toBe(400);
    expect(json.errorMessages).toEqual([]);
    expect(json.errors[id]).toContain(message);
  });

  it('when what makes an issue is missing or none', async () => {
    const { project, summary } = bug({}).fields;
    const post = async (fields: object) =>
      (await to.asAccount('/rest/api/3/issue', { method: 'POST', body: { fields } })).json.errors;
    const postHere = async (fields: object) =>
      (await ask('/issue', { method: 'POST', body: { fields } })).json.errors;
    const unknown = { project: { key: 'NO' }, summary };
    expect(await post(unknown)).toEqual({ project: 'Specify a valid project ID or key' });
    expect(await postHere(unknown)).toEqual({ project: 'valid project is required' });
    expect(await postHere({ summary })).toEqual({ project: 'project is required' });
    const typed = { project, summary, issuetype: { name: 'bug' } };
    expect(await post(typed)).toEqual({ issuetype: 'Specify a valid issue type' });
    expect(await postHere(typed)).toEqual({ issuetype: 'valid issue type is required' });
    expect(await postHere({ project, summary })).toEqual({ issuetype: 'issue type is required' });
    expect(await post({ project, issuetype: { name: 'Bug' } })).toEqual({
      summary: 'You must specify a summary of the issue.',
    });
  });

  const text = { type: 'text', text: 'x' };
  const paragraph = { type: 'paragraph', content: [text] };
  it.each([
    ['a text outside of a paragraph', text],
    ['a node that nobody knows', { type: 'sentence', content: [text] }],
    ['an empty text', { type: 'paragraph', content: [{ type: 'text', text: '' }] }],
    ['a list without an item', { type: 'bulletList', content: [paragraph] }],
    ['an empty list', { type: 'bulletList', content: [] }],
    [
      'an item that begins with a list',
      {
        type: 'bulletList',
        content: [
          {
            type: 'listItem',
            content: [{ type: 'bulletList', content: [{ type: 'listItem', content: [paragraph] }] }],
          },
        ],
      },
    ],
    ['a heading without a level', { type: 'heading', content: [text] }],
    [
      'code that is strong',
      { type: 'paragraph', content: [{ ...text, marks: [{ type: 'code' }, { type: 'strong' }] }] },
    ],
    ['a link to nowhere', { type: 'paragraph', content: [{ ...text, marks: [{ type: 'link' }] }] }],
    [
      'a marked text in a block of code',
      { type: 'codeBlock', content: [{ ...text, marks: [{ type: 'em' }] }] },
    ],
  ])('when a document holds %s', async (_what, node) => {
    const wrong = { type: 'doc', version: 1, content: [node] };
    const { status, json } = await create({ description: wrong });
    expect([status, json]).toEqual([400, { errorMessages: ['INVALID_INPUT'], errors: {} }]);
    const comment = await to.asAccount('/rest/api/3/issue/MYT-1/comment', {
      method: 'POST',
      body: { body: wrong },
    });
    expect(comment.status).toBe(400);
  });

  it('when a required field is left out', async () => {
    const fields = { project: { key: 'OPS' }, issuetype: { name: 'Change' }, summary: 'Without risk' };
    const { json } = await to.asAccount('/rest/api/3/issue', { method: 'POST', body: { fields } });
    expect(json.errors).toEqual({ customfield_10055: 'Risk is required.' });
    const subtask = { ...bug({}).fields, issuetype: { name: 'Sub-task' } };
    const orphan = await to.asAccount('/rest/api/3/issue', { method: 'POST', body: { fields: subtask } });
    expect(orphan.json.errors.issuetype).toContain('parent issue key or id not specified');
  });
});

describe('on Data Center', () => {
  it('users are names, texts are wiki, epics are links, sprints are Java', async () => {
    const made = await ask('/issue', {
      method: 'POST',
      body: {
        fields: {
          project: { key: 'MYT' },
          issuetype: { name: 'Epic' },
          summary: 'Faster checkout',
          customfield_10101: 'Fast',
        },
      },
    });
    expect(made.status, made.text).toBe(201);
    const story = await ask('/issue', {
      method: 'POST',
      body: {
        fields: {
          project: { key: 'MYT' },
          issuetype: { name: 'Story' },
          summary: 'Cache prices',
          description: 'h1. Why\n\n*slow*',
          assignee: { name: 'dana' },
          customfield_10100: made.json.key,
          customfield_10020: 3,
        },
      },
    });
    expect(story.status, story.text).toBe(201);
    const { fields } = (await ask(`/issue/${story.json.key}`)).json;
    expect(fields).toMatchObject({
      description: 'h1. Why\n\n*slow*',
      assignee: { name: 'dana' },
      customfield_10100: made.json.key,
    });
    expect(fields.customfield_10020[0]).toContain('state=FUTURE,name=MYT Sprint 3');
    const wrong = await ask('/issue', { method: 'POST', body: bug({ assignee: { accountId: dana } }) });
    expect(wrong.json.errors.assignee).toBe('expected Object');
  });

  it('a sub-task has its parent', async () => {
    const made = await ask('/issue', {
      method: 'POST',
      body: bug({ issuetype: { name: 'Sub-task' }, parent: { key: 'MYT-1' } }),
    });
    expect(made.status, made.text).toBe(201);
    const parent = (await ask('/issue/MYT-1')).json.fields;
    expect(parent.subtasks).toMatchObject([{ key: made.json.key }]);
    expect((await ask(`/issue/${made.json.key}`)).json.fields.parent).toMatchObject({ key: 'MYT-1' });
  });
});
