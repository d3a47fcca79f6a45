import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryView } from '../../deliveries/index.ts';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';
import { pushed, senderFor, type WebhookSender } from '../fixtures/webhook-sender.ts';

const repository = 'acme/shop/web/storefront';
let linked: LinkedHub;
let sender: WebhookSender;

beforeAll(async () => {
  linked = await startLinkedHub();
  sender = await senderFor(linked, (await linked.link()).id);
});
afterAll(() => linked.close());

const deliveries = async (query = ''): Promise<DeliveryView[]> =>
  (await linked.hub.call('GET', `/api/v1/deliveries?limit=200${query}`)).body.items;

/** None that Jira refused or that died: what was sent was well-formed, whatever came in. */
async function expectNothingFailed(): Promise<void> {
  const failed = (await deliveries()).filter(({ state, error }) => state === 'dead' || error !== null);
  expect(failed).toEqual([]);
}

describe('names that are hard to write', () => {
  const branches = [
    'feature/MYT-1/with/slashes',
    'MYT-1-grüße-日本-🚀',
    'MYT-1-100%-#1-a&b=c+d',
    `MYT-1-"quotes"-'and'-$(touch)-\`ticks\``,
    'MYT-1-<script>alert(1)</script>',
    'MYT-1/@/;|!',
    `MYT-1-${'long'.repeat(50)}`,
  ];

  it.each(branches)('a branch %s is shown, lends its page, and goes', async (name) => {
    const { people } = linked.host;
    await people.createBranch({ repository, name });
    await linked.settled();
    expect(linked.panel()).toMatchObject({ [`branch ${name}`]: ['MYT-1'] });
    const [shown] = linked.hub.simulator.state.development('MYT-1');
    const url = shown?.branches[0]?.url ?? '';
    expect(decodeURIComponent(new URL(url).pathname)).toBe(`/${repository}/files/${name}`);
    await people.deleteBranch({ repository, name });
    await linked.settled();
    expect(linked.panel()).toEqual({});
    await expectNothingFailed();
  });

  it('texts with control characters, half characters and NUL reach Jira as far as text goes', async () => {
    const { people } = linked.host;
    const hostile = 'MYT-2 \u0000NUL \u001b[31mred \ud800half \u202eback \ufeffmark\r\n\tMYT-3';
    await people.commit({
      repository,
      branch: 'hostile',
      message: 'MYT-2 \u0007bell \u001b[31mred\u202e',
      files: { 'a\tb\u0001.txt': 'x' },
    });
    const number = await people.openPullRequest({
      repository,
      title: hostile,
      description: hostile,
      source: 'hostile',
    });
    await linked.settled();
    const [shown] = linked.hub.simulator.state.development('MYT-3');
    expect(shown?.pullRequests).toMatchObject([
      { issueKeys: ['MYT-2', 'MYT-3'], title: expect.stringContaining('red') },
    ]);
    expect(shown?.branches).toMatchObject([{ name: 'hostile' }]);
    await people.close({ repository, number });
    await people.deleteBranch({ repository, name: 'hostile' });
    await linked.settled();
    await expectNothingFailed();
  });

  it.each([
    ['a NUL', 'acme/shop/web/store\u0000front'],
    ['half a character', 'acme/shop/web/store\ud800front'],
    ['a line break and an escape', 'acme/shop/web/store\nfront\u001b[2J'],
    ['dots that lead out of the project', 'acme/shop/web/../../../admin'],
  ])('a repository whose path holds %s is taken and found nowhere', async (_what, path) => {
    const answer = await sender.send(pushed('MYT-1', { repo: { id: 77, path } }));
    expect(answer).toMatchObject({ status: 200 });
    const found = await linked.hub.call('GET', `/api/v1/deliveries/${answer.body.delivery}?wait=20`);
    expect(found.body.final).toBe(true);
    expect(linked.panel()).not.toHaveProperty('branch MYT-1');
  });
});

