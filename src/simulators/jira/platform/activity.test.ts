import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dataCenterCaller } from '../fixtures/data-center-client.ts';
import { callersOf } from '../fixtures/simulator-client.ts';
import { type DataCenterSimulator, type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let dataCenter: DataCenterSimulator;
let to: ReturnType<typeof callersOf>;
let ask: ReturnType<typeof dataCenterCaller>;
let at = Date.parse('2026-11-22T12:00:00Z');
const admin = 'admin@tieline-demo.example';
const dana = 'dana@tieline-demo.example';
const daniel = 'daniel@tieline-demo.example';
const reader = 'reader@tieline-demo.example';

beforeAll(async () => {
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
afterEach(() => jira.faults.clear());

const document = (text: string) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});
const send = (method: string, path: string, body?: unknown, email?: string) =>
  to.asAccount(`/rest/api/3${path}`, { method, body }, email);

describe('a transition', () => {
  it('takes an issue along its workflow, with what its screen asks for', async () => {
    const move = (id: string, more: object = {}, email = dana) =>
      send('POST', '/issue/OPS-2/transitions', { transition: { id }, ...more }, email);
    expect((await move('11')).status).toBe(204);
    const notHis = await move('21');
    expect(notHis.status).toBe(400);
    expect(notHis.json.errorMessages[0]).toContain('not valid for the current state');
    expect((await move('21', {}, admin)).status).toBe(204);
    expect((await move('41')).status).toBe(204);
    const bare = await move('51');
    expect([bare.status, bare.json.errors]).toEqual([400, { resolution: 'Resolution is required.' }]);
    const stranger = await move('51', { fields: { resolution: { name: 'Done' }, labels: ['x'] } });
    expect(Object.keys(stranger.json.errors)).toEqual(['labels']);
    const done = await move('51', {
      fields: { resolution: { name: 'Done' } },
      update: { comment: [{ add: { body: document('Rolled out.') } }] },
    });
    expect(done.status, done.text).toBe(204);
    const { fields, changelog } = (await send('GET', '/issue/OPS-2?expand=changelog')).json;
    expect(fields).toMatchObject({ status: { name: 'Done' }, resolution: { name: 'Done' } });
    expect(fields.resolutiondate).toMatch(/^2026/);
    expect(fields.comment.comments).toHaveLength(1);
    expect(changelog.histories[0].items).toContainEqual(
      expect.objectContaining({ field: 'status', fromString: 'In Progress', toString: 'Done' }),
    );
  });

  it('is none without an id, or by who may not', async () => {
    expect((await send('POST', '/issue/MYT-1/transitions', {})).status).toBe(400);
    const body = { transition: { id: '31' } };
    expect((await send('POST', '/issue/MYT-1/transitions', body, reader)).status).toBe(400);
  });
});

it('a history tells who changed what, oldest first page by page', async () => {
  const body = { fields: { assignee: { accountId: '5b10ac8d82e05b22cc7d4e03' }, summary: 'New words' } };
  await send('PUT', '/issue/MYT-3', body, dana);
  await send('PUT', '/issue/MYT-3', { fields: { summary: 'New words' } }, dana);
  const { json } = await send('GET', '/issue/MYT-3/changelog');
  expect(json.total).toBe(1);
  expect(json.values[0]).toMatchObject({
    author: { displayName: 'Dana Developer' },
    items: [
      { field: 'assignee', from: null, to: '5b10ac8d82e05b22cc7d4e03', toString: 'Dana Developer' },
      { field: 'summary', fromString: 'Move the price cache to the new cluster', toString: 'New words' },
    ],
  });
});

describe('comments', () => {
  const path = '/issue/MYT-2/comment';

  it('are for all, or for a group or a role', async () => {
    const add = (body: object, email = dana) => send('POST', path, body, email);
    expect((await add({ body: document('For all') })).status).toBe(201);
    const secret = { type: 'group', value: 'developers' };
    const hidden = await add({ body: document('For us'), visibility: secret });
    expect(hidden.json.visibility).toEqual(secret);
    const seen = async (email: string) => (await send('GET', path, undefined, email)).json.total;
    expect([await seen(daniel), await seen(reader)]).toEqual([2, 1]);
    expect((await send('GET', `${path}/${hidden.json.id}`, undefined, reader)).status).toBe(404);
    for (const visibility of [
      { type: 'role', value: 'Administrators' },
      { type: 'group', value: 'nobodies' },
    ]) {
      const refused = await add({ body: document('x'), visibility });
      expect([refused.status, Object.keys(refused.json.errors)]).toEqual([400, ['commentLevel']]);
    }
  });

  it('are documents in version 3 and texts in version 2', async () => {
    expect((await send('POST', path, { body: 'text' })).json.errors.comment).toBe(
      'Comment body is not valid!',
    );
    const old = await to.asAccount(`/rest/api/2${path}`, { method: 'POST', body: { body: 'text' } });
    expect([old.status, old.json.body]).toEqual([201, 'text']);
    expect((await send('GET', `${path}/${old.json.id}`)).json.body.type).toBe('doc');
  });

  it('are changed and deleted by their writers', async () => {
    const { json } = await send('POST', path, { body: document('First') }, dana);
    const one = `${path}/${json.id}`;
    expect((await send('PUT', one, { body: document('Second') }, daniel)).status).toBe(400);
    const changed = await send('PUT', one, { body: document('Second') }, dana);
    expect(changed.json.body.content[0].content[0].text).toBe('Second');
    expect((await send('DELETE', one, undefined, daniel)).status).toBe(400);
    expect((await send('DELETE', one, undefined, dana)).status).toBe(204);
    expect((await send('POST', path, { body: document('x') }, reader)).status).toBe(403);
  });
});

it('watchers come and go', async () => {
  const path = '/issue/MYT-4/watchers';
  expect((await send('POST', path, '"5b10ac8d82e05b22cc7d4e03"')).status).toBe(204);
  expect((await send('GET', path)).json).toMatchObject({ watchCount: 1, isWatching: false });
  expect((await send('POST', path, '"nobody"')).status).toBe(404);
  expect((await send('POST', path, '"5b10ac8d82e05b22cc7d4e04"', dana)).status).toBe(403);
  expect((await send('DELETE', `${path}?accountId=5b10ac8d82e05b22cc7d4e03`)).status).toBe(204);
  expect((await ask('/issue/MYT-4/watchers', { method: 'POST', body: 'dana' })).status).toBe(204);
  expect((await ask('/issue/MYT-4/watchers')).json.watchers).toMatchObject([{ name: 'dana' }]);
});

it('links lead both ways', async () => {
  const link = { type: { name: 'Blocks' }, inwardIssue: { key: 'MYT-1' }, outwardIssue: { key: 'MYT-5' } };
  expect((await send('POST', '/issueLink', link)).status).toBe(201);
  const linksOf = async (key: string) => (await send('GET', `/issue/${key}`)).json.fields.issuelinks;
  const [from] = await linksOf('MYT-1');
  expect(from).toMatchObject({ type: { outward: 'blocks' }, outwardIssue: { key: 'MYT-5' } });
  expect(await linksOf('MYT-5')).toMatchObject([{ inwardIssue: { key: 'MYT-1' } }]);
  expect((await send('POST', '/issueLink', { ...link, type: { name: 'Nope' } })).status).toBe(404);
  const update = { issuelinks: [{ add: { type: { name: 'Relates' }, outwardIssue: { key: 'MYT-5' } } }] };
  expect((await send('PUT', '/issue/MYT-4', { update })).status).toBe(204);
  expect(await linksOf('MYT-4')).toMatchObject([{ outwardIssue: { key: 'MYT-5' } }]);
  expect((await send('DELETE', `/issueLink/${from.id}`)).status).toBe(204);
  const { histories } = (await send('GET', '/issue/MYT-1?expand=changelog')).json.changelog;
  expect(histories.slice(0, 2).map((one: { items: object[] }) => one.items)).toMatchObject([
    [{ field: 'Link', from: 'MYT-5', fromString: 'This issue blocks MYT-5', to: null }],
    [{ field: 'Link', to: 'MYT-5', toString: 'This issue blocks MYT-5' }],
  ]);
  expect(await linksOf('MYT-1')).toEqual([]);
});

it('work is logged', async () => {
  const made = await send('POST', '/issue/MYT-1/worklog', { timeSpent: '1h 30m' });
  expect(made.json).toMatchObject({ timeSpentSeconds: 5_400, timeSpent: '1h 30m' });
  expect((await send('POST', '/issue/MYT-1/worklog', { timeSpent: 'long' })).status).toBe(400);
  expect((await send('GET', '/issue/MYT-1/worklog')).json.total).toBe(1);
});

describe('a file', () => {
  const upload = (headers: Record<string, string>, content = 'a,b\n1,ü\n') => {
    const form = new FormData();
    form.append('file', new Blob([content], { type: 'text/csv' }), 'prices.csv');
    return fetch(`${jira.siteUrl}/rest/api/3/issue/MYT-2/attachments`, {
      method: 'POST',
      body: form,
      headers: { ...to.basic(dana, 'simulated-dana-api-token'), ...headers },
    });
  };

  it('is attached, read back as it was, and deleted', async () => {
    const answer = await upload({ 'x-atlassian-token': 'no-check' });
    expect(answer.status).toBe(200);
    const file = ((await answer.json()) as { id: string; content: string }[])[0];
    expect(file).toMatchObject({ filename: 'prices.csv', mimeType: 'text/csv', size: 9 });
    const headers = to.basic(dana, 'simulated-dana-api-token');
    expect(await (await fetch(file?.content ?? '', { headers })).text()).toBe('a,b\n1,ü\n');
    expect((await send('DELETE', `/attachment/${file?.id}`, undefined, daniel)).status).toBe(403);
    expect((await send('DELETE', `/attachment/${file?.id}`, undefined, dana)).status).toBe(204);
    expect((await send('GET', `/attachment/${file?.id}`)).status).toBe(404);
  });

  it('is refused without the header against forged requests', async () => {
    const answer = await upload({});
    expect([answer.status, await answer.text()]).toEqual([403, 'XSRF check failed']);
  });
});

it('an issue is deleted by who may, with its sub-tasks when told so', async () => {
  const fields = { project: { key: 'MYT' }, issuetype: { name: 'Task' }, summary: 'Short-lived' };
  const { key } = (await send('POST', '/issue', { fields })).json;
  const child = { ...fields, issuetype: { name: 'Sub-task' }, parent: { key } };
  expect((await send('POST', '/issue', { fields: child })).status).toBe(201);
  expect((await send('DELETE', `/issue/${key}`, undefined, dana)).status).toBe(403);
  expect((await send('DELETE', `/issue/${key}`)).status).toBe(400);
  expect((await send('DELETE', `/issue/${key}?deleteSubtasks=true`)).status).toBe(204);
  expect((await send('GET', `/issue/${key}`)).status).toBe(404);
});
