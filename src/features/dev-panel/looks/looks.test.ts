import { spawnSync } from 'node:child_process';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';

let linked: LinkedHub;
// biome-ignore lint/suspicious/noExplicitAny: a test says of the answer what it expects
let link: any;
beforeAll(async () => {
  linked = await startLinkedHub();
  link = await linked.link({ backfill: { since: null }, level: 'organization', paths: ['acme/shop'] });
  // The one that every link begins with would find what the tests lose.
  await linked.look(link);
});
afterAll(() => linked.close());
beforeEach(() => {
  linked.host.deliveryFaults.clear();
  linked.host.faults.clear();
});

const repository = 'acme/shop/web/storefront';
const loseAll = () => linked.host.deliveryFaults.add({ does: 'lose' });
const commit = (branch: string, message: string) =>
  linked.host.people.commit({ repository, branch, message, files: { [`${branch}.txt`]: message } });
const writesToJira = () =>
  linked.hub.simulator.state.requests.filter(
    ({ method, path }) => method !== 'GET' && path.includes('/devinfo/'),
  ).length;

describe('when webhooks are lost', () => {
  it('finds the branch, its commits and the pull request that none of them told, and says so', async () => {
    loseAll();
    const { people } = linked.host;
    await people.push({
      repository,
      branch: 'MYT-1-login',
      commits: [
        { message: 'MYT-2 sign in', files: { a: '1' } },
        { message: 'MYT-3 sign out', files: { b: '1' } },
      ],
    });
    const number = await people.openPullRequest({ repository, title: 'MYT-4 login', source: 'MYT-1-login' });
    await linked.settled();
    expect(linked.panel()).toEqual({});
    const look = await linked.look(link);
    expect(linked.panel()).toEqual({
      'branch MYT-1-login': ['MYT-1', 'MYT-4'],
      'commit MYT-2 sign in': ['MYT-1', 'MYT-2', 'MYT-4'],
      'commit MYT-3 sign out': ['MYT-1', 'MYT-3', 'MYT-4'],
      'OPEN MYT-4 login': ['MYT-1', 'MYT-4'],
    });
    expect(look).toMatchObject({ state: 'done', problem: null, cause: 'request', whole: true });
    expect(look.notice).toMatch(/^2 changes came by no webhook; .*: check the webhook at the host$/);
    expect(look.repaired).toContainEqual({
      repository,
      what: `Pull request ${number}`,
      was: null,
      now: 'open "MYT-4 login" on MYT-4, MYT-1',
    });
  });

  it('writes nothing to Jira when there is nothing to repair', async () => {
    await commit('MYT-5-total', 'MYT-5 total');
    await linked.host.people.openPullRequest({ repository, title: 'Total', source: 'MYT-5-total' });
    await linked.settled();
    const before = writesToJira();
    const look = await linked.look(link);
    expect(look).toMatchObject({ state: 'done', changes: 0, repaired: [], notice: null });
    expect(look.checked).toBeGreaterThan(3);
    expect(writesToJira()).toBe(before);
  });

  it('finds a push, an edit, a merge and a branch that went', async () => {
    const { people } = linked.host;
    await commit('MYT-1-a', 'first');
    await commit('MYT-1-b', 'MYT-1 b');
    const number = await people.openPullRequest({ repository, title: 'MYT-2', source: 'MYT-1-a' });
    await linked.settled();
    loseAll();
    await commit('MYT-1-a', 'MYT-3 second');
    await people.editPullRequest({ repository, number, title: 'Now without' });
    await people.merge({ repository, number });
    await people.deleteBranch({ repository, name: 'MYT-1-b' });
    await linked.look(link);
    expect(linked.panel()).toMatchObject({
      'branch MYT-1-a': ['MYT-1'],
      'commit MYT-3 second': ['MYT-1', 'MYT-3'],
      'MERGED Now without': ['MYT-1'],
    });
    expect(linked.panel()).not.toHaveProperty('branch MYT-1-b');
  });

  it('finds a branch that was made from an old commit', async () => {
    loseAll();
    await linked.host.people.createBranch({ repository, name: 'MYT-4-from-main' });
    await linked.look(link);
    expect(linked.panel()).toMatchObject({ 'branch MYT-4-from-main': ['MYT-4'] });
  });

  it('finds what a force-push left', async () => {
    const { people } = linked.host;
    await commit('MYT-5-force', 'MYT-5 before');
    await linked.settled();
    loseAll();
    await people.forcePush({
      repository,
      branch: 'MYT-5-force',
      commits: [{ message: 'MYT-4 after', files: { c: '2' } }],
    });
    await linked.look(link);
    expect(linked.panel()).toMatchObject({ 'commit MYT-4 after': ['MYT-4'] });
  });
});