describe('texts that are meant to be slow to search', () => {
  const baits = [
    `${'A-'.repeat(10_240)}MYT-1`,
    `${'A'.repeat(20_480)}-1 MYT-1`,
    `${'MYT-'.repeat(5_120)}1 MYT-1`,
    `${'A1-0'.repeat(5_120)} MYT-1`,
    `MYT-1 ${'-'.repeat(20_480)}`,
    `MYT-1 ${'A_'.repeat(10_240)}-`,
  ];

  it.each(baits.map((bait) => [bait.slice(0, 12), bait]))(
    '%s… in a title and a message',
    async (_start, bait) => {
      const { people } = linked.host;
      await people.commit({ repository, branch: 'bait', message: bait, files: { b: bait } });
      const number = await people.openPullRequest({
        repository,
        title: bait,
        description: bait,
        source: 'bait',
      });
      await linked.settled();
      const [shown] = linked.hub.simulator.state.development('MYT-1');
      expect(shown?.pullRequests.at(-1)?.issueKeys).toContain('MYT-1');
      expect(shown?.commits.length).toBeGreaterThan(0);
      await people.close({ repository, number });
      await people.deleteBranch({ repository, name: 'bait' });
      await linked.settled();
      await expectNothingFailed();
    },
  );

  it('a description that names 2,000 issues is shown on the first 500, as many as Jira takes', async () => {
    const { people } = linked.host;
    await people.commit({ repository, branch: 'many', message: 'no key', files: { many: '1' } });
    const named = Array.from({ length: 2_000 }, (_, index) => `XYZ-${index + 1}`).join(' ');
    await people.openPullRequest({ repository, title: 'MYT-2 and more', description: named, source: 'many' });
    await linked.settled();
    const [told] = await deliveries('&issue=XYZ-499&topic=development');
    expect(told?.issues).toHaveLength(500);
    expect(linked.panel()).toMatchObject({ 'OPEN MYT-2 and more': ['MYT-2'] });
  });
});

it('a push that names the same commit twice shows it once', async () => {
  const [one] = pushed('main').commits;
  const twice = { ...one, sha: 'd'.repeat(40), message: 'MYT-4 in two places' };
  const body = pushed('MYT-4-twice', { commits: [twice, twice], total_commits_count: 2, head_commit: twice });
  const answer = await sender.send(body);
  const end = (await linked.hub.call('GET', `/api/v1/deliveries/${answer.body.delivery}?wait=20`)).body;
  expect(end).toMatchObject({ state: 'delivered', error: null });
  await linked.settled();
  expect(linked.panel()).toMatchObject({ 'commit MYT-4 in two places': ['MYT-4'] });
});

describe('a push of 10,000 commits', () => {
  it('shows the newest 1,000 of them, as the host tells them page by page', async () => {
    const large = 'acme/shop/web/payments';
    const runs = linked.host;
    await runs.fill({ repository: large, branches: 1, pullRequests: 0, commits: 10_000 });
    // biome-ignore lint/suspicious/noExplicitAny: the host's own answers
    const api = async (path: string): Promise<any> =>
      (
        await fetch(`${runs.apiUrl}/repos/${encodeURIComponent(large)}${path}`, {
          headers: { authorization: `Bearer ${runs.accounts[0]?.token}` },
        })
      ).json();
    const { commits } = await api('/commits?limit=20');
    const [{ sha: first }] = (await api('/commits?limit=1&page=10000')).commits;
    const { id } = await api('');
    const repo = { id, path: large, default_branch: 'main' };
    const [head] = commits;
    const answer = await sender.send(
      pushed('main', {
        repo,
        before: first,
        after: head.sha,
        commits: commits.map((one: object) => ({ ...one, message: 'from the hook' })),
        head_commit: head,
        total_commits_count: 9_999,
      }),
    );
    expect(answer.status).toBe(200);
    const end = (await linked.hub.call('GET', `/api/v1/deliveries/${answer.body.delivery}?wait=30`)).body;
    expect(end).toMatchObject({ final: true, error: null });
    const { rows } = await linked.hub.database.pool.query(
      "select id, content->>'message' as message from dev_entities where kind = 'commit' and repository_id = $1",
      [String(id)],
    );
    const shown = new Map(rows.map((row) => [row.id, row.message]));
    const page = async (number: number): Promise<{ sha: string; message: string }[]> =>
      (await api(`/commits?limit=100&page=${number}`)).commits;
    for (let number = 1; number <= 10; number += 1) {
      for (const { sha, message } of await page(number)) expect(shown.get(sha)).toBe(message);
    }
    for (const { sha } of await page(11)) expect(shown.has(sha)).toBe(false);
  });

  it('that come in one body of many megabytes is stored and looked at whole', async () => {
    const [one] = pushed('main').commits;
    const commits = Array.from({ length: 10_000 }, (_, index) => ({
      ...one,
      sha: index.toString(16).padStart(40, '0'),
      message: `MYT-${(index % 5) + 1} number ${index} ${'x'.repeat(300)}`,
    }));
    const answer = await sender.send(
      pushed('MYT-1-all-at-once', { commits, total_commits_count: commits.length, head_commit: commits[0] }),
    );
    expect(answer).toMatchObject({ status: 200, body: { state: 'queued' } });
    const end = (await linked.hub.call('GET', `/api/v1/deliveries/${answer.body.delivery}?wait=60`)).body;
    expect(end).toMatchObject({ state: 'delivered', error: null });
    await linked.settled();
    expect(linked.hub.simulator.state.counts().commits).toBeGreaterThanOrEqual(10_000);
    await expectNothingFailed();
  });
});
