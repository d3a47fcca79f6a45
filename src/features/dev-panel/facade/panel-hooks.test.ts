import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConnectedJira,
  type Json,
  repository,
  slug,
  slugPath,
  startConnectedJira,
} from './fixtures/connected-jira.ts';

let connected: ConnectedJira;
let token: string;
const hookUrl = 'https://jira.example.com/base/rest/bitbucket/1.0/repository/5/sync';
beforeAll(async () => {
  connected = await startConnectedJira();
  // Browsers know it by a name that the hub does not.
  await connected.open({ callbackUrl: 'https://jira.example.com/base' });
  const path = `/api/v1/links/${connected.link.id}/facade/tokens`;
  token = (await connected.linked.hub.call('POST', path, { name: 'Jira' })).body.token;
});
afterAll(() => connected.close());
beforeEach(() => connected.simulator.faults.clear());

const post = (body: unknown) =>
  connected.ask(`${slugPath}/hooks`, token, { method: 'POST', body: JSON.stringify(body) });
const list = (): Promise<Json[]> => connected.read(`${slugPath}/hooks`, token);
/** What the connector registers: for commits, and for pull requests. Only the second names a content type. */
const forCommits = () => ({ name: 'web', active: true, events: ['push'], config: { url: hookUrl } });
const forPullRequests = () => ({
  name: 'web',
  active: true,
  events: ['push', 'pull_request', 'pull_request_review_comment', 'issue_comment'],
  config: { url: hookUrl, content_type: 'json' },
});
/** What Jira was told since it was looked at last. */
let seen = 0;
const callsOf = () => connected.simulator.state.dvcsCalls.slice(seen);
const reads = () => callsOf().map((call) => `${call.event}: ${call.reads}`);
const webhooks = async () =>
  (await connected.linked.hub.call('GET', `/api/v1/links/${connected.link.id}/facade`)).body.webhooks;
const commit = (branch: string, message: string) =>
  connected.linked.host.people.commit({ repository, branch, message, files: { [message]: message } });

describe('the webhooks of Jira', () => {
  it('are two of one address, which it finds again, and not one of each at every look', async () => {
    for (const hook of [forCommits(), forPullRequests(), forCommits(), forPullRequests()]) {
      expect((await post(hook)).status).toBe(201);
    }
    const hooks = await list();
    expect(hooks).toMatchObject([
      { name: 'web', active: true, events: ['push'], config: { url: hookUrl, content_type: 'form' } },
      { name: 'web', events: forPullRequests().events, config: { url: hookUrl, content_type: 'json' } },
    ]);
    // Its newer half sends the token in the address.
    const asked = await fetch(`${connected.url}${slugPath}/hooks?access_token=${token}`);
    expect(await asked.json()).toEqual(hooks);
  });

  it('are called once for what happens in a moment: a push in a form and in JSON', async () => {
    const { linked } = connected;
    await linked.host.people.createBranch({ repository, name: 'MYT-2-pay' });
    for (const message of ['MYT-2 one', 'MYT-2 two', 'MYT-2 three']) await commit('MYT-2-pay', message);
    await linked.settled();
    await expect.poll(reads, { timeout: 10_000 }).toContain('push: pull-requests');
    expect(reads()).toContain('push: commits');
    // Of four pushes.
    expect(reads().length).toBeLessThan(8);
    for (const { repository: id, payload } of callsOf()) {
      expect([id, JSON.parse(payload)]).toMatchObject([
        '5',
        { repository: { name: slug, owner: { login: 'acme' } } },
      ]);
    }
    expect(await webhooks()).toMatchObject({ count: 2, lastCalledAt: expect.any(String), failing: [] });
  });

  it('are called of a review where pull requests are waited for', async () => {
    const { people } = connected.linked.host;
    seen = connected.simulator.state.dvcsCalls.length;
    const number = await people.openPullRequest({
      repository,
      title: 'MYT-2: pay',
      source: 'MYT-2-pay',
      reviewers: ['rene'],
    });
    await connected.linked.settled();
    await expect.poll(reads, { timeout: 10_000 }).toContain('pull_request: pull-requests');
    seen = connected.simulator.state.dvcsCalls.length;
    await people.review({ repository, number, by: 'rene', decision: 'approved' });
    await connected.linked.settled();
    await connected.linked.look(connected.link);
    await expect.poll(reads, { timeout: 10_000 }).toContain('pull_request: pull-requests');
    expect(reads()).not.toContain('push: commits');
  });

  it('show why they could not be called, and are called again', async () => {
    const { simulator } = connected;
    seen = simulator.state.dvcsCalls.length;
    simulator.faults.add({ match: { path: '/sync' }, times: 1, answer: { status: 503 } });
    await commit('MYT-2-pay', 'MYT-2 four');
    await connected.linked.settled();
    await expect
      .poll(async () => (await webhooks()).failing, { timeout: 10_000 })
      .toMatchObject([
        { url: hookUrl, repository, code: 'remote-failed', retryAt: expect.any(String) },
        { url: hookUrl, repository, code: 'remote-failed', retryAt: expect.any(String) },
      ]);
    await commit('MYT-2-pay', 'MYT-2 five');
    await connected.linked.settled();
    await expect.poll(reads, { timeout: 10_000 }).toContain('push: commits');
    await expect.poll(async () => (await webhooks()).failing, { timeout: 10_000 }).toEqual([]);
  });

  it('are left alone after the fourth failure, until something changes again', async () => {
    const { linked, simulator } = connected;
    const { pool } = linked.hub.database;
    simulator.faults.add({ match: { path: '/sync' }, answer: 'drop-connection' });
    await commit('MYT-2-pay', 'MYT-2 away');
    await linked.settled();
    const hurry = async () => {
      await pool.query("update panel_hooks set due_at = now() where due_at > now() + interval '5 seconds'");
      const { rows } = await pool.query('select failures, due_at from panel_hooks');
      return rows;
    };
    const over = { failures: 4, due_at: null };
    await expect.poll(hurry, { timeout: 10_000 }).toEqual([over, over]);
    expect((await webhooks()).failing).toMatchObject([{ retryAt: null }, { retryAt: null }]);
    simulator.faults.clear();
    await commit('MYT-2-pay', 'MYT-2 back');
    await linked.settled();
    await expect.poll(async () => (await webhooks()).failing, { timeout: 10_000 }).toEqual([]);
  });
});