describe('what a host sends no webhook for', () => {
  it('is found: a turn into a draft, and a review that was asked for', async () => {
    const { people } = linked.host;
    await commit('MYT-1-draft', 'MYT-1');
    const number = await people.openPullRequest({ repository, title: 'MYT-1 wip', source: 'MYT-1-draft' });
    await linked.settled();
    await people.setDraft({ repository, number, draft: true });
    await people.requestReview({ repository, number, reviewer: 'rene' });
    const look = await linked.look(link);
    expect(linked.panel()).toMatchObject({ 'DRAFT MYT-1 wip': ['MYT-1'] });
    expect(look).toMatchObject({ changes: 1, notice: null });
    const shown = linked.hub.simulator.state.development('MYT-1').flatMap(({ pullRequests }) => pullRequests);
    expect(shown.find(({ title }) => title === 'MYT-1 wip')).toMatchObject({
      reviewers: [{ name: 'Rene Reviewer' }],
    });
  });

  it('is told anew under its new name, when a repository is renamed', async () => {
    const { people } = linked.host;
    const old = 'acme/shop/web/payments';
    await people.commit({ repository: old, branch: 'MYT-2-pay', message: 'MYT-2 pay', files: { a: '1' } });
    await people.openPullRequest({ repository: old, title: 'MYT-2 pay', source: 'MYT-2-pay' });
    await linked.settled();
    const renamed = people.rename({ repository: old, identifier: 'billing' });
    const look = await linked.look(link);
    const all = linked.hub.simulator.state.development();
    expect(all.map((one) => one.repository.name)).not.toContain(old);
    const shown = all.filter((one) => one.repository.name === renamed);
    const entities = shown.flatMap(({ branches, commits, pullRequests }) => [
      ...branches,
      ...commits,
      ...pullRequests,
    ]);
    expect(entities).toHaveLength(3);
    for (const { url } of entities) expect(url).toContain(`/${renamed}/`);
    expect(look).toMatchObject({ changes: 3, notice: null });
    expect((await linked.look(link)).changes).toBe(0);
  });

  it.each([
    ['moved elsewhere', (path: string) => linked.host.people.move({ repository: path, space: 'acme' })],
    ['deleted', (path: string) => linked.host.people.deleteRepository({ repository: path })],
  ])('is withdrawn, when a repository is %s', async (what, leave) => {
    const { people } = linked.host;
    const path = `acme/shop/web/${what.replace(' ', '-')}`;
    await people.createRepository({ path });
    await people.commit({ repository: path, branch: 'main', message: 'MYT-3 start', files: { a: '1' } });
    await people.createBranch({ repository: path, name: 'MYT-3-leaves' });
    await linked.settled();
    expect(linked.panel()).toMatchObject({ 'branch MYT-3-leaves': ['MYT-3'] });
    leave(path);
    const look = await linked.look(link);
    expect(linked.panel()).not.toHaveProperty('branch MYT-3-leaves');
    expect(linked.panel()).not.toHaveProperty('commit MYT-3 start');
    expect(look.repaired).toMatchObject([{ repository: path, what: 'repository', was: 'covered' }]);
  });
});

