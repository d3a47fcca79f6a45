import { createCloudClient } from 'jira.js/cloud';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callersOf } from '../fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let to: ReturnType<typeof callersOf>;
const reader = 'reader@tieline-demo.example';

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud', name: 'my-org' });
  to = callersOf(jira);
});
afterAll(() => jira.close());
afterEach(() => jira.faults.clear());

const post = (path: string, body: unknown, email?: string) =>
  to.asAccount(path, { method: 'POST', body }, email);
const put = (path: string, body: unknown, email?: string) =>
  to.asAccount(path, { method: 'PUT', body }, email);
const fieldsOf = (more: object = {}) => ({
  project: { key: 'MYT' },
  issuetype: { name: 'Task' },
  summary: 'From a test',
  ...more,
});
const document = {
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Hello' }] }],
};

describe('who the site is', () => {
  it('tells everybody its cloud id and what it runs', async () => {
    const tenant = await to.send(`${jira.siteUrl}/_edge/tenant_info`);
    expect(tenant.json).toEqual({ cloudId: jira.cloudId });
    const info = await to.send(`${jira.siteUrl}/rest/api/2/serverInfo`);
    expect(info.json).toMatchObject({
      deploymentType: 'Cloud',
      serverTitle: 'my-org',
      baseUrl: jira.siteUrl,
    });
  });

  it('satisfies another client, that checks every answer', async () => {
    const account = jira.accounts[0];
    const client = createCloudClient({
      host: jira.siteUrl,
      auth: { type: 'basic', email: account?.email ?? '', apiToken: account?.apiToken ?? '' },
      onSchemaMismatch: 'throw',
    });
    expect((await client.serverInfo.getServerInfo()).deploymentType).toBe('Cloud');
    expect((await client.myself.getCurrentUser()).displayName).toBe('Ada Admin');
    const mine = await client.permissions.getMyPermissions({
      permissions: 'BROWSE_PROJECTS',
      projectKey: 'MYT',
    });
    expect(Object.keys(mine.permissions ?? {})).toEqual(['BROWSE_PROJECTS']);
    const projects = await client.projects.searchProjects({ maxResults: 1 });
    expect(projects.values?.map((one) => one.key)).toEqual(['MYT']);
    const created = await client.issues.createIssue({ fields: fieldsOf({ description: document }) });
    const issue = await client.issues.getIssue({ issueIdOrKey: created.key });
    expect(issue.fields?.summary).toBe('From a test');
    await client.issueProperties.setIssueProperty({
      issueIdOrKey: created.key,
      propertyKey: 'tieline.run',
      body: { run: 'r-1' },
    });
    const property = await client.issueProperties.getIssueProperty({
      issueIdOrKey: created.key,
      propertyKey: 'tieline.run',
    });
    expect(property.value).toEqual({ run: 'r-1' });
  });
});

describe('who asks', () => {
  it('is 401 with wrong credentials, everywhere', async () => {
    for (const path of ['/rest/api/3/myself', '/rest/api/3/serverInfo', '/rest/api/3/project']) {
      const answer = await to.send(jira.siteUrl + path, { headers: to.basic(reader, 'wrong') });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('x-seraph-loginreason')).toBe('AUTHENTICATED_FAILED');
      expect(answer.json).toEqual({
        errorMessages: ['Client must be authenticated to access this resource.'],
        errors: {},
      });
    }
  });

  it('is nobody with wrong credentials, on a site that is set so', async () => {
    jira.faults.treatWrongCredentialsAsNone();
    const headers = to.basic(reader, 'wrong');
    expect((await to.send(`${jira.siteUrl}/rest/api/3/project`, { headers })).json).toEqual([]);
    expect((await to.send(`${jira.siteUrl}/rest/api/3/myself`, { headers })).status).toBe(401);
  });

  it('sees nothing and may nothing without credentials', async () => {
    const anonymous = (path: string) => to.send(`${jira.siteUrl}/rest/api/3${path}`);
    expect((await anonymous('/myself')).status).toBe(401);
    expect((await anonymous('/issue/MYT-1')).status).toBe(404);
    expect((await anonymous('/project/search')).json.total).toBe(0);
    const permissions = (await anonymous('/mypermissions?permissions=BROWSE_PROJECTS')).json.permissions;
    expect(permissions.BROWSE_PROJECTS.havePermission).toBe(false);
    const issue = { fields: fieldsOf() };
    const created = await to.send(`${jira.siteUrl}/rest/api/3/issue`, { method: 'POST', body: issue });
    expect(created.status).toBe(401);
  });

  it('is refused with a token that no app has issued', async () => {
    const headers = { authorization: 'Bearer something' };
    const answer = await to.send(`${jira.siteUrl}/rest/api/3/myself`, { headers });
    expect(answer.status).toBe(403);
  });
});

describe('what an account may do', () => {
  const permissions = (query: string, email?: string) =>
    to.asAccount(`/rest/api/3/mypermissions${query}`, {}, email);

  it('is told by name, for the site and for a project', async () => {
    const answer = await permissions(
      '?permissions=ADMINISTER,EDIT_ISSUES,BROWSE_PROJECTS&projectKey=MYT',
      reader,
    );
    const have = Object.entries<{ havePermission: boolean }>(answer.json.permissions);
    expect(have.map(([key, one]) => [key, one.havePermission])).toEqual([
      ['ADMINISTER', false],
      ['EDIT_ISSUES', false],
      ['BROWSE_PROJECTS', true],
    ]);
  });

  it.each([
    ['', 400],
    ['?permissions=', 400],
    ['?permissions=MAKE_COFFEE', 400],
    ['?permissions=EDIT_ISSUES&projectKey=NO', 404],
    ['?permissions=EDIT_ISSUES&projectId=1', 404],
    ['?permissions=EDIT_ISSUES&issueKey=MYT-999', 404],
    ['?permissions=EDIT_ISSUES&issueKey=MYT-1', 200],
  ])('%s is %i', async (query, status) => {
    expect((await permissions(query)).status).toBe(status);
  });

  it('can be taken away while the site runs', async () => {
    jira.faults.refusePermission('EDIT_ISSUES');
    const answer = await permissions('?permissions=EDIT_ISSUES&projectKey=MYT');
    expect(answer.json.permissions.EDIT_ISSUES.havePermission).toBe(false);
    expect((await put('/rest/api/3/issue/MYT-1', { fields: { summary: 'x' } })).status).toBe(403);
  });
});

