import { SearchAndReconcileResultsSchema } from 'jira.js/cloud';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callersOf } from '../fixtures/simulator-client.ts';
import { defaultSeed, type JiraSimulator, parseSeed, startJiraSimulator } from '../index.ts';

let at = Date.parse('2026-11-22T12:00:00Z');
let jira: JiraSimulator;
let to: ReturnType<typeof callersOf>;

beforeAll(async () => {
  const seed = { ...defaultSeed(), searchableProperties: ['Tieline'] };
  jira = await startJiraSimulator({ edition: 'cloud', seed, now: () => new Date(at) });
  to = callersOf(jira);
});
afterAll(() => jira.close());

const search = (body: object) => to.asAccount('/rest/api/3/search/jql', { method: 'POST', body });
async function keys(jql: string): Promise<string[]> {
  const answer = await search({ jql, fields: ['key'] });
  expect(answer.status, answer.text).toBe(200);
  return SearchAndReconcileResultsSchema.parse(answer.json).issues?.map((issue) => issue.key ?? '') ?? [];
}

describe('search by JQL', () => {
  it.each([
    ['project = MYT order by key', ['MYT-1', 'MYT-2', 'MYT-3', 'MYT-4', 'MYT-5']],
    ['project = MYT AND status = "In Progress" ORDER BY key DESC', ['MYT-2', 'MYT-1']],
    [
      'project in (MYT, "Operations") and issuetype in (Bug, Change) order by project desc, key',
      ['OPS-2', 'MYT-2', 'MYT-4'],
    ],
    ['key in (MYT-3, OPS-1) order by key asc', ['MYT-3', 'OPS-1']],
    ['issuekey = myt-3', ['MYT-3']],
    ["labels = regression and summary ~ 'rounding cent'", ['MYT-2']],
    ['project = OPS and type not in (Incident)', ['OPS-2']],
    ['creator = currentUser() AND created >= -30m and project != MYT order by key', ['OPS-1', 'OPS-2']],
    ['project = MYT and created < -1h', []],
    ['key = MYT-1 or key = OPS-1 and type = Bug order by key', ['MYT-1']],
    ['priority = Medium and labels is not empty order by key', ['MYT-1', 'MYT-2']],
    ['project = MYT and labels != checkout', []],
    ['"Go-live day" is empty and statusCategory = Done', ['MYT-5']],
    ['created >= "2026-11-22 12:00" and key = MYT-5', ['MYT-5']],
    ['(key = MYT-1 or key = OPS-1) and not type = Story', ['OPS-1']],
  ])('%s', async (jql, expected) => {
    expect(await keys(jql)).toEqual(expected);
  });

  it('names fields once, beside all issues, and shows changes with each', async () => {
    await to.asAccount('/rest/api/3/issue/MYT-4', { method: 'PUT', body: { fields: { labels: ['a'] } } });
    const body = {
      jql: 'key in (MYT-4, MYT-5)',
      fields: ['labels', 'status'],
      expand: 'names,schema,changelog',
    };
    const { json } = await search(body);
    expect(json).toMatchObject({
      names: { labels: 'Labels', status: 'Status' },
      schema: { labels: { type: 'array', items: 'string' } },
    });
    expect(json.issues.map((one: { names?: object }) => one.names)).toEqual([undefined, undefined]);
    const changed = json.issues.find((one: { key: string }) => one.key === 'MYT-4');
    expect(changed.changelog.histories[0].items).toMatchObject([{ field: 'labels', toString: 'a' }]);
    expect((await search({ ...body, expand: ['names'] })).status).toBe(400);
  });

  it('is told of every key and id that is not there, unless the site passes over them', async () => {
    const jql = 'id in (MYT-1, MYT-998, 99999, nonsense) and updated >= -5m';
    const { status, json } = await search({ jql });
    expect(status).toBe(400);
    expect(json.errorMessages).toEqual([
      "An issue with key 'MYT-998' does not exist for field 'id'.",
      "A value with ID '99999' does not exist for the field 'id'.",
      "The issue key 'nonsense' for field 'id' is invalid.",
    ]);
    const seed = { ...defaultSeed(), unknownIssuesInJql: 'ignored' as const };
    const lenient = await startJiraSimulator({ edition: 'cloud', seed });
    const body = { jql, fields: ['key'] };
    const answer = await callersOf(lenient).asAccount('/rest/api/3/search/jql', { method: 'POST', body });
    await lenient.close();
    expect(answer.json.issues).toMatchObject([{ key: 'MYT-1' }]);
  });

  it('finds by a property that an app has indexed, and knows no other', async () => {
    const path = '/rest/api/3/issue/MYT-3/properties/Tieline';
    await to.asAccount(path, { method: 'PUT', body: { Run: 'r-1' } });
    expect(await keys('issue.property[Tieline].Run = "r-1"')).toEqual(['MYT-3']);
    expect((await search({ jql: 'issue.property[other].run = 1' })).status).toBe(400);
  });

  it.each([
    ['', 'Unbounded JQL'],
    ['order by created', 'Unbounded JQL'],
    ['project = NO', "The value 'NO' does not exist for the field 'project'."],
    ['key = MYT-999', "An issue with key 'MYT-999' does not exist"],
    ['project = MYT order by colour', "Not able to sort using field 'colour'"],
    ['colour = red', "Field 'colour' does not exist"],
    ['project = MYT AND', 'Expecting a field'],
    ['project', 'Expecting an operator'],
    ['project = MYT summary', "Expecting either 'OR' or 'AND'"],
    ['project > MYT', "The operator '>' is not supported"],
    ['updated >= "yesterday"', "Date value 'yesterday' for field 'updated' is invalid"],
    ['status = Nowhere', "The value 'Nowhere' does not exist for the field 'status'."],
    ['assignee = nobody@else.example', 'does not exist for the field'],
    ['summary = x', "The operator '=' is not supported"],
    ['key in (MYT-1', "Expecting ')'"],
  ])('refuses %j and says why', async (jql, message) => {
    const answer = await search({ jql });
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessages[0]).toContain(message);
  });

  it('answers with ids alone unless fields are asked for', async () => {
    const [issue] = (await search({ jql: 'key = MYT-1' })).json.issues;
    expect(Object.keys(issue)).toEqual(['id']);
    const [whole] = (await search({ jql: 'key = MYT-1', fields: ['summary', 'status'] })).json.issues;
    expect(Object.keys(whole.fields)).toEqual(['summary', 'status']);
    const [most] = (await search({ jql: 'key = MYT-1', fields: ['*all', '-description'] })).json.issues;
    expect(most.fields.description).toBeUndefined();
    expect(most.fields.created).toBe('2026-11-22T12:00:00.000+0000');
  });

  it('pages by token, without a total', async () => {
    const jql = 'project = MYT order by key';
    const found: string[] = [];
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ jql, fields: 'key', maxResults: '2' });
      if (token !== undefined) query.set('nextPageToken', token);
      const { json } = await to.asAccount(`/rest/api/2/search/jql?${query}`);
      found.push(...json.issues.map((issue: { key: string }) => issue.key));
      expect(json.isLast).toBe(json.nextPageToken === undefined);
      expect(json.total).toBeUndefined();
      token = json.nextPageToken;
    } while (token !== undefined);
    expect(found).toEqual(['MYT-1', 'MYT-2', 'MYT-3', 'MYT-4', 'MYT-5']);
    expect((await search({ jql, nextPageToken: 'made up' })).status).toBe(400);
    expect((await search({ jql, startAt: 2 })).status).toBe(400);
  });

  it('sees new issues and changes only after its lag, unless told to reconcile', async () => {
    jira.faults.lagSearch(60_000);
    const fields = { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: 'Hidden for a while' };
    const { json } = await to.asAccount('/rest/api/3/issue', { method: 'POST', body: { fields } });
    const jql = 'summary ~ hidden';
    expect(await keys(jql)).toEqual([]);
    const reconciled = await search({ jql, fields: ['key'], reconcileIssues: [Number(json.id)] });
    expect(reconciled.json.issues).toHaveLength(1);
    at += 60_000;
    expect(await keys(jql)).toEqual([json.key]);
    const path = `/rest/api/3/issue/${json.key}`;
    await to.asAccount(path, { method: 'PUT', body: { fields: { summary: 'Changed at last' } } });
    expect([await keys(jql), await keys('summary ~ last')]).toEqual([[json.key], []]);
    const [shown] = (await search({ jql, fields: ['summary'] })).json.issues;
    expect(shown.fields.summary).toBe('Changed at last');
    at += 60_000;
    expect([await keys(jql), await keys('summary ~ last')]).toEqual([[], [json.key]]);
    jira.faults.clear();
  });

  it('is gone at its old address', async () => {
    for (const path of ['/rest/api/2/search?jql=project=MYT', '/rest/api/3/search']) {
      const answer = await to.asAccount(path);
      expect(answer.status).toBe(410);
      expect(answer.json.errorMessages[0]).toContain('CHANGE-2046');
    }
  });
});