describe('a look that cannot see everything', () => {
  it('withdraws nothing because the token lost its rights', async () => {
    const before = linked.panel();
    expect(Object.keys(before).length).toBeGreaterThan(0);
    linked.host.faults.add({ match: { path: '/spaces/' }, answer: { status: 403 } });
    const look = await linked.look(link);
    expect(look).toMatchObject({ state: 'failed', problem: { code: 'remote-forbidden' } });
    linked.host.faults.clear();
    linked.host.faults.add({ match: { path: '/repos?' }, answer: { status: 200, body: [] } });
    linked.host.faults.add({ match: { path: '/repos/' }, answer: { status: 404 } });
    linked.host.faults.add({ match: { path: '/spaces/' }, answer: { status: 404 } });
    expect(await linked.look(link)).toMatchObject({
      state: 'failed',
      problem: { code: 'link-rights-missing' },
    });
    expect(linked.panel()).toEqual(before);
  });

  it('leaves what a path of a link showed, while nobody knows whether it is gone, and looks at the other paths', async () => {
    const linked = await startLinkedHub();
    try {
      const { people, faults, deliveryFaults } = linked.host;
      const [kept, gone] = ['acme/shop/web', 'acme/shop/platform'];
      const link = await linked.link({ paths: [gone, kept] });
      await linked.look(link);
      const commit = (branch: string, project: string) =>
        people.commit({ repository: project, branch, message: branch, files: { a: branch } });
      await commit('MYT-1-platform', `${gone}/infrastructure`);
      await linked.settled();
      deliveryFaults.add({ does: 'lose' });
      await commit('MYT-2-web', `${kept}/storefront`);
      const notThere = { status: 404 };
      faults.add({ match: { path: '/spaces/acme%2Fshop%2Fplatform' }, answer: notThere });
      faults.add({ match: { path: '/repos/acme%2Fshop%2Fplatform' }, answer: notThere });

      // Who may not administer what is above sees the same answer for what is gone and for what is hidden.
      const hides = faults.add({ match: { path: /spaces\/acme%2Fshop\/webhooks/ }, answer: { status: 403 } });
      expect(await linked.look(link)).toMatchObject({
        state: 'failed',
        problem: {
          code: 'link-rights-missing',
          message: expect.stringMatching(/^The host shows no acme\/shop\/platform: .*Account Admin/),
          hint: expect.stringContaining('take it from the link'),
        },
      });
      expect(linked.panel()).toMatchObject({
        'branch MYT-1-platform': ['MYT-1'],
        'branch MYT-2-web': ['MYT-2'],
      });

      faults.remove(hides);
      expect(await linked.look(link)).toMatchObject({
        state: 'done',
        repaired: [
          {
            repository: `${gone}/infrastructure`,
            what: 'repository',
            was: 'covered',
            now: `${gone} is not there any more`,
          },
        ],
      });
      expect(linked.panel()).not.toHaveProperty('branch MYT-1-platform');
      expect(linked.panel()).toHaveProperty('branch MYT-2-web');
    } finally {
      await linked.close();
    }
  });

  it('waits as long as the host limits the rate, and then goes on where it was', async () => {
    loseAll();
    await commit('MYT-4-limit', 'MYT-4');
    linked.host.faults.add({
      match: { path: '/branches' },
      after: 1,
      times: 1,
      answer: { rateLimit: { retryAfterSeconds: 1 } },
    });
    const asked = linked.host.requests.length;
    expect(await linked.look(link)).toMatchObject({ state: 'done', problem: null });
    expect(linked.panel()).toMatchObject({ 'branch MYT-4-limit': ['MYT-4'] });
    // Each repository once, and once more the one at which it was stopped.
    const pages = linked.host.requests.slice(asked).filter(({ path }) => path.includes('/branches?'));
    const walked = pages.map(({ path }) => path.replace(/\/branches.*/, ''));
    expect(walked.length).toBe(new Set(walked).size + 1);
  });

  it('goes on with the other repositories when one fails', async () => {
    loseAll();
    await commit('MYT-5-other', 'MYT-5');
    linked.host.faults.add({ match: { path: /infrastructure\/branches/ }, answer: { status: 500 } });
    expect(await linked.look(link)).toMatchObject({ state: 'failed', problem: { code: 'remote-failed' } });
    expect(linked.panel()).toMatchObject({ 'branch MYT-5-other': ['MYT-5'] });
  });
});

it('a look that a killed hub left is finished, without what it had done', async () => {
  loseAll();
  await commit('MYT-2-left', 'MYT-2 left behind');
  const { pool } = linked.hub.database;
  const startedAt = new Date();
  await pool.query(
    `update looked_repositories set looked_at = $1 where link_id = $2 and info->>'name' like '%/infrastructure'`,
    [new Date(startedAt.getTime() + 1), link.id],
  );
  const asked = linked.host.requests.length;
  await pool.query(
    `insert into link_looks (id, link_id, cause, whole, wanted_at, started_at)
     values ($3, $1, 'schedule', false, $2, $2)`,
    [link.id, startedAt, uuid()],
  );
  await expect
    .poll(() => linked.panel(), { timeout: 10_000 })
    .toMatchObject({ 'branch MYT-2-left': ['MYT-2'], 'commit MYT-2 left behind': ['MYT-2'] });
  await linked.settled();
  const walked = linked.host.requests.slice(asked).filter(({ path }) => path.includes('/branches?'));
  expect(walked.filter(({ path }) => path.includes('storefront'))).toHaveLength(1);
  expect(walked.filter(({ path }) => path.includes('infrastructure'))).toEqual([]);
});

