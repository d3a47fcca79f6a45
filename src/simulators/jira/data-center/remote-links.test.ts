import { RemoteIssueLinkIdentifiesSchema, RemoteIssueLinkSchema } from 'jira.js/cloud';
import { afterEach, describe, expect, it } from 'vitest';
import { type DataCenterSimulator, startJiraSimulator } from '../index.ts';

let jira: DataCenterSimulator;
afterEach(() => jira.close());

async function start() {
  jira = await startJiraSimulator({ edition: 'data-center' });
}

const bearer = (name: string) =>
  `Bearer ${jira.accounts.find((one) => one.name === name)?.personalAccessToken}`;

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

const link = (more: object = {}, object: object = {}) => ({
  globalId: 'build-1',
  relationship: 'Builds',
  application: { type: 'x', name: 'X' },
  object: { url: 'https://ci.example/1', title: 'Shop #1', ...object },
  ...more,
});
const remoteLinks = '/rest/api/2/issue/MYT-1/remotelink';

describe('remote links of an issue', () => {
  it('are made, changed whole by their global id, shown and deleted', async () => {
    await start();
    const made = await ask('POST', remoteLinks, link({}, { summary: 'First' }));
    expect([made.status, RemoteIssueLinkIdentifiesSchema.parse(made.json).id]).toEqual([201, 10_000]);
    const changed = await ask('POST', remoteLinks, link({}, { status: { resolved: true } }));
    expect([changed.status, changed.json.id]).toEqual([200, 10_000]);
    await ask('POST', remoteLinks, link({ globalId: 'system=https://a&id=1' }));
    const all = await ask('GET', remoteLinks);
    expect(all.json.map((one: unknown) => RemoteIssueLinkSchema.parse(one).globalId)).toEqual([
      'build-1',
      'system=https://a&id=1',
    ]);
    expect(all.json[0].object).toEqual({
      url: 'https://ci.example/1',
      title: 'Shop #1',
      icon: {},
      status: { resolved: true, icon: {} },
    });
    const query = `?globalId=${encodeURIComponent('system=https://a&id=1')}`;
    expect((await ask('GET', remoteLinks + query)).json.id).toBe(10_001);
    expect((await ask('DELETE', remoteLinks + query)).status).toBe(204);
    expect((await ask('DELETE', remoteLinks + query)).status).toBe(404);
    expect((await ask('PUT', `${remoteLinks}/10000`, link({ relationship: 'Other' }))).status).toBe(204);
    expect(jira.state.remoteLinks('MYT-1')).toMatchObject([{ id: 10_000, relationship: 'Other' }]);
    expect((await ask('DELETE', `${remoteLinks}/10000`)).status).toBe(204);
    expect((await ask('GET', remoteLinks)).json).toEqual([]);
  });

  it('without a global id are another each time', async () => {
    await start();
    const body = link({ globalId: undefined });
    for (let n = 0; n < 2; n++) expect((await ask('POST', remoteLinks, body)).status).toBe(201);
    expect(jira.state.remoteLinks('MYT-1')).toHaveLength(2);
  });

  it.each([
    ['no object', { object: undefined }, { object: "'object' is required." }],
    ['no title', link({}, { title: undefined }), { title: "'title' is required." }],
    ['an empty title', link({}, { title: '' }), { title: "'title' is required." }],
    ['an address that is none', link({}, { url: 'ci/1' }), { url: "'url' is not a valid URL." }],
    ['a global id over 255', link({ globalId: 'x'.repeat(256) }), { globalId: expect.any(String) }],
  ])('are refused with %s', async (_, body, errors) => {
    await start();
    const answer = await ask('POST', remoteLinks, body);
    expect([answer.status, answer.json]).toEqual([400, { errorMessages: [], errors }]);
  });

  it('are refused with a field that Jira does not have', async () => {
    await start();
    const answer = await ask('POST', remoteLinks, link({ colour: 'red' }));
    expect(answer.status).toBe(400);
    expect(answer.json.errorMessages[0]).toContain('colour');
  });

  it('take the permission Link Issues, and an issue that can be seen', async () => {
    await start();
    const post = (path: string, authorization?: string) => ask('POST', path, link(), authorization);
    expect((await post(remoteLinks, bearer('reader'))).status).toBe(403);
    expect((await post(remoteLinks, '')).status).toBe(401);
    expect((await post('/rest/api/2/issue/MYT-99/remotelink')).status).toBe(404);
    jira.faults.refusePermission('BROWSE_PROJECTS');
    expect((await post(remoteLinks)).status).toBe(404);
  });
});

describe('an issue as its reader sees it', () => {
  it('shows the links under their headings, what is resolved struck through, with pictures of this Jira', async () => {
    await start();
    const icon = { url16x16: `${jira.siteUrl}/images/icons/statuses/down.png`, title: 'failed' };
    await ask('POST', remoteLinks, link({}, { status: { resolved: true, icon }, title: '<b>Shop</b>' }));
    await ask('POST', remoteLinks, link({ globalId: 'other', relationship: '' }));
    const page = await ask('GET', '/browse/MYT-1');
    expect(page.text).toContain('<h3>Builds</h3>');
    expect(page.text).toContain('<h3>links to</h3>');
    expect(page.text).toContain('<s><a href="https://ci.example/1"');
    expect(page.text).toContain('&lt;b&gt;Shop&lt;/b&gt;');
    expect(page.text).toContain(`<img src="${icon.url16x16}"`);
    expect(page.headers.get('content-security-policy')).toContain("img-src 'self'");
    expect((await fetch(icon.url16x16)).headers.get('content-type')).toBe('image/svg+xml');
    expect(page.text).not.toContain('Deployments');
  });

  it('is found from the list of issues, below the context path', async () => {
    await start();
    await ask('POST', remoteLinks, link());
    const page = await ask('GET', '/');
    expect(page.text).toContain('<a href="/jira/browse/MYT-1">MYT-1</a>');
    expect(page.text).toContain('Story, 1 links');
  });
});