it('a site of thousands gives many by their ids, page by page, and tells how it was asked', async () => {
  const base = defaultSeed();
  const issues = Array.from({ length: 2_000 }, (_, n) => ({ ...base.issues[2], key: `MYT-${n + 1}` }));
  const large = await startJiraSimulator({ edition: 'cloud', seed: parseSeed({ ...base, issues }) });
  const { asAccount } = callersOf(large);
  const ids = Array.from({ length: 1_000 }, (_, n) => large.state.findIssue(`MYT-${2 * n + 1}`)?.id);
  const found: string[] = [];
  let nextPageToken: string | undefined;
  do {
    const jql = `id in (${ids.join(',')}) AND updated >= -5m ORDER BY key`;
    const body = { jql, fields: ['status'], maxResults: 1_000, ...(nextPageToken && { nextPageToken }) };
    const { json } = await asAccount('/rest/api/3/search/jql', { method: 'POST', body });
    found.push(...json.issues.map((issue: { id: string }) => issue.id));
    nextPageToken = json.nextPageToken;
  } while (nextPageToken !== undefined);
  expect(found).toEqual(ids);
  await asAccount('/rest/api/3/issue/MYT-7?fields=status');
  await asAccount('/rest/api/3/issue/MYT-8');
  expect(large.state.requestsByEndpoint()).toEqual({
    'POST /rest/api/3/search/jql': 10,
    'GET /rest/api/3/issue/{id}': 2,
  });
  await large.close();
});