describe('issues', () => {
  it('are made with their properties, in one request', async () => {
    const body = { fields: fieldsOf({ labels: ['a'] }), properties: [{ key: 'tieline', value: { run: 7 } }] };
    const created = await post('/rest/api/3/issue', body);
    expect(created.status).toBe(201);
    expect(created.json.key).toMatch(/^MYT-\d+$/);
    const property = await to.asAccount(`/rest/api/3/issue/${created.json.key}/properties/tieline`);
    expect(property.json).toEqual({ key: 'tieline', value: { run: 7 } });
    const shown = await to.asAccount(
      `/rest/api/3/issue/${created.json.id}?fields=labels,creator&properties=tieline`,
    );
    expect(shown.json.fields).toMatchObject({ labels: ['a'], creator: { displayName: 'Ada Admin' } });
    expect(shown.json.properties).toEqual({ tieline: { run: 7 } });
  });

  it('speak documents in version 3 and text in version 2', async () => {
    const made = await post('/rest/api/2/issue', { fields: fieldsOf({ description: 'One\n\nTwo' }) });
    expect((await to.asAccount(`/rest/api/2/issue/${made.json.key}`)).json.fields.description).toBe(
      'One\n\nTwo',
    );
    expect((await to.asAccount(`/rest/api/3/issue/${made.json.key}`)).json.fields.description.type).toBe(
      'doc',
    );
    const text = await post('/rest/api/3/issue', { fields: fieldsOf({ description: 'One' }) });
    expect(text.json.errors.description).toContain('Atlassian Document');
    const adf = await post('/rest/api/2/issue', { fields: fieldsOf({ description: document }) });
    expect(adf.json.errors.description).toBe('Operation value must be a string');
  });

  it.each([
    ['no project', { project: undefined }, 'project'],
    ['an unknown project', { project: { key: 'NO' } }, 'project'],
    ['a type of another project', { issuetype: { name: 'Incident' } }, 'issuetype'],
    ['no summary', { summary: undefined }, 'summary'],
    ['a summary over 255', { summary: 'x'.repeat(256) }, 'summary'],
    ['a label with a space', { labels: ['a b'] }, 'labels'],
    ['a field that is on no screen', { customfield_10010: 1 }, 'customfield_10010'],
  ])('are refused with %s, by the name of the field', async (_title, wrong, field) => {
    const answer = await post('/rest/api/3/issue', { fields: fieldsOf(wrong) });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json.errors)).toEqual([field]);
  });

  it('are edited, and keep what is not named', async () => {
    const body = { fields: { summary: 'New' }, update: { labels: [{ add: 'x' }, { remove: 'checkout' }] } };
    expect((await put('/rest/api/3/issue/MYT-2', body)).status).toBe(204);
    const shown = await to.asAccount('/rest/api/3/issue/MYT-2');
    expect(shown.json.fields).toMatchObject({ summary: 'New', labels: ['regression', 'x'] });
    expect((await put('/rest/api/3/issue/MYT-2', { summary: 'New' })).status).toBe(400);
  });

  it('cannot be changed by a reader, and do not exist for who cannot see them', async () => {
    expect((await post('/rest/api/3/issue', { fields: fieldsOf() }, reader)).status).toBe(403);
    expect((await put('/rest/api/3/issue/MYT-1', { fields: {} }, reader)).status).toBe(403);
    jira.faults.refusePermission('BROWSE_PROJECTS', reader);
    const answer = await to.asAccount('/rest/api/3/issue/MYT-1', {}, reader);
    expect(answer.status).toBe(404);
    expect(answer.json.errorMessages).toEqual([
      'Issue does not exist or you do not have permission to see it.',
    ]);
  });

  it('keep properties: 201 when new, 200 after, 404 when gone', async () => {
    const path = '/rest/api/3/issue/MYT-4/properties/state';
    expect((await put(path, { a: 1 })).status).toBe(201);
    expect((await put(path, { a: 2 })).status).toBe(200);
    expect((await to.asAccount('/rest/api/3/issue/MYT-4/properties')).json.keys).toHaveLength(1);
    expect((await put(path, { long: 'x'.repeat(32_768) })).status).toBe(400);
    expect((await to.asAccount(path, { method: 'DELETE' })).status).toBe(204);
    expect((await to.asAccount(path)).status).toBe(404);
  });

  it('take twenty writes in two seconds, no more', async () => {
    const slow = await startJiraSimulator({ edition: 'cloud', now: () => new Date('2026-11-22T12:00:00Z') });
    const caller = callersOf(slow);
    const write = (n: number) =>
      caller.asAccount('/rest/api/3/issue/MYT-1/properties/n', { method: 'PUT', body: { n } });
    for (let n = 1; n <= 20; n++) expect((await write(n)).status).toBeLessThan(300);
    const answer = await write(21);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('ratelimit-reason')).toBe('jira-per-issue-on-write');
    expect(answer.headers.get('retry-after')).toBe('2');
    await slow.close();
  });
});
