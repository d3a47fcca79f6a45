import { readFileSync } from 'node:fs';
import { request as requestTls } from 'node:https';
import {
  FieldCreateMetadataSchema,
  IssueCreateMetadataSchema,
  IssueTypeIssueCreateMetadataSchema,
} from 'jira.js/cloud';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type DataCenterSimulator,
  describeDataCenter,
  describeDataCenterAsText,
  startHttpsRedirect,
  startJiraSimulator,
} from '../index.ts';
import type { DataCenterOptions } from './start-data-center.ts';

let jira: DataCenterSimulator;
afterEach(() => jira.close());

async function start(options: Omit<DataCenterOptions, 'edition'> = {}) {
  jira = await startJiraSimulator({ edition: 'data-center', ...options });
}

const bearer = (name: string) =>
  `Bearer ${jira.accounts.find((one) => one.name === name)?.personalAccessToken}`;
const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** A request below the site's address, as its administrator unless told otherwise. */
async function ask(method: string, path: string, body?: unknown, authorization = bearer('admin')) {
  const response = await fetch(jira.siteUrl + path, {
    method,
    headers: {
      ...(authorization && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}
const get = (path: string, authorization?: string) =>
  ask('GET', `/rest/api/2${path}`, undefined, authorization);

describe('a simulated Jira Data Center', () => {
  it('lives below its context path, and nowhere else', async () => {
    await start();
    expect(jira.siteUrl).toBe(`${jira.originUrl}/jira`);
    expect((await get('/serverInfo')).json).toMatchObject({
      baseUrl: jira.siteUrl,
      version: '10.3.24',
      versionNumbers: [10, 3, 24],
      deploymentType: 'Server',
    });
    expect((await fetch(`${jira.originUrl}/rest/api/2/serverInfo`)).status).toBe(404);
    expect((await get('/issue/MYT-1')).json.self).toMatch(`${jira.siteUrl}/rest/api/2/issue/`);
  });

  it.each([
    ['version 3', '/rest/api/3/serverInfo'],
    ['cloud id', '/_edge/tenant_info'],
    ['builds', '/rest/builds/0.1/pipelines/p/builds/1'],
    ['deployments', '/rest/deployments/0.1/pipelines/p/environments/e/deployments/1'],
    ['development information', '/rest/devinfo/0.10/repository/1'],
    ['gateway', '/jira/builds/0.1/cloud/x/pipelines/p/builds/1'],
    ['tokens', '/oauth/token'],
    ['search by tokens', '/rest/api/2/search/jql?jql=project=MYT'],
  ])('has no %s', async (_, path) => {
    await start();
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('is of a version, below a path, or does not start', async () => {
    const starting = (options: object) => startJiraSimulator({ edition: 'data-center', ...options });
    await expect(starting({ version: 'ten' })).rejects.toThrow("'ten' is no version");
    await expect(starting({ contextPath: 'jira/' })).rejects.toThrow('is no context path');
    await start({ contextPath: '' });
    expect(jira.siteUrl).toBe(jira.originUrl);
  });

  it('tells how to be reached', async () => {
    await start({ version: '9.12.0' });
    const description = describeDataCenter(jira);
    expect(description).toMatchObject({ edition: 'data-center', version: '9.12.0', site: jira.siteUrl });
    expect(description.accounts[0]).toMatchObject({ name: 'admin', key: 'JIRAUSER10100', may: 'everything' });
    const text = describeDataCenterAsText(description);
    for (const { personalAccessToken, password } of description.accounts) {
      expect(text).toContain(personalAccessToken);
      expect(text).toContain(password);
    }
    expect((await fetch(description.control.state)).status).toBe(200);
  });
});

describe('who asks', () => {
  it('is known by name and key, never by an account id', async () => {
    await start();
    const me = (await get('/myself')).json;
    expect(me).toMatchObject({ name: 'admin', key: 'JIRAUSER10100', emailAddress: expect.any(String) });
    expect(me).not.toHaveProperty('accountId');
    expect((await get('/user?username=reader')).json.key).toBe('JIRAUSER10101');
    expect((await get('/user?key=JIRAUSER10101')).json.name).toBe('reader');
    expect((await get('/user/search?username=rita')).json).toMatchObject([{ name: 'reader' }]);
    expect((await get('/issue/MYT-1')).json.fields.creator.name).toBe('admin');
    expect((await get('/myself')).headers.get('x-seraph-loginreason')).toBe('OK');
    expect((await get('/myself')).headers.get('x-ausername')).toBe('admin');
    expect((await get('/serverInfo', '')).headers.get('x-ausername')).toBe('anonymous');
  });

  it.each([
    ['10.3.24', 200, 200],
    ['11.0.0', 200, 403],
    ['8.14.0', 200, 200],
    ['8.13.9', 401, 200],
    ['7.6.1', 401, 200],
  ])('of Jira %s has %i with a token and %i with a password', async (version, token, password) => {
    await start({ version });
    expect((await get('/myself')).status).toBe(token);
    const answer = await get('/myself', basic('admin', 'simulated-admin-password'));
    expect(answer.status).toBe(password);
    if (password === 403) expect(answer.json.message).toContain('Basic Authentication has been disabled');
  });

  it.each([
    ['nobody', ''],
    ['a wrong token', 'Bearer wrong'],
    ['a token as a password', basic('admin', 'simulated-admin-personal-token')],
    ['an e-mail address', basic('admin@tieline-demo.example', 'simulated-admin-password')],
  ])('is 401 as %s', async (_, authorization) => {
    await start();
    expect((await get('/myself', authorization)).status).toBe(401);
  });

  it('must solve a CAPTCHA after three wrong passwords, even with the right one, but not with a token', async () => {
    await start();
    for (let n = 0; n < 3; n++) expect((await get('/myself', basic('admin', 'wrong'))).status).toBe(401);
    const denied = await get('/myself', basic('admin', 'simulated-admin-password'));
    expect(denied.status).toBe(403);
    expect(denied.headers.get('x-authentication-denied-reason')).toContain('CAPTCHA_CHALLENGE');
    expect((await get('/myself', basic('reader', 'simulated-reader-password'))).status).toBe(200);
    expect((await get('/myself')).status).toBe(200);
  });

  it('is told of every permission, whichever were asked for', async () => {
    await start();
    const { permissions } = (
      await get('/mypermissions?permissions=LINK_ISSUES&projectKey=MYT', bearer('reader'))
    ).json;
    expect(permissions.LINK_ISSUES).toMatchObject({ type: 'PROJECT', havePermission: false });
    expect(permissions.BROWSE_PROJECTS.havePermission).toBe(true);
    expect(Object.keys(permissions)).not.toContain('EDIT_ISSUE_LAYOUT');
  });
});

describe('issues', () => {
  it('keep wiki text as it was written, and take no document', async () => {
    await start();
    const description = 'h1. Title\n\n\n* one\n* two\n{code}a\n\nb{code}\n';
    const fields = { project: { key: 'PAY_EU' }, issuetype: { name: 'Task' }, summary: 'S', description };
    const made = await ask('POST', '/rest/api/2/issue', { fields });
    expect(made.json.key).toBe('PAY_EU-2');
    expect((await get('/issue/PAY_EU-2')).json.fields.description).toBe(description);
    const document = { type: 'doc', version: 1, content: [] };
    const refused = await ask('PUT', '/rest/api/2/issue/PAY_EU-2', { fields: { description: document } });
    expect(refused.json.errors).toEqual({ description: 'Operation value must be a string' });
  });

  it('take any number of writes: the limit for each issue is Cloud’s', async () => {
    await start({ now: () => new Date('2026-11-22T12:00:00Z') });
    for (let n = 0; n < 25; n++) {
      expect((await ask('PUT', '/rest/api/2/issue/MYT-1/properties/n', { n })).status).toBeLessThan(300);
    }
  });

  it('are found by offset, with a total', async () => {
    await start({ version: '11.3.0' });
    const page = async (startAt: number) =>
      (await ask('POST', '/rest/api/2/search', { jql: 'project = MYT order by key', startAt, maxResults: 2 }))
        .json;
    expect(await page(0)).toMatchObject({ startAt: 0, maxResults: 2, total: 5, maxResultWindow: 10_000 });
    expect((await page(4)).issues.map((issue: { key: string }) => issue.key)).toEqual(['MYT-5']);
    const all = (await get('/search?maxResults=5000&fields=summary')).json;
    expect(all).toMatchObject({ maxResults: 1000, total: 8 });
    expect(all.issues[0].fields).toEqual({ summary: expect.any(String) });
    expect((await get('/search?jql=reporter=admin')).json.total).toBe(8);
  });

  it('are not found with one that is gone, unless queries are not validated', async () => {
    await start();
    const jql = 'id in (MYT-1, MYT-77, 424242) and updated >= -5m';
    const search = (more: object) =>
      ask('POST', '/rest/api/2/search', { jql, fields: ['summary'], expand: ['names'], ...more });
    const strict = await search({});
    const words = [
      "An issue with key 'MYT-77' does not exist for field 'id'.",
      "A value with ID '424242' does not exist for the field 'id'.",
    ];
    expect([strict.status, strict.json.errorMessages]).toEqual([400, words]);
    const { json } = await search({ validateQuery: false });
    expect(json).toMatchObject({ total: 1, warningMessages: words, names: { summary: 'Summary' } });
    expect(json.issues).toMatchObject([{ key: 'MYT-1' }]);
    const loose = await get(`/search?validateQuery=false&jql=${encodeURIComponent(jql)}`);
    expect(loose.json.total).toBe(1);
  });

  it.each([
    ['7.6.1', true, false],
    ['8.4.0', true, true],
    ['8.22.6', true, true],
    ['9.0.0', false, true],
    ['10.3.24', false, true],
  ])('of Jira %s say what creating takes: old shape %s, new shape %s', async (version, old, since84) => {
    await start({ version });
    const as = basic('admin', 'simulated-admin-password');
    const oldShape = await get('/issue/createmeta?projectKeys=OPS&expand=projects.issuetypes.fields', as);
    expect(oldShape.status).toBe(old ? 200 : 404);
    if (old) {
      const [project] = IssueCreateMetadataSchema.parse(oldShape.json).projects ?? [];
      expect(project?.issuetypes?.map((type) => type.name)).toEqual(['Task', 'Incident', 'Change']);
      expect(Object.keys(project?.issuetypes?.[0]?.fields ?? {})).toContain('summary');
    }
    const newShape = await get('/issue/createmeta/OPS/issuetypes?maxResults=2', as);
    expect(newShape.status).toBe(since84 ? 200 : 404);
    if (since84) {
      expect(newShape.json).toMatchObject({ startAt: 0, maxResults: 2, total: 3, isLast: false });
      const types = newShape.json.values.map((type: unknown) =>
        IssueTypeIssueCreateMetadataSchema.parse(type),
      );
      const fields = await get(`/issue/createmeta/OPS/issuetypes/${types[1].id}`, as);
      const required = fields.json.values
        .map((field: object) => FieldCreateMetadataSchema.parse({ key: 'x', ...field }))
        .filter((field: { required: boolean }) => field.required);
      expect(required.map((field: { fieldId: string }) => field.fieldId)).toEqual([
        'summary',
        'issuetype',
        'project',
        'reporter',
      ]);
    }
  });
});

describe('by HTTPS', () => {
  const certificate = (name: string) =>
    readFileSync(new URL(`../../../http/fixtures/${name}`, import.meta.url), 'utf8');

  it('is reached from a front that redirects everything to it', async () => {
    const tls = { key: certificate('localhost.key.pem'), cert: certificate('localhost.pem') };
    await start({ tls });
    expect(jira.siteUrl).toMatch(/^https:/);
    const front = await startHttpsRedirect(jira.siteUrl);
    const answer = await fetch(`${front.url}/rest/api/2/serverInfo`, { redirect: 'manual' });
    await front.close();
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe(`${jira.siteUrl}/rest/api/2/serverInfo`);
    const text = await new Promise<string>((resolve, reject) => {
      const request = requestTls(location, { ca: certificate('authority.pem') }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve(body));
      });
      request.on('error', reject).end();
    });
    expect(JSON.parse(text)).toMatchObject({ baseUrl: jira.siteUrl, deploymentType: 'Server' });
  });

  it('may be called by another address than its own', async () => {
    await start({ baseUrl: 'https://jira.example/jira' });
    expect((await get('/serverInfo')).json.baseUrl).toBe('https://jira.example/jira');
  });
});
