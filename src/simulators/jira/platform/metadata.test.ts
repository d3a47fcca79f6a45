import {
  FieldDetailsSchema,
  IssueUpdateMetadataSchema,
  PageOfCreateMetaIssueTypesSchema,
  PageOfCreateMetaIssueTypeWithFieldSchema,
  TransitionsSchema,
} from 'jira.js/cloud';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataCenterCaller } from '../fixtures/data-center-client.ts';
import { callersOf } from '../fixtures/simulator-client.ts';
import { type DataCenterSimulator, type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let dataCenter: DataCenterSimulator;
let to: ReturnType<typeof callersOf>;
let ask: ReturnType<typeof dataCenterCaller>;
const dana = 'dana@tieline-demo.example';
const reader = 'reader@tieline-demo.example';

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  dataCenter = await startJiraSimulator({ edition: 'data-center' });
  to = callersOf(jira);
  ask = dataCenterCaller(dataCenter);
});
afterAll(async () => {
  await Promise.all([jira.close(), dataCenter.close()]);
});

const get = async (path: string, email?: string) =>
  (await to.asAccount(`/rest/api/3${path}`, {}, email)).json;
const typeId = async (project: string, name: string): Promise<string> =>
  (await get(`/project/${project}`)).issueTypes.find((one: { name: string }) => one.name === name).id;

/** The metadata of the fields on a create screen of Cloud, by field. */
async function createFields(project: string, type: string, email?: string) {
  const path = `/issue/createmeta/${project}/issuetypes/${await typeId(project, type)}`;
  const json = await get(`${path}?maxResults=200`, email);
  const { fields = [] } = PageOfCreateMetaIssueTypeWithFieldSchema.parse(json);
  return new Map(fields.map((one) => [one.fieldId, one]));
}

describe('what creating an issue takes, on Cloud', () => {
  it('comes in pages, of types and of fields', async () => {
    const types = PageOfCreateMetaIssueTypesSchema.parse(
      await get('/issue/createmeta/MYT/issuetypes?startAt=1&maxResults=2'),
    );
    expect(types).toMatchObject({ startAt: 1, maxResults: 2, total: 5 });
    expect(types.issueTypes?.map(({ name }) => name)).toEqual(['Task', 'Bug']);
    const fields = await createFields('MYT', 'Story');
    expect([...fields.keys()].slice(0, 4)).toEqual(['summary', 'issuetype', 'project', 'description']);
  });

  it.each([
    ['priority', 'priority'],
    ['components', 'array'],
    ['duedate', 'date'],
    ['timetracking', 'timetracking'],
    ['security', 'securitylevel'],
    ['parent', 'issuelink'],
    ['attachment', 'array'],
    ['issuelinks', 'array'],
    ['assignee', 'user'],
    ['customfield_10020', 'array'],
    ['customfield_10016', 'number'],
    ['customfield_10053', 'datetime'],
    ['customfield_10057', 'array'],
    ['customfield_10059', 'option-with-child'],
    ['customfield_10060', 'user'],
    ['customfield_10062', 'group'],
    ['customfield_10064', 'project'],
    ['customfield_10065', 'version'],
  ])('knows %s, of type %s', async (id, type) => {
    expect((await createFields('MYT', 'Story')).get(id)?.schema?.type).toBe(type);
  });

  it('tells what can be chosen', async () => {
    const fields = await createFields('MYT', 'Story');
    const values = (id: string) => fields.get(id)?.allowedValues as Record<string, unknown>[];
    expect(values('priority').map(({ name }) => name)).toContain('Medium');
    expect(values('customfield_10057').map(({ value }) => value)).toEqual(['Web', 'iOS', 'Android']);
    expect(values('customfield_10059')[0]).toMatchObject({
      value: 'Europe',
      children: [{ value: 'Germany' }, { value: 'France' }],
    });
    expect(values('fixVersions').map(({ name }) => name)).toEqual(['2.3', '2.4']);
  });

  it('differs by project, by type and by who asks', async () => {
    const change = await createFields('OPS', 'Change');
    expect(change.get('customfield_10055')?.required).toBe(true);
    expect((await createFields('OPS', 'Task')).get('customfield_10055')?.required).toBe(false);
    expect((await createFields('MYT', 'Story')).has('customfield_10055')).toBe(false);
    expect((await createFields('MYT', 'Story')).has('customfield_10056')).toBe(false);
    expect((await createFields('MYT', 'Bug')).has('customfield_10056')).toBe(true);
    expect((await createFields('MYT', 'Sub-task')).get('parent')?.required).toBe(true);
    expect((await createFields('MYT', 'Story', dana)).has('reporter')).toBe(false);
    expect([...(await createFields('MYT', 'Story', reader)).keys()]).toEqual([]);
  });

  it('is there in the old shape as well', async () => {
    const json = await get(
      '/issue/createmeta?projectKeys=MYT&issuetypeNames=Bug&expand=projects.issuetypes.fields',
    );
    expect(json.projects).toHaveLength(1);
    const [bug] = json.projects[0].issuetypes;
    expect(bug.fields.customfield_10056).toMatchObject({ name: 'Severity', key: 'customfield_10056' });
  });
});

