import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, callerOf } from './fixtures/api-client.ts';
import { type HarnessCodeSimulator, startHarnessCodeSimulator } from './index.ts';

const repository = 'acme/shop/web/storefront';
const repo = `/repos/${encodeURIComponent(repository)}`;
let code: HarnessCodeSimulator;
let call: Call;

beforeAll(async () => {
  code = await startHarnessCodeSimulator({
    seed: {
      accounts: [
        { uid: 'ada', displayName: 'Ada', email: 'ada@a.example', token: 'ada-token', admin: true },
        {
          uid: 'dev',
          displayName: 'Dev',
          email: 'dev@a.example',
          token: 'dev-token',
          memberships: [{ space: 'acme/shop', role: 'contributor' }],
        },
        {
          uid: 'eve',
          displayName: 'Eve',
          email: 'eve@a.example',
          token: 'eve-token',
          memberships: [{ space: 'other', role: 'space_owner' }],
        },
      ],
      spaces: [{ path: 'acme/shop/web' }, { path: 'other' }],
      repositories: [
        {
          path: repository,
          files: { 'a.txt': 'one\ntwo\n' },
          branches: [
            { name: 'feature/MYT-1', commits: [{ message: 'MYT-1 Start', files: { 'a.txt': 'one\n2\n' } }] },
            {
              name: 'feature/MYT-2',
              commits: [{ message: 'MYT-2 Start\n\nWhy.', files: { 'b.txt': 'b\n' } }],
            },
          ],
          pullRequests: [{ title: 'MYT-1 First', source: 'feature/MYT-1' }],
        },
        { path: 'acme/shop/web/empty', files: {} },
      ],
    },
  });
  call = callerOf(code);
});
afterAll(() => code.close());