describe('a webhook', () => {
  it('is signed with the secret that it was given, which nobody reads again', async () => {
    const { linked, simulator } = connected;
    const url = `${hookUrl}?signed`;
    const made = await post({ config: { url, content_type: 'json', secret: 'between us' } });
    expect(made).toMatchObject({ status: 201, body: { events: ['push'], config: { secret: '********' } } });
    expect(await linked.hub.dump()).not.toContain('between us');
    seen = simulator.state.dvcsCalls.length;
    await commit('MYT-2-pay', 'MYT-2 six');
    await linked.settled();
    const signed = () => callsOf().find(({ signature }) => signature !== undefined);
    await expect.poll(signed, { timeout: 10_000 }).toBeDefined();
    const { payload = '', signature } = signed() ?? {};
    expect(signature).toBe(`sha256=${createHmac('sha256', 'between us').update(payload).digest('hex')}`);
  });

  it.each([
    ['another host', () => 'https://elsewhere.example/rest/bitbucket/1.0/repository/5/sync'],
    ['another port of the same machine', () => 'http://127.0.0.1:1/jira/rest'],
    ['beside Jira on its host', () => hookUrl.replace('/base/', '/wiki/')],
    ['Jira with somebody’s name', () => hookUrl.replace('//', '//me@')],
    ['no web address', () => 'file:///etc/passwd'],
    ['nowhere', () => ''],
  ])('to %s is refused', async (_case, address) => {
    const before = await list();
    const { status, body } = await post({ config: { url: address() } });
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { message: 'Validation Failed', errors: [{ resource: 'Hook', field: 'config.url' }] },
    });
    expect(await list()).toEqual(before);
  });

  it('may name the address that the hub knows Jira by', async () => {
    const { linked, simulator, jira } = connected;
    expect((await post({ config: { url: `${jira}/rest/bitbucket/1.0/repository/6/sync` } })).status).toBe(
      201,
    );
    seen = simulator.state.dvcsCalls.length;
    await commit('MYT-2-pay', 'MYT-2 seven');
    await linked.settled();
    await expect.poll(() => callsOf().map((call) => call.repository), { timeout: 10_000 }).toContain('6');
  });

  it('beyond the twentieth of a repository is refused', async () => {
    const there = (await list()).length;
    for (let index = there; index < 20; index += 1) {
      expect((await post({ active: false, config: { url: `${hookUrl}?${index}` } })).status).toBe(201);
    }
    expect((await post({ config: { url: `${hookUrl}?more` } })).status).toBe(422);
    expect((await post(forCommits())).status).toBe(201);
  });

  it('is called no more once it is deleted', async () => {
    const { ask, simulator } = connected;
    for (const { id } of await list()) {
      expect((await ask(`${slugPath}/hooks/${id}`, token, { method: 'DELETE' })).status).toBe(204);
      expect((await ask(`${slugPath}/hooks/${id}`, token, { method: 'DELETE' })).status).toBe(404);
    }
    expect(await list()).toEqual([]);
    expect((await webhooks()).count).toBe(0);
    expect(simulator.state.dvcsCalls.length).toBeGreaterThan(0);
  });
});
