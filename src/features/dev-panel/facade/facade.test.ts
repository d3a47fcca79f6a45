import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConnectedJira,
  type Json,
  repository,
  slug,
  slugPath,
  startConnectedJira,
} from './fixtures/connected-jira.ts';

let connected: ConnectedJira;
beforeAll(async () => {
  connected = await startConnectedJira();
});
afterAll(() => connected.close());

const read: ConnectedJira['read'] = (path, token) => connected.read(path, token);

/** What the connector holds of a repository; each look asks for the heads, then for what they lead to and is new. */
const changesets = new Map<string, string>();
async function synchronize(token: string): Promise<string[]> {
  const branches = await read(`${slugPath}/branches?per_page=100&page=1`, token);
  const fresh: string[] = [];
  const waiting: string[] = branches.map((branch: Json) => branch.commit.sha);
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    if (changesets.has(sha)) continue;
    const { commit, parents } = await read(`${slugPath}/commits/${sha}`, token);
    changesets.set(sha, commit.message);
    fresh.push(commit.message.trim());
    waiting.push(...parents.map((parent: Json) => parent.sha));
  }
  return fresh.sort();
}

describe('a Jira that adds the hub as a GitHub Enterprise server', () => {
  let token: string;

  it('is given a client, in this answer only', async () => {
    const { linked, link, url, jira } = connected;
    const { status, body: application } = await connected.open();
    expect(status).toBe(201);
    expect(application).toMatchObject({ url, accounts: ['acme'], callbackUrl: jira });
    const shown = await linked.hub.call('GET', `/api/v1/links/${link.id}/facade`);
    expect(shown.body).toMatchObject({ clientId: application.clientId, tokens: [] });
    expect(shown.text).not.toContain(application.clientSecret);
    expect(await linked.hub.dump()).not.toContain(application.clientSecret);
  });

  it('is let in by an editor, who signs in first, and gets a token for its code', async () => {
    const { linked, url, callback } = connected;
    const stranger = await fetch(`${url}${connected.authorizePath(callback)}`, { redirect: 'manual' });
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/sign-in']);
    expect(stranger.headers.getSetCookie().join()).toContain('tieline-return=');
    token = await connected.redeem(await connected.allow());
    expect(token).toMatch(/^tieline_pt_\w{46}$/);
    expect(await linked.hub.dump()).not.toContain(token);
  });

  it('finds the repositories of the account', async () => {
    expect(await read('/api/v3/user', token)).toMatchObject({
      login: expect.any(String),
      id: expect.any(Number),
    });
    expect(await read('/api/v3/users/acme', token)).toMatchObject({ login: 'acme', type: 'Organization' });
    for (const path of ['/api/v3/orgs/acme/repos', '/api/v3/users/acme/repos', '/api/v3/user/repos']) {
      expect(await read(`${path}?per_page=100&page=1`, token)).toMatchObject([
        { name: slug, owner: { login: 'acme' }, fork: false, default_branch: 'main' },
      ]);
    }
  });

  it('sees the branches that were there before the link, of which the hub remembers nothing', async () => {
    const names = async () =>
      (await read(`${slugPath}/branches`, token)).map(({ name }: Json) => name).sort();
    expect(await names()).toEqual(['MYT-1-login', 'main']);
    await connected.linked.host.people.createBranch({ repository, name: 'MYT-3-new' });
    await connected.linked.settled();
    expect(await names()).toEqual(['MYT-1-login', 'MYT-3-new', 'main']);
  });

  it('reads every commit from the heads of the branches, and later only the new ones', async () => {
    const { linked, link } = connected;
    const { people } = linked.host;
    await linked.hub.call('POST', `/api/v1/links/${link.id}/backfill`, { since: null });
    await expect
      .poll(async () => (await linked.hub.call('GET', `/api/v1/links/${link.id}/backfill`)).body.state, {
        timeout: 10_000,
      })
      .toBe('done');
    expect(await synchronize(token)).toContain('MYT-1 old');
    await people.createBranch({ repository, name: 'MYT-2-pay' });
    for (const message of ['MYT-2 one', 'MYT-2 two', 'MYT-2 three']) {
      await people.commit({ repository, branch: 'MYT-2-pay', message, files: { [message]: message } });
    }
    await people.commit({ repository, branch: 'MYT-1-login', message: 'MYT-1 new', files: { a: '2' } });
    await linked.settled();
    expect(await synchronize(token)).toEqual(['MYT-1 new', 'MYT-2 one', 'MYT-2 three', 'MYT-2 two']);
    expect(await synchronize(token)).toEqual([]);
  });

  it('reads a commit with its author and files', async () => {
    const [sha] = [...changesets].find(([, message]) => message.startsWith('MYT-2 one')) ?? [];
    const commit = await read(`${slugPath}/commits/${sha}`, token);
    expect(commit).toMatchObject({
      sha,
      commit: { message: expect.stringContaining('MYT-2 one'), author: { name: 'Ada Admin' } },
      author: { login: expect.any(String) },
      // A webhook of its host tells no line counts; a commit that was asked for has them.
      files: [{ filename: 'MYT-2 one', status: 'added', deletions: 0 }],
    });
    expect(await read(`/api/v3/users/${commit.author.login}`, token)).toMatchObject({ name: 'Ada Admin' });
  });

  it('follows a pull request by its events, its commits and its reviews', async () => {
    const { linked } = connected;
    const { people } = linked.host;
    const number = await people.openPullRequest({
      repository,
      title: 'MYT-2: pay',
      source: 'MYT-2-pay',
      reviewers: ['rene'],
    });
    await linked.settled();
    const [opened] = await read(`${slugPath}/events?per_page=100&page=1`, token);
    expect(opened).toMatchObject({
      type: 'PullRequestEvent',
      payload: { action: 'opened', pull_request: { number, state: 'open', title: 'MYT-2: pay' } },
    });
    await people.review({ repository, number, by: 'rene', decision: 'approved' });
    await people.merge({ repository, number });
    await linked.settled();
    const [closed] = await read(`${slugPath}/events?per_page=100&page=1`, token);
    expect(closed.payload.action).toBe('closed');
    expect(closed.id).not.toBe(opened.id);

    const query = 'state=all&sort=updated&direction=desc&per_page=100&page=1';
    expect(await read(`${slugPath}/pulls?${query}`, token)).toMatchObject([{ number, state: 'closed' }]);
    expect(await read(`${slugPath}/pulls`, token)).toEqual([]);
    expect(await read(`${slugPath}/pulls/${number}`, token)).toMatchObject({
      merged: true,
      merged_at: expect.any(String),
      user: { login: expect.any(String) },
      head: { ref: 'MYT-2-pay', repo: { name: slug } },
      base: { ref: 'main', repo: { name: slug, owner: { login: 'acme' } } },
      commits: 3,
    });
    const commits = await read(`${slugPath}/pulls/${number}/commits`, token);
    expect(commits.map((one: Json) => one.commit.message.trim()).sort()).toEqual([
      'MYT-2 one',
      'MYT-2 three',
      'MYT-2 two',
    ]);
    expect(await read(`${slugPath}/pulls/${number}/reviews`, token)).toMatchObject([{ state: 'APPROVED' }]);
    for (const kind of ['issues', 'pulls']) {
      expect(await read(`${slugPath}/${kind}/${number}/comments`, token)).toEqual([]);
    }
  });

  it('is told of a pull request that the hub learned late, though another one changed after it', async () => {
    const { linked, link } = connected;
    const { people } = linked.host;
    await people.commit({ repository, branch: 'MYT-3-new', message: 'MYT-3 new', files: { b: '1' } });
    const open = (title: string, source: string) => people.openPullRequest({ repository, title, source });
    const [late, other] = [await open('MYT-1: late', 'MYT-1-login'), await open('MYT-3: new', 'MYT-3-new')];
    await linked.settled();
    linked.host.deliveryFaults.add({ does: 'lose', times: 1 });
    await people.close({ repository, number: late });
    await people.close({ repository, number: other });
    await linked.settled();
    // Jira goes on from the newest that it has seen, and looks at nothing older.
    const [newest] = await read(`${slugPath}/events`, token);
    expect(newest.payload).toMatchObject({ number: other, action: 'closed' });
    await linked.look(link);
    const [found] = await read(`${slugPath}/events`, token);
    expect(found.payload).toMatchObject({ number: late, action: 'closed' });
    expect(Date.parse(found.created_at)).toBeGreaterThanOrEqual(Date.parse(newest.created_at));
  });

  it('leads those who click in Jira on to the code host', async () => {
    const [sha] = [...changesets.keys()];
    const { url } = connected;
    const follow = async (path: string) => {
      const answer = await fetch(`${url}/acme/${encodeURIComponent(slug)}${path}`, { redirect: 'manual' });
      return [answer.status, answer.headers.get('location') ?? ''];
    };
    expect(await follow(`/commit/${sha}`)).toEqual([302, expect.stringContaining(`${sha}`)]);
    expect(await follow('/tree/MYT-1-login')).toEqual([302, expect.stringContaining('MYT-1-login')]);
    expect(await follow('/compare/MYT-1-login...main')).toEqual([
      302,
      expect.stringContaining('MYT-1-login'),
    ]);
    expect(await follow(`/commit/${'0'.repeat(40)}`)).toEqual([404, '']);
  });

  it('is locked out when its token is revoked, and for good when the application is deleted', async () => {
    const { linked, link, jira, ask, allow, redeem } = connected;
    const { body } = await linked.hub.call('GET', `/api/v1/links/${link.id}/facade`);
    const [held] = body.tokens;
    expect(held).toMatchObject({ name: `Jira at ${new URL(jira).host}`, lastUsedAt: expect.any(String) });
    await linked.hub.call('DELETE', `/api/v1/links/${link.id}/facade/tokens/${held.id}`);
    expect(await ask('/api/v3/user', token)).toMatchObject({
      status: 401,
      body: { message: 'Bad credentials' },
    });
    const code = await allow();
    expect((await linked.hub.call('DELETE', `/api/v1/links/${link.id}/facade`)).status).toBe(204);
    expect(await redeem(code)).toContain('error=incorrect_client_credentials');
    const { body: audit } = await linked.hub.call('GET', '/api/v1/audit?limit=100');
    expect(audit.items.map(({ action }: Json) => action)).toEqual(
      expect.arrayContaining([
        'panel.opened',
        'panel.allowed',
        'panel-token.created',
        'panel-token.revoked',
        'panel.closed',
      ]),
    );
  });
});