describe('who may', () => {
  const basic = (token: string) => `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`;
  it.each([
    ['Bearer', '/user', { authorization: 'Bearer dev-token' }, 200],
    ['Basic with the token as password', '/user', { authorization: basic('dev-token') }, 200],
    ['RemoteAuth', '/user', { authorization: 'RemoteAuth dev-token' }, 200],
    ['the token alone', '/user', { authorization: 'dev-token' }, 200],
    ['in the query', '/user?access_token=dev-token', {}, 200],
    ['none', '/user', {}, 401],
    ['a wrong one', '/user', { authorization: 'Bearer nope' }, 401],
    ["the hosted product's header", '/user', { 'x-api-key': 'dev-token' }, 401],
  ])('a token: %s', async (_, path, headers, status) => {
    const answer = await call('GET', path, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    if (status === 401) expect(typeof answer.json.message).toBe('string');
  });

  it.each([
    ['dev', 'GET', repo, 200],
    ['eve', 'GET', repo, 403],
    ['eve', 'GET', '/spaces/acme/repos', 403],
    ['eve', 'GET', '/repos/acme%2Fnowhere', 404],
    ['dev', 'GET', `${repo}/webhooks`, 200],
    ['dev', 'POST', `${repo}/webhooks`, 403],
    ['dev', 'DELETE', repo, 403],
    ['dev', 'POST', `/spaces/acme/webhooks`, 403],
    ['ada', 'GET', '/spaces/nowhere', 404],
    ['ada', 'GET', '/nonsense', 404],
  ])('%s: %s %s is %d', async (by, method, path, status) => {
    const { status: got, json } = await call(method, path, {
      by,
      ...(method === 'POST' ? { body: {} } : {}),
    });
    expect([got, status < 400 || typeof json.message === 'string']).toEqual([status, true]);
  });

  it('changes while it runs', async () => {
    code.setRights('eve', { space: 'acme', role: 'reader' });
    expect((await call('GET', repo, { by: 'eve' })).status).toBe(200);
    code.setRights('eve', { space: 'acme' });
    expect((await call('GET', repo, { by: 'eve' })).status).toBe(403);
    expect((await call('GET', '/user/memberships', { by: 'eve' })).json).toMatchObject([
      { role: 'space_owner', space: { path: 'other' } },
    ]);
    code.expireToken('eve');
    expect((await call('GET', '/user', { by: 'eve' })).status).toBe(401);
  });
});

describe('pages', () => {
  it('of a counted list say how many there are, and never more than a hundred', async () => {
    const { headers, json } = await call(
      'GET',
      '/spaces/acme/repos?recursive=true&limit=1&access_token=ada-token',
    );
    expect(json).toMatchObject([{ identifier: 'empty', is_empty: true, path: 'acme/shop/web/empty' }]);
    const of = (name: string) => headers.get(name);
    expect([of('x-page'), of('x-per-page'), of('x-next-page'), of('x-total'), of('x-total-pages')]).toEqual([
      '1',
      '1',
      '2',
      '2',
      '2',
    ]);
    expect(of('link')).toContain('/api/v1/spaces/acme/repos?recursive=true&limit=1&page=2>; rel="next"');
    expect(of('link')).not.toContain('access_token');
    const far = await call('GET', '/spaces/acme/repos?recursive=true&limit=1000&page=2');
    expect([far.json, far.headers.get('x-per-page'), far.headers.get('x-prev-page')]).toEqual([
      [],
      '100',
      '1',
    ]);
  });

  it('of an uncounted list go on while they are full', async () => {
    const first = await call('GET', `${repo}/branches?limit=2&sort=name&order=asc`);
    expect(first.json.map((one: { name: string }) => one.name)).toEqual(['feature/MYT-1', 'feature/MYT-2']);
    expect([first.headers.get('x-next-page'), first.headers.get('x-total')]).toEqual(['2', null]);
    const last = await call('GET', `${repo}/branches?limit=2&page=2&sort=name&order=asc&include_commit=true`);
    expect(last.json).toMatchObject([
      { name: 'main', is_default: true, commit: { title: 'Initial commit' } },
    ]);
    expect(last.headers.get('x-next-page')).toBeNull();
  });
});

describe('branches and commits', () => {
  it('are found by names with slashes, with and without encoding, and by the open form of a path', async () => {
    for (const path of [
      `${repo}/branches/feature/MYT-1`,
      `${repo}/branches/feature%2FMYT-1`,
      `/repos/${repository}/+/branches/feature%2FMYT-1`,
      '/repos/1/branches/feature%2FMYT-1',
    ]) {
      expect((await call('GET', path)).json).toMatchObject({
        name: 'feature/MYT-1',
        commit: { message: 'MYT-1 Start' },
      });
    }
  });

  it('are what git holds', async () => {
    const folder = code.folderOf(repository);
    const git = (...words: string[]) =>
      execFileSync('git', ['--git-dir', folder, ...words], { encoding: 'utf8' }).trim();
    const path = `${repo}/commits?git_ref=feature/MYT-2&include_stats=true`;
    const { json } = await call('GET', path);
    expect(json.commits.map((one: { sha: string }) => one.sha)).toEqual(
      git('rev-list', 'feature/MYT-2').split('\n'),
    );
    expect(json.commits[0]).toMatchObject({
      title: 'MYT-2 Start',
      message: 'MYT-2 Start\n\nWhy.',
      parent_shas: [git('rev-parse', 'main')],
      stats: {
        total: { insertions: 1, deletions: 0, changes: 1 },
        files: [{ path: 'b.txt', status: 'ADDED' }],
      },
    });
    expect(json.total_commits).toBe(2);
    const after = await call('GET', `${repo}/commits?git_ref=feature/MYT-2&after=main&limit=1`);
    expect([after.json.commits.length, after.json.total_commits]).toEqual([1, 1]);
    const patch = await call('GET', `${repo}/commits/${git('rev-parse', 'feature/MYT-1')}/diff`);
    expect([patch.headers.get('content-type'), patch.text]).toEqual([
      'text/plain; charset=utf-8',
      expect.stringContaining('-two\n+2'),
    ]);
    expect((await call('GET', `${repo}/diff-stats/main...feature/MYT-1`)).json).toEqual({
      commits: 1,
      files_changed: 1,
      additions: 1,
      deletions: 1,
    });
  });

  it('are bounded by time', async () => {
    const second = Math.floor(Date.now() / 1000);
    const count = async (query: string) =>
      (await call('GET', `${repo}/commits?${query}`)).json.commits.length;
    expect([await count(`since=${second - 3600}`), await count(`until=${second - 3600}`)]).toEqual([1, 0]);
    expect((await call('GET', `${repo}/commits?since=yesterday`)).status).toBe(400);
    expect((await call('GET', `${repo}/commits?git_ref=--all`)).status).toBe(404);
  });

  it('can be made, and a wrong one is refused', async () => {
    const post = async (body: object, by = 'dev') =>
      (await call('POST', `${repo}/branches`, { by, body })).status;
    expect(await post({ name: 'feature/MYT-9-ä', target: 'main' })).toBe(201);
    expect(await post({ name: 'feature/MYT-9-ä', target: 'main' })).toBe(409);
    expect(await post({ name: 'no..such', target: 'main' })).toBe(400);
    expect(await post({ name: '-x', target: 'main' })).toBe(400);
    expect(await post({ name: 'fine', target: 'nowhere' })).toBe(404);
    expect(await post({})).toBe(400);
    expect((await call('POST', `${repo}/branches`, { body: '{' })).status).toBe(400);
    expect((await call('DELETE', `${repo}/branches/main`)).status).toBe(400);
    expect((await call('DELETE', `${repo}/branches/feature/MYT-9-ä`)).status).toBe(200);
    expect((await call('DELETE', `${repo}/branches/feature/MYT-9-ä`)).status).toBe(404);
  });

  it('are none in an empty repository', async () => {
    const empty = `/repos/${encodeURIComponent('acme/shop/web/empty')}`;
    expect((await call('GET', `${empty}/branches`)).json).toEqual([]);
    expect((await call('GET', `${empty}/commits`)).status).toBe(404);
    const actions = [{ action: 'CREATE', path: 'a', payload: 'eA==', encoding: 'base64' }];
    const made = await call('POST', `${empty}/commits`, {
      body: { actions, branch: 'main', title: 'First' },
    });
    expect(made.json.changed_files).toMatchObject([{ path: 'a' }]);
    expect((await call('GET', `${empty}/commits`)).json.commits).toMatchObject([
      { title: 'First', parent_shas: [], committer: { identity: { name: 'Gitness' } } },
    ]);
  });
});

describe('pull requests', () => {
  it('are opened, reviewed, changed and merged', async () => {
    const opened = await call('POST', `${repo}/pullreq`, {
      by: 'dev',
      body: { title: 'MYT-2 Second', source_branch: 'feature/MYT-2', target_branch: 'main', is_draft: true },
    });
    expect(opened.json).toMatchObject({
      number: 2,
      state: 'open',
      is_draft: true,
      author: { uid: 'dev' },
      stats: { commits: 1, files_changed: 1, additions: 1, deletions: 0, conversations: 0 },
    });
    const pull = `${repo}/pullreq/2`;
    const merge = (body: object) => call('POST', `${pull}/merge`, { by: 'dev', body });
    expect((await merge({ method: 'merge' })).json.message).toContain('Draft');
    await call('POST', `${pull}/state`, { by: 'dev', body: { state: 'open', is_draft: false } });
    const sha = opened.json.source_sha;
    const review = { decision: 'approved', commit_sha: sha };
    expect((await call('POST', `${pull}/reviews`, { by: 'dev', body: review })).status).toBe(400);
    expect((await call('POST', `${pull}/reviews`, { by: 'ada', body: review })).status).toBe(204);
    expect((await call('GET', `${pull}/reviewers`)).json).toMatchObject([
      { review_decision: 'approved', sha, reviewer: { uid: 'ada' }, type: 'self_assigned' },
    ]);
    const comment = await call('POST', `${pull}/comments`, { by: 'ada', body: { text: 'Well' } });
    await call('PUT', `${pull}/comments/${comment.json.id}/status`, { body: { status: 'resolved' } });
    expect((await call('GET', `${pull}/metadata`)).json).toMatchObject({
      conversations: 1,
      unresolved_count: 0,
    });
    expect((await call('GET', `${pull}/commits`)).json).toMatchObject([{ sha }]);
    expect((await merge({ method: 'merge', source_sha: '1'.repeat(40) })).json.message).toContain(
      'newer commit',
    );
    const merged = await merge({ method: 'merge', source_sha: sha });
    expect(merged.status).toBe(200);
    expect((await call('GET', `${repo}/commits/${merged.json.sha}`)).json).toMatchObject({
      title: `Merge branch 'feature/MYT-2' of ${repository} (#2)`,
      parent_shas: [expect.any(String), sha],
    });
    expect((await call('GET', pull)).json).toMatchObject({
      state: 'merged',
      merger: { uid: 'dev' },
      merge_method: 'merge',
    });
    expect((await call('POST', `${pull}/state`, { body: { state: 'open' } })).status).toBe(400);
    const types = (await call('GET', `${pull}/activities`)).json.map((one: { type: string }) => one.type);
    expect(types).toEqual(['state-change', 'reviewer-add', 'review-submit', 'comment', 'merge']);
  });

  it('are listed by state, in order, and across a space by their last change', async () => {
    const numbers = async (path: string) =>
      (await call('GET', path)).json.map(
        (one: { number?: number; pull_request?: { number: number } }) =>
          one.number ?? one.pull_request?.number,
      );
    expect(await numbers(`${repo}/pullreq`)).toEqual([1]);
    expect(await numbers(`${repo}/pullreq?state=open&state=merged&order=asc`)).toEqual([1, 2]);
    expect(await numbers(`${repo}/pullreq?state=closed`)).toEqual([]);
    expect(await numbers('/spaces/acme/pullreq?include_subspaces=true&state=open&state=merged')).toEqual([
      2, 1,
    ]);
    expect(await numbers('/spaces/acme/pullreq?state=open')).toEqual([]);
    expect((await call('GET', `${repo}/pullreq/main...feature%2FMYT-1`)).json.number).toBe(1);
    expect((await call('GET', `${repo}/pullreq/9`)).status).toBe(404);
  });

  it('that conflict say where, and can be rebased otherwise', async () => {
    const { people } = code;
    await people.commit({ repository, branch: 'main', message: 'Other', files: { 'a.txt': 'one\nzwei\n' } });
    const refused = await call('POST', `${repo}/pullreq/1/merge`, { by: 'dev', body: { method: 'squash' } });
    expect([refused.status, refused.json.conflict_files]).toEqual([409, ['a.txt']]);
    const commits = ['x', 'y'].map((name) => ({ message: `MYT-3 ${name}`, files: { [name]: name } }));
    await people.push({ repository, by: 'dev', branch: 'feature/MYT-3', commits });
    await people.commit({ repository, branch: 'main', message: 'Meanwhile', files: { z: 'z' } });
    const number = await people.openPullRequest({ repository, title: 'MYT-3', source: 'feature/MYT-3' });
    await people.merge({ repository, number, method: 'rebase' });
    const { json } = await call('GET', `${repo}/commits?limit=3`);
    expect(json.commits).toMatchObject([
      {
        title: 'MYT-3 y',
        author: { identity: { name: 'Dev' } },
        committer: { identity: { name: 'Gitness' } },
      },
      { title: 'MYT-3 x' },
      { title: 'Meanwhile' },
    ]);
  });

  it('that bring nothing, or are there already, are refused', async () => {
    const open = async (source: string) => {
      const body = { title: 'x', source_branch: source, target_branch: 'main' };
      return (await call('POST', `${repo}/pullreq`, { body })).status;
    };
    await code.people.createBranch({ repository, name: 'same' });
    expect([
      await open('same'),
      await open('nowhere'),
      await open('main'),
      await open('feature/MYT-1'),
    ]).toEqual([400, 400, 400, 409]);
  });
});

describe('webhooks', () => {
  it('never show their secret, and refuse what is wrong', async () => {
    const body = {
      identifier: 'w',
      url: 'https://hub.example/hooks/1',
      secret: 's',
      enabled: true,
      triggers: ['branch_created', 'branch_created'],
    };
    const made = await call('POST', `${repo}/webhooks`, { body });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      identifier: 'w',
      has_secret: true,
      triggers: ['branch_created'],
      scope: 0,
    });
    expect(made.text).not.toContain('"secret"');
    const post = async (more: object) =>
      (await call('POST', `${repo}/webhooks`, { body: { ...body, identifier: 'v', ...more } })).status;
    expect(await post({ identifier: 'w' })).toBe(409);
    expect(await post({ triggers: ['nonsense'] })).toBe(400);
    expect(await post({ url: 'http://localhost:1/' })).toBe(400);
    expect(await post({ url: 'ftp://hub.example/' })).toBe(400);
    expect(await post({ url: `https://hub.example/${'x'.repeat(2048)}` })).toBe(400);
    expect(await post({ secret: 'x'.repeat(4097) })).toBe(400);
    const onSpace = await call('POST', `/spaces/${encodeURIComponent('acme/shop')}/webhooks`, { body });
    expect(onSpace.json).toMatchObject({ parent_type: 'space', scope: 2 });
    expect((await call('DELETE', `${repo}/webhooks/w`)).status).toBe(204);
    expect((await call('GET', `${repo}/webhooks`)).json).toEqual([]);
  });
});

