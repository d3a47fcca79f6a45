import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DataCenterSimulator, startJiraSimulator } from '../../../simulators/jira/index.ts';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';

let linked: LinkedHub;
let jira: DataCenterSimulator;
let jiraConnection: string;
let link: { id: string; smartCommits: string };

beforeAll(async () => {
  linked = await startLinkedHub();
  jira = await startJiraSimulator({ edition: 'data-center' });
  const { hub } = linked;
  await hub.call('POST', '/api/v1/secrets', { name: 'pat', value: jira.accounts[0]?.personalAccessToken });
  const made = await hub.call('POST', '/api/v1/connections', {
    name: 'self-hosted',
    connector: 'jira',
    settings: {
      baseUrl: jira.siteUrl,
      platform: { type: 'personal-access-token', token: { secret: 'account.pat' } },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  jiraConnection = made.body.id;
  link = await linked.link({ jiraConnection });
});
afterAll(async () => {
  await jira.close();
  await linked.close();
});
beforeEach(() => {
  jira.faults.clear();
  linked.host.deliveryFaults.clear();
});

const repository = 'acme/shop/web/storefront';
let count = 0;
const commit = async (message: string, given: { branch?: string; by?: string; at?: Date } = {}) => {
  const { branch = `work-${++count}`, by = 'ada', at } = given;
  const files = { [`${++count}.txt`]: message };
  const sha = await linked.host.people.commit({ repository, branch, by, message, files, at });
  await linked.settled();
  return sha;
};
/** What Jira's own API shows. */
const ask = async <T>(path: string): Promise<T> => {
  const headers = { authorization: `Bearer ${jira.accounts[0]?.personalAccessToken}` };
  const answer = await fetch(`${jira.siteUrl}/rest/api/2/issue/${path}`, { headers });
  return (await answer.json()) as T;
};
const comments = async (key: string) =>
  (await ask<{ comments: { body: string }[] }>(`${key}/comment`)).comments.map(({ body }) => body);
const work = async (key: string) =>
  (await ask<{ worklogs: { timeSpent: string; comment: string }[] }>(`${key}/worklog`)).worklogs.map(
    ({ timeSpent, comment }) => [timeSpent, comment],
  );
const status = async (key: string) =>
  (await ask<{ fields: { status: { name: string } } }>(`${key}?fields=status`)).fields.status.name;
const deliveries = async (key: string) =>
  (await linked.hub.call('GET', `/api/v1/issues/${key}/explanation`)).body.deliveries.filter(
    ({ topic }: { topic: string }) => topic === 'smart-commit',
  );

describe('a commit message on a self-hosted Jira', () => {
  it('comments, logs work and takes the issue further, in the author’s name', async () => {
    const sha = await commit('MYT-3 #comment moved at last #time 1h 30m carefully #in-progress');
    const words = `Ada Admin (commit ${sha.slice(0, 10)} in ${repository})`;
    expect(await comments('MYT-3')).toEqual([`${words}: moved at last`]);
    expect(await work('MYT-3')).toEqual([['1h 30m', `${words}: carefully`]]);
    expect(await status('MYT-3')).toBe('In Progress');
    expect(await deliveries('MYT-3')).toMatchObject([
      {
        state: 'delivered',
        summary: expect.stringContaining('#in-progress of commit'),
        issues: [{ outcome: 'carried-out' }],
      },
      { state: 'delivered', summary: expect.stringContaining('#time of commit') },
      { state: 'delivered', summary: expect.stringContaining('#comment of commit') },
    ]);
  });

  it('does each thing once, whatever comes again', async () => {
    const { people } = linked.host;
    linked.host.deliveryFaults.add({ does: 'duplicate' });
    const at = new Date();
    const sha = await commit('MYT-4 MYT-5 #comment once', { branch: 'once', at });
    // As a rebase leaves it: another commit of the same author and moment.
    expect(await commit('MYT-4 MYT-5 #comment once', { branch: 'rebased', at })).not.toBe(sha);
    await people.createBranch({ repository, name: 'once-more', from: 'once' });
    await people.openPullRequest({ repository, title: 'Once', source: 'once' });
    await people.deleteBranch({ repository, name: 'once-more' });
    await people.createBranch({ repository, name: 'once-more', from: sha });
    await linked.settled();
    await linked.hub.call('POST', `/api/v1/links/${link.id}/backfill`, {});
    await expect
      .poll(async () => (await linked.hub.call('GET', `/api/v1/links/${link.id}/backfill`)).body.state, {
        timeout: 10_000,
      })
      .toBe('done');
    await linked.look(link);
    expect(await comments('MYT-4')).toHaveLength(1);
    expect(await comments('MYT-5')).toHaveLength(1);
    const [delivery] = await deliveries('MYT-4');
    const replayed = await linked.hub.call('POST', '/api/v1/deliveries/replay', { ids: [delivery.id] });
    expect(replayed.status).toBeLessThan(300);
    await linked.settled();
    expect(await comments('MYT-4')).toHaveLength(1);
  });

  it('is found by a look when its webhook was lost', async () => {
    linked.host.deliveryFaults.add({ does: 'lose' });
    await commit('MYT-1 #comment lost and found');
    expect(await comments('MYT-1')).toEqual([]);
    await linked.look(link);
    expect(await comments('MYT-1')).toEqual([expect.stringContaining('lost and found')]);
  });

  it.each([
    ['comment', 'OPS-1 #comment cut off', async () => (await comments('OPS-1')).length],
    ['worklog', 'OPS-1 #time 2h cut off', async () => (await work('OPS-1')).length],
    ['transitions', 'OPS-2 #ask', async () => Number((await status('OPS-2')) === 'Waiting for approval')],
  ])('is not done again when Jira did it and the answer was lost: %s', async (path, message, done) => {
    jira.faults.add({ match: { method: 'POST', path }, times: 1, answer: 'apply-then-drop' });
    await commit(message);
    expect(await done()).toBe(1);
    const posts = jira.state.requests.filter(
      (one) => one.method === 'POST' && one.path.includes(message.slice(0, 5)) && one.path.endsWith(path),
    );
    expect(posts).toHaveLength(1);
  });

  it('tells why a command is not carried out', async () => {
    await commit('MYT-2 #fly #comment #time soon');
    await commit('MYT-2 #comment from elsewhere', { by: 'rene' });
    await commit('MYT-999 #comment nowhere');
    const reasons = (await deliveries('MYT-2')).map(
      ({ error }: { error: { message: string } }) => error.message,
    );
    expect(reasons).toEqual([
      'Jira knows no active user with the e-mail address rene@tieline-demo.example of Rene Reviewer',
      '#time names no time such as 1w 2d 4h 30m',
      '#comment says nothing',
      expect.stringMatching(/^#fly names no transition of MYT-2 that is open to the account now; ".*" are$/),
    ]);
    const { body } = await linked.hub.call('GET', '/api/v1/issues/MYT-2/explanation');
    expect(body.notes).toContainEqual(expect.stringContaining('#fly names no transition of MYT-2'));
    expect(await deliveries('MYT-999')).toMatchObject([
      { state: 'rejected', issues: [{ outcome: 'unknown' }] },
    ]);
    expect(await comments('MYT-2')).toEqual([]);
  });

  it('is left alone while the switch is off, and what was written meanwhile stays so', async () => {
    const set = (smartCommits: string) =>
      linked.hub.call('PUT', `/api/v1/links/${link.id}`, { name: 'link-1', smartCommits });
    expect((await set('off')).body).toMatchObject({ smartCommits: 'off' });
    await commit('OPS-2 #comment unheard', { branch: 'unheard', at: new Date(Date.now() - 60_000) });
    await set('on');
    await linked.host.people.openPullRequest({ repository, title: 'Unheard', source: 'unheard' });
    await linked.settled();
    expect(await comments('OPS-2')).toEqual([]);
    await set('auto');
  });
});

it('on Jira Cloud, which does so itself, nothing is done unless the link says so', async () => {
  const { hub, host } = linked;
  const cloud = await linked.link({ paths: ['acme/shop/platform'] });
  const infrastructure = 'acme/shop/platform/infrastructure';
  const say = async (text: string) => {
    const message = `MYT-1 #comment ${text}`;
    await host.people.commit({ repository: infrastructure, branch: text, message, files: { a: text } });
    await linked.settled();
  };
  await say('twice');
  expect(await deliveries('MYT-1')).toContainEqual(
    expect.objectContaining({ state: 'skipped', reason: expect.stringContaining('Jira Cloud carries out') }),
  );
  await hub.call('PUT', `/api/v1/links/${cloud.id}`, { name: 'cloud', smartCommits: 'on' });
  await say('here');
  const { siteUrl, accounts } = hub.simulator;
  const credentials = btoa(`${accounts[0]?.email}:${accounts[0]?.apiToken}`);
  const answer = await fetch(`${siteUrl}/rest/api/2/issue/MYT-1/comment`, {
    headers: { authorization: `Basic ${credentials}` },
  });
  const shown = (await answer.json()) as { comments: { body: string }[] };
  expect(shown.comments.map(({ body }) => body)).toEqual([
    expect.stringMatching(/^Ada Admin \(commit \w{10} in acme\/shop\/platform\/infrastructure\): here$/),
  ]);
});