describe('what else there is to choose', () => {
  it('on Cloud', async () => {
    expect((await get('/issuetype')).find((one: { name: string }) => one.name === 'Sub-task').subtask).toBe(
      true,
    );
    expect((await get('/status')).map((one: { name: string }) => one.name)).toContain('Waiting for approval');
    expect((await get('/resolution')).map((one: { name: string }) => one.name)).toContain("Won't Do");
    expect((await get('/priority/search?maxResults=2')).values).toHaveLength(2);
    const fields = (await get('/field')).map((one: unknown) => FieldDetailsSchema.parse(one));
    expect(fields.find((one: { id: string }) => one.id === 'customfield_10050')).toMatchObject({
      name: 'Customer',
      custom: true,
      clauseNames: ['cf[10050]', 'Customer'],
    });
    const statuses = await get('/project/OPS/statuses');
    const change = statuses.find((one: { name: string }) => one.name === 'Change');
    expect(change.statuses.map((one: { name: string }) => one.name)).toContain('Declined');
    expect((await get('/project/MYT/components')).map((one: { name: string }) => one.name)).toEqual([
      'Checkout',
      'Search',
      'Invoices, orders',
    ]);
    expect((await get('/project/MYT/version')).values).toHaveLength(3);
    expect((await get('/status/NoSuch')).errorMessages).toHaveLength(1);
  });

  it('on Data Center, where epics are fields', async () => {
    const fields = (await ask('/field')).json;
    expect(fields.map((one: { name: string }) => one.name)).toContain('Epic Link');
    expect((await ask('/priority')).json).toHaveLength(5);
    expect((await ask('/issuetype')).json.length).toBeGreaterThan(5);
    const types = (await ask('/issue/createmeta/MYT/issuetypes')).json.values;
    const story = types.find((one: { name: string }) => one.name === 'Story');
    const meta = (await ask(`/issue/createmeta/MYT/issuetypes/${story.id}?maxResults=200`)).json.values;
    const ids = meta.map((one: { fieldId: string }) => one.fieldId);
    expect(ids).toContain('customfield_10100');
    expect(ids).not.toContain('parent');
    const sprint = meta.find((one: { fieldId: string }) => one.fieldId === 'customfield_10020');
    expect(sprint.schema).toMatchObject({ type: 'array', items: 'string' });
  });
});

describe('what editing an issue takes', () => {
  it('is what is on its screen', async () => {
    const { fields = {} } = IssueUpdateMetadataSchema.parse(await get('/issue/MYT-1/editmeta'));
    expect(fields.customfield_10051?.name).toBe('Release notes');
    expect(fields.comment?.operations).toEqual(['add', 'edit', 'remove']);
    expect(fields.project).toBeUndefined();
    expect(fields.issuetype?.allowedValues).toHaveLength(4);
  });

  it('is nothing for who may not edit', async () => {
    expect(await get('/issue/MYT-1/editmeta', reader)).toEqual({ fields: {} });
  });
});

describe('transitions', () => {
  it('come with the fields of their screens', async () => {
    const { transitions = [] } = TransitionsSchema.parse(
      await get('/issue/OPS-1/transitions?expand=transitions.fields'),
    );
    const resolve = transitions.find(({ name }) => name === 'Resolve');
    expect(resolve).toMatchObject({ hasScreen: true, to: { name: 'Done' } });
    expect(resolve?.fields?.resolution).toMatchObject({ required: true });
    expect(transitions.map(({ name }) => name)).not.toContain('Reopen');
  });

  it('hide behind conditions, and from who may not take them', async () => {
    const names = async (email: string) =>
      (await get('/issue/OPS-1/transitions', email)).transitions.map((one: { name: string }) => one.name);
    expect(await names(dana)).toEqual(['Resolve']);
    expect(await names(reader)).toEqual([]);
  });
});

describe('people', () => {
  const names = (found: { displayName: string }[]) => found.map(({ displayName }) => displayName);

  it('are found on Cloud by what they are called, when their address is hidden', async () => {
    const found = await get('/user/search?query=dan');
    expect(names(found)).toEqual(['Dana Developer', 'Daniel Developer']);
    expect(found[1].emailAddress).toBeUndefined();
    expect(names(await get(`/user/search?query=${encodeURIComponent(dana)}`))).toEqual(['Dana Developer']);
    expect(await get('/user/search?query=daniel@tieline-demo.example')).toEqual([]);
    expect(await get('/user/search?query=lea')).toEqual([]);
    expect(names(await get('/user/search?accountId=5b10ac8d82e05b22cc7d4e03'))).toEqual(['Dana Developer']);
    expect((await get('/user?accountId=5b10ac8d82e05b22cc7d4e05')).active).toBe(false);
    expect((await to.asAccount('/rest/api/3/user/search?username=dana')).status).toBe(400);
    expect((await to.asAccount('/rest/api/3/user?accountId=no')).status).toBe(404);
  });

  it('can be assigned when they have the permission', async () => {
    expect(names(await get('/user/assignable/search?project=MYT&query=d'))).toEqual([
      'Dana Developer',
      'Daniel Developer',
    ]);
    expect(names(await get('/user/assignable/search?issueKey=MYT-1&query=rita'))).toEqual([]);
    expect((await to.asAccount('/rest/api/3/user/assignable/search')).status).toBe(400);
  });

  it('are found on Data Center inside their names', async () => {
    expect((await ask('/user/search?username=developer')).json).toHaveLength(2);
    expect((await ask('/user/search?username=lea')).json).toEqual([]);
    expect((await ask('/user/search?username=lea&includeInactive=true')).json).toMatchObject([
      { name: 'left', active: false },
    ]);
    expect((await ask('/user/assignable/search?project=MYT&username=dana')).json).toMatchObject([
      { name: 'dana' },
    ]);
  });
});