it('a regular look reads the recent branches of a large repository alone, and once a day all of them', async () => {
  const { people } = linked.host;
  const { pool } = linked.hub.database;
  const large = 'acme/shop/platform/large';
  await people.createRepository({ path: large });
  const old = new Date(Date.now() - 60 * 60 * 1000);
  const head = await people.commit({
    repository: large,
    branch: 'main',
    message: 'begin',
    files: { a: '1' },
    at: old,
  });
  await people.createBranch({ repository: large, name: 'MYT-5-goes' });
  await linked.settled();
  loseAll();
  const refs = Array.from({ length: 110 }, (_, index) => `create refs/heads/b-${index} ${head}\n`).join('');
  spawnSync('git', ['-C', linked.host.folderOf(large), 'update-ref', '--stdin'], { input: refs });
  const pagesOf = async (wholeAt: Date) => {
    await pool.query(`update looked_repositories set whole_at = $1 where info->>'name' = $2`, [
      wholeAt,
      large,
    ]);
    const asked = linked.host.requests.length;
    const before = (await linked.hub.call('GET', `/api/v1/links/${link.id}/looks`)).body.items[0].id;
    await pool.query('update links set next_look_at = now() where id = $1', [link.id]);
    await expect
      .poll(
        async () => {
          const [last] = (await linked.hub.call('GET', `/api/v1/links/${link.id}/looks`)).body.items;
          return last.id !== before && last.cause === 'schedule' && last.state;
        },
        { timeout: 10_000 },
      )
      .toBe('done');
    await linked.settled();
    return linked.host.requests
      .slice(asked)
      .filter(({ path }) => path.includes('large/branches?') || path.includes('large%2Fbranches?')).length;
  };
  await linked.look(link);
  expect(linked.panel()).toMatchObject({ 'branch MYT-5-goes': ['MYT-5'] });
  await people.deleteBranch({ repository: large, name: 'MYT-5-goes' });
  expect(await pagesOf(new Date())).toBe(1);
  expect(linked.panel()).toHaveProperty('branch MYT-5-goes');
  expect(await pagesOf(new Date(Date.now() - 25 * 60 * 60 * 1000))).toBe(2);
  expect(linked.panel()).not.toHaveProperty('branch MYT-5-goes');
});

it('what a link excludes is withdrawn', async () => {
  const shown = () => Object.keys(linked.panelOf(repository)).length;
  expect(shown()).toBeGreaterThan(0);
  const path = `/api/v1/links/${link.id}`;
  await linked.hub.call('PUT', path, { name: link.name, excludeRepositories: ['*/storefront'] });
  await expect.poll(shown, { timeout: 10_000 }).toBe(0);
});

it('is shown with the link', async () => {
  const { id } = await linked.look(link);
  const { body } = await linked.hub.call('GET', `/api/v1/links/${link.id}`);
  expect(body.lastLook).toMatchObject({ id, state: 'done', cause: 'request' });
});

it('a look whose answer came late goes by the rules that the link has by then', async () => {
  const rules = { name: link.name, paths: ['acme/shop'] };
  const change = (changed: object) =>
    linked.hub.call('PUT', `/api/v1/links/${link.id}`, { ...rules, ...changed });
  const late = 'acme/shop/web/late';
  await linked.host.people.createRepository({ path: late });
  await linked.host.people.commit({
    repository: late,
    branch: 'main',
    message: 'MYT-2 late',
    files: { a: '1' },
  });
  await linked.settled();
  expect(linked.panel()).toMatchObject({ 'commit MYT-2 late': ['MYT-2'] });
  const fault = linked.host.faults.add({
    match: { method: 'GET', path: /late\/branches/ },
    times: 1,
    answer: { delayMs: 1_000 },
  });
  const asked = await linked.hub.call('POST', `/api/v1/links/${link.id}/reconcile`, {});
  await expect
    .poll(() => linked.host.faults.list().find(({ id }) => id === fault)?.struck, { timeout: 10_000 })
    .toBe(1);
  expect((await change({ excludeRepositories: ['acme/*'] })).status).toBe(200);
  await expect.poll(() => linked.panel(), { timeout: 10_000 }).toEqual({});
  await expect
    .poll(
      async () => {
        const { body } = await linked.hub.call('GET', `/api/v1/links/${link.id}/looks`);
        return body.items.find(({ id }: { id: string }) => id === asked.body.id).endedAt;
      },
      { timeout: 10_000 },
    )
    .not.toBeNull();
  await linked.settled();
  expect(linked.panel()).toEqual({});
});
