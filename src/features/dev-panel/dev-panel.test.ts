import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LinkedHub, startLinkedHub } from './fixtures/linked-hub.ts';

let linked: LinkedHub;
beforeAll(async () => {
  linked = await startLinkedHub();
});
afterAll(() => linked.close());

const repository = 'acme/shop/web/storefront';

describe('a project of Harness Code that is linked to Jira', () => {
  it('registers its webhook and shows branches, commits and pull requests as they happen', async () => {
    const link = await linked.link();
    expect(link).toMatchObject({
      state: 'waiting',
      scopes: [{ path: 'acme/shop/web', webhook: 'registered', problem: null }],
    });
    // A look under way could tell of what happens before its webhook does, and this story is about webhooks.
    await linked.look(link);
    const { people } = linked.host;
    await people.createBranch({ repository, name: 'MYT-1-login' });
    await people.commit({
      repository,
      branch: 'MYT-1-login',
      message: 'MYT-2 sign in',
      files: { 'src/login.ts': 'export {};\n' },
    });
    await linked.settled();
    expect(linked.panel()).toEqual({ 'branch MYT-1-login': ['MYT-1'], 'commit MYT-2 sign in': ['MYT-2'] });

    const number = await people.openPullRequest({
      repository,
      title: 'MYT-3: sign in',
      source: 'MYT-1-login',
      reviewers: ['rene'],
    });
    await linked.settled();
    const all = ['MYT-1', 'MYT-3'];
    expect(linked.panel()).toEqual({
      'branch MYT-1-login': all,
      'commit MYT-2 sign in': ['MYT-1', 'MYT-2', 'MYT-3'],
      'OPEN MYT-3: sign in': all,
    });

    await people.review({ repository, number, by: 'rene', decision: 'approved' });
    await people.editPullRequest({ repository, number, title: 'Sign in' });
    await linked.settled();
    expect(linked.panel()).toEqual({
      'branch MYT-1-login': ['MYT-1'],
      'commit MYT-2 sign in': ['MYT-1', 'MYT-2'],
      'OPEN Sign in': ['MYT-1'],
    });
    const [shown] = linked.hub.simulator.state.development('MYT-1');
    expect(shown?.pullRequests).toMatchObject([
      { author: { name: 'Ada Admin' }, reviewers: [{ name: 'Rene Reviewer', approvalStatus: 'APPROVED' }] },
    ]);

    await people.merge({ repository, number });
    await people.deleteBranch({ repository, name: 'MYT-1-login' });
    await linked.settled();
    expect(linked.panel()).toMatchObject({ 'MERGED Sign in': ['MYT-1'] });
    expect(linked.panel()).not.toHaveProperty('branch MYT-1-login');
    expect((await linked.hub.call('GET', `/api/v1/links/${link.id}`)).body).toMatchObject({
      state: 'active',
    });
  });

  it('explains what was sent for an issue', async () => {
    const { body } = await linked.hub.call('GET', '/api/v1/issues/MYT-3/explanation');
    const pullRequest = { topic: 'development', summary: `Pull request 1 in ${repository}: merged` };
    // The key left the title before the merge.
    expect(body.entities).toContainEqual(
      expect.objectContaining({ ...pullRequest, state: 'merged', outcome: 'not-named' }),
    );
    expect(body.deliveries).toContainEqual(
      expect.objectContaining({
        topic: 'code-event',
        direction: 'in',
        summary: `pullreq_created in ${repository}`,
        issues: expect.arrayContaining([{ key: 'MYT-3', outcome: 'passed-on' }]),
      }),
    );
    expect(body.deliveries).toContainEqual(
      expect.objectContaining({
        summary: `Pull request 1 in ${repository}: open`,
        issues: expect.arrayContaining([{ key: 'MYT-3', outcome: 'withdrawn' }]),
      }),
    );
    expect(body.entities.map(({ topic }: { topic: string }) => topic)).not.toContain('code-event');
  });

  it('is disconnected without a trace', async () => {
    const { body } = await linked.hub.call('GET', '/api/v1/links');
    for (const { id } of body.items) {
      const gone = await linked.hub.call('DELETE', `/api/v1/links/${id}`);
      expect(gone).toMatchObject({ status: 202, body: { state: 'disconnecting' } });
    }
    await expect
      .poll(async () => (await linked.hub.call('GET', '/api/v1/links')).body.items, { timeout: 10_000 })
      .toEqual([]);
    expect(linked.panel()).toEqual({});
    expect(linked.host.listWebhooks()).toEqual([]);
  });
});

describe('a link that is made where work was done before', () => {
  it('fills the panel with what is there', async () => {
    const old = 'acme/shop/web/payments';
    const { people } = linked.host;
    await people.commit({ repository: old, branch: 'MYT-1-pay', message: 'MYT-1 pay', files: { a: '1' } });
    await people.openPullRequest({ repository: old, title: 'MYT-2 pay', source: 'MYT-1-pay' });
    await linked.host.delivered();
    const link = await linked.link({ backfill: { since: null }, excludeRepositories: ['*/storefront'] });
    await expect
      .poll(async () => (await linked.hub.call('GET', `/api/v1/links/${link.id}/backfill`)).body.state, {
        timeout: 10_000,
      })
      .toBe('done');
    await linked.settled();
    expect(linked.panel()).toEqual({
      'branch MYT-1-pay': ['MYT-1', 'MYT-2'],
      'commit MYT-1 pay': ['MYT-1', 'MYT-2'],
      'OPEN MYT-2 pay': ['MYT-1', 'MYT-2'],
    });
  });

  it('follows its rules when they are changed', async () => {
    const { body } = await linked.hub.call('GET', '/api/v1/links');
    const [link] = body.items;
    const change = (rules: object) =>
      linked.hub.call('PUT', `/api/v1/links/${link.id}`, { name: link.name, ...rules });
    expect(await change({ projects: ['OPS'] })).toMatchObject({ status: 200 });
    await expect.poll(() => linked.panel(), { timeout: 10_000 }).toEqual({});
    await change({ projects: null });
    await expect
      .poll(() => linked.panel(), { timeout: 10_000 })
      .toMatchObject({ 'commit MYT-1 pay': ['MYT-1', 'MYT-2'] });
    await change({ excludeRepositories: ['acme/*'] });
    await expect.poll(() => linked.panel(), { timeout: 10_000 }).toEqual({});
  });

  it('keeps its scope for life', async () => {
    const { body } = await linked.hub.call('GET', '/api/v1/links');
    const [{ id, name }] = body.items;
    const moved = await linked.hub.call('PUT', `/api/v1/links/${id}`, {
      name,
      paths: ['acme/shop/platform'],
    });
    // Of projects a link may gain and lose some.
    expect(moved).toMatchObject({ status: 200, body: { scopes: [{ path: 'acme/shop/platform' }] } });
    const account = await linked.link({ level: 'account', paths: ['acme'] });
    const refused = await linked.hub.call('PUT', `/api/v1/links/${account.id}`, {
      name: 'a',
      paths: ['other'],
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'link-scope-fixed' } });
    expect(refused.body.hint).toContain('Delete the link, and make a new one');
  });

  it('takes no second link of the same scope, and says which has it', async () => {
    const second = await linked.hub.call('POST', '/api/v1/links', {
      name: 'second',
      hostConnection: linked.hostConnection,
      jiraConnection: linked.jiraConnection,
      level: 'project',
      paths: ['acme/shop/platform'],
    });
    expect(second).toMatchObject({ status: 409, body: { code: 'scope-linked' } });
    expect(second.body.detail).toContain('"link-2"');
  });
});