describe('on request', () => {
  it('the API limits, fails, is slow or drops the connection', async () => {
    const user = () => call('GET', '/user');
    code.faults.add({ times: 1, answer: { rateLimit: { retryAfterSeconds: 7 } } });
    const limited = await user();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(limited.headers.get('x-ratelimit-remaining')).toBe('0');
    for (const status of [401, 403, 503]) {
      code.faults.add({ times: 1, match: { path: '/user' }, answer: { status } });
      expect((await user()).status).toBe(status);
    }
    code.faults.add({ times: 1, answer: { delayMs: 1 } });
    expect((await user()).status).toBe(200);
    code.faults.add({ times: 1, answer: 'drop-connection' });
    await expect(user()).rejects.toThrow();
    code.faults.add({ times: 1, match: { method: 'post' }, answer: 'apply-then-drop' });
    await expect(call('POST', `${repo}/branches`, { body: { name: 'kept' } })).rejects.toThrow();
    expect((await call('GET', `${repo}/branches/kept`)).status).toBe(200);
    expect(code.requests.filter((one) => one.status === 0)).toHaveLength(2);
  });

  it('over HTTP too', async () => {
    const control = `${code.url}/_simulator/faults`;
    const order = (body: object) => fetch(control, { method: 'POST', body: JSON.stringify(body) });
    expect((await order({ answer: { status: 500 } })).status).toBe(201);
    expect((await order({ delivery: 'lose', match: { repository } })).status).toBe(201);
    expect((await order({ delivery: 'eat' })).status).toBe(400);
    expect((await call('GET', '/user')).status).toBe(500);
    await fetch(control, { method: 'DELETE' });
    expect((await call('GET', '/user')).status).toBe(200);
    expect(await (await fetch(control)).json()).toEqual({ faults: [], deliveries: [] });
  });
});
