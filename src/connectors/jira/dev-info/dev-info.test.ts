import { afterEach, describe, expect, it } from 'vitest';
import type { BranchInfo, CommitInfo, PullRequestInfo, SequencedDevEntity } from '../../../kit/dev-info.ts';
import type { Http } from '../../../kit/http.ts';
import { type SimulatedCloud, startSimulatedCloud } from '../fixtures/simulated-cloud.ts';
import { type SimulatedDataCenter, startSimulatedDataCenter } from '../fixtures/simulated-data-center.ts';
import jira from '../index.ts';
import { createDevInfoSubmitter } from './submit.ts';
import { devEntityId } from './wire.ts';

let site: SimulatedCloud | SimulatedDataCenter | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

const repository = { id: 'r-7', name: 'acme/shop', url: 'https://code.example.com/acme/shop' };
const at = new Date('2026-11-22T10:00:00Z');

const aCommit = (given: Partial<CommitInfo> = {}): CommitInfo => ({
  sha: '7f3a1c9d2b8e4f6a0c5d7e9b1a3f5c7d9e0b2a4c',
  message: 'MYT-1 round totals once',
  author: { name: 'Ada', email: 'ada@example.com' },
  at,
  url: `${repository.url}/commit/7f3a1c9`,
  isMerge: false,
  files: [
    { path: 'a.ts', url: `${repository.url}/a.ts`, change: 'MODIFIED', linesAdded: 3, linesRemoved: 1 },
  ],
  fileCount: 1,
  ...given,
});
const aBranch = (given: Partial<BranchInfo> = {}): BranchInfo => ({
  name: 'feature/MYT-1',
  url: `${repository.url}/tree/x`,
  createPullRequestUrl: `${repository.url}/compare/x`,
  head: aCommit(),
  ...given,
});
const aPullRequest = (given: Partial<PullRequestInfo> = {}): PullRequestInfo => ({
  number: 4,
  title: 'MYT-1: totals',
  description: '',
  state: 'open',
  author: { name: 'Ada', url: 'https://code.example.com/ada' },
  source: { branch: 'feature/MYT-1', url: `${repository.url}/tree/x`, repositoryId: '7' },
  target: { branch: 'main', url: `${repository.url}/tree/main` },
  url: `${repository.url}/pulls/4`,
  at,
  reviewers: [
    { person: { name: 'Bo' }, verdict: 'needs-work' },
    { person: { name: 'Cy', email: 'cy@example.com' }, verdict: 'approved' },
  ],
  commentCount: 2,
  commits: [],
  ...given,
});

const on = (issueKeys: string[], formerIssueKeys: string[] = []) => ({
  repository,
  issueKeys,
  formerIssueKeys,
});
const commitOn = (keys: string[], given: Partial<CommitInfo> = {}, sequence = 100): SequencedDevEntity => ({
  ...on(keys),
  kind: 'commit',
  commit: aCommit(given),
  sequence,
});
const branchOn = (keys: string[], given: Partial<BranchInfo> = {}, sequence = 100): SequencedDevEntity => ({
  ...on(keys),
  kind: 'branch',
  branch: aBranch(given),
  sequence,
});
const pullRequestOn = (
  keys: string[],
  given: Partial<PullRequestInfo> = {},
  sequence = 100,
): SequencedDevEntity => ({ ...on(keys), kind: 'pull-request', pullRequest: aPullRequest(given), sequence });
const goneFrom = (
  formerIssueKeys: string[],
  of: 'branch' | 'commit' | 'pull-request',
  id: string,
  sequence = 200,
): SequencedDevEntity => ({ repository, issueKeys: [], formerIssueKeys, kind: 'gone', of, id, sequence });

const submission = { properties: { tielineLink: 'l1' }, backfill: false };
const fine = { unknownIssueKeys: [], refusedIssueKeys: [], leftOutIssueKeys: [], unknownServices: [] };

async function onCloud() {
  const cloud = await startSimulatedCloud();
  site = cloud;
  const [app] = cloud.simulator.clients;
  const client = jira.jira?.(await cloud.connect(cloud.app(app?.name ?? '')));
  if (client === undefined) throw new Error('the connector gives no client');
  return { client, simulator: cloud.simulator };
}

describe('the Development panel of Jira Cloud', () => {
  it('shows a branch, a commit and a pull request with all that it can show', async () => {
    const { client, simulator } = await onCloud();
    const { outcomes, requests } = await client.devInfo.submit(
      [branchOn(['MYT-1']), commitOn(['MYT-1', 'MYT-2']), pullRequestOn(['MYT-1'])],
      submission,
    );
    expect(outcomes).toEqual(outcomes.map(() => ({ state: 'accepted', ...fine })));
    expect(requests).toHaveLength(1);
    expect(simulator.state.development('MYT-1')).toMatchObject([
      {
        repository: { name: 'acme/shop' },
        branches: [{ name: 'feature/MYT-1', lastCommit: { displayId: '7f3a1c9' } }],
        commits: [{ fileCount: 1, files: [{ path: 'a.ts', changeType: 'MODIFIED', linesAdded: 3 }] }],
        pullRequests: [
          {
            displayId: '#4',
            status: 'OPEN',
            commentCount: 2,
            reviewers: [
              { name: 'Bo', approvalStatus: 'NEEDSWORK' },
              { name: 'Cy', approvalStatus: 'APPROVED' },
            ],
          },
        ],
      },
    ]);
  });

  it('forgets what is gone, and all of a link by its property', async () => {
    const { client, simulator } = await onCloud();
    await client.devInfo.submit(
      [branchOn(['MYT-1']), commitOn(['MYT-1']), pullRequestOn(['MYT-2'])],
      submission,
    );
    await client.devInfo.submit([goneFrom(['MYT-1'], 'branch', 'feature/MYT-1')], submission);
    expect(simulator.state.counts()).toMatchObject({ branches: 0, commits: 1, pullRequests: 1 });
    expect(await client.devInfo.existsByProperties({ tielineLink: 'l1' })).toBe(true);
    await client.devInfo.removeByProperties({ tielineLink: 'l1' });
    expect(await client.devInfo.existsByProperties({ tielineLink: 'l1' })).toBe(false);
    expect(simulator.state.counts()).toMatchObject({ commits: 0, pullRequests: 0 });
  });

  it('says of each which issues Jira does not know, and rejects what names none', async () => {
    const { client } = await onCloud();
    const { outcomes } = await client.devInfo.submit(
      [commitOn(['MYT-1', 'GONE-1']), branchOn(['GONE-2']), pullRequestOn(['no key'])],
      submission,
    );
    expect(outcomes).toMatchObject([
      { state: 'accepted', unknownIssueKeys: ['GONE-1'] },
      { state: 'rejected', unknownIssueKeys: ['GONE-2'] },
      { state: 'rejected', errors: ['it names no issue key that Jira could know'] },
    ]);
  });

  it('says that what it rejects stays on the issues that are named no longer', async () => {
    const { client, simulator } = await onCloud();
    await client.devInfo.submit([branchOn(['MYT-1'])], submission);
    const renamed = { ...branchOn(['GONE-2']), formerIssueKeys: ['MYT-1'], sequence: 200 };
    const { outcomes } = await client.devInfo.submit([renamed], submission);
    expect(outcomes).toMatchObject([
      { state: 'rejected', refusedIssueKeys: [{ key: 'MYT-1', reason: expect.any(String) }] },
    ]);
    expect(simulator.state.development('MYT-1')).toMatchObject([{ branches: [{ name: 'feature/MYT-1' }] }]);
  });

  it('takes texts of any length, any branch name, and more than a request holds', async () => {
    const { client, simulator } = await onCloud();
    const many = Array.from({ length: 230 }, (_, index) => commitOn(['MYT-1'], { sha: `c${index}` }));
    const long = 'é'.repeat(3_000);
    const { outcomes, requests } = await client.devInfo.submit(
      [
        ...many,
        branchOn(['MYT-1'], { name: `feature/${long}` }),
        commitOn(['MYT-1'], {
          message: long,
          author: { name: long, email: `${long}@example.com` },
          files: Array.from({ length: 30 }, (_, index) => ({
            path: long,
            url: `https://x/${index}`,
            change: 'ADDED',
          })),
        }),
        pullRequestOn(['MYT-1'], { title: long, author: { name: long, avatarUrl: `https://x/${long}` } }),
      ],
      submission,
    );
    expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['accepted']));
    expect(requests).toHaveLength(3);
    expect(simulator.state.counts()).toMatchObject({ commits: 231, branches: 1, pullRequests: 1 });
  });

  it('a refused repository is the refusal of all that is in it, and one bad entity sinks no other', async () => {
    const { client } = await onCloud();
    const bad = { ...commitOn(['MYT-1']), repository: { ...repository, id: 'r-8', url: 'no address' } };
    const { outcomes } = await client.devInfo.submit([bad, branchOn(['MYT-1'])], submission);
    expect(outcomes).toMatchObject([
      { state: 'rejected', errors: [expect.any(String)] },
      { state: 'accepted' },
    ]);
  });

  it('marks what is old, so that no smart commit is run and no newer thing waits for it', async () => {
    const bodies: unknown[] = [];
    const http: Http = {
      async request({ json }) {
        bodies.push(json);
        return { status: 202, headers: {}, url: '', text: '{}', json: () => ({}) };
      },
    };
    const submitter = createDevInfoSubmitter({ getGateway: () => http, cloudId: async () => 'c' });
    await submitter.submit([commitOn(['MYT-1'])], { ...submission, backfill: true });
    await submitter.submit([commitOn(['MYT-1'])], submission);
    expect(bodies).toMatchObject([
      { preventTransitions: true, operationType: 'BACKFILL', properties: { tielineLink: 'l1' } },
      { preventTransitions: false, operationType: 'NORMAL' },
    ]);
  });
});

describe('an issue of a self-hosted Jira', () => {
  it('has a link for each, changed in place, and taken back from an issue that is named no longer', async () => {
    const dataCenter = await startSimulatedDataCenter({});
    site = dataCenter;
    const client = jira.jira?.(await dataCenter.connect(dataCenter.byToken('admin')));
    const titles = (key: string) =>
      dataCenter.simulator.state
        .remoteLinks(key)
        .map(({ relationship, object }) => [relationship, object.title, object.status?.resolved]);
    await client?.devInfo.submit(
      [branchOn(['MYT-1']), commitOn(['MYT-1']), pullRequestOn(['MYT-1'])],
      submission,
    );
    expect(titles('MYT-1')).toEqual([
      ['Branches', 'feature/MYT-1', false],
      ['Commits', '7f3a1c9 MYT-1 round totals once', false],
      ['Pull requests', '#4 MYT-1: totals: open', false],
    ]);
    const merged = pullRequestOn(['MYT-2'], { state: 'merged' }, 101);
    const said = await client?.devInfo.submit(
      [{ ...merged, formerIssueKeys: ['MYT-1'] }, goneFrom(['MYT-1'], 'branch', 'feature/MYT-1')],
      submission,
    );
    expect(said?.outcomes).toEqual([
      { state: 'accepted', ...fine },
      { state: 'accepted', ...fine },
    ]);
    expect(titles('MYT-1')).toEqual([['Commits', '7f3a1c9 MYT-1 round totals once', false]]);
    expect(titles('MYT-2')).toEqual([['Pull requests', '#4 MYT-1: totals: merged', true]]);
  });
});

describe('a link on an issue of a self-hosted Jira', () => {
  it('that may not be taken back is told of its issue, and stops nothing else', async () => {
    const dataCenter = await startSimulatedDataCenter({});
    site = dataCenter;
    const client = jira.jira?.(await dataCenter.connect(dataCenter.byToken('admin')));
    await client?.devInfo.submit([branchOn(['MYT-1'])], submission);
    dataCenter.simulator.faults.refusePermission('LINK_ISSUES');
    const said = await client?.devInfo.submit(
      [goneFrom(['MYT-1'], 'branch', 'feature/MYT-1'), goneFrom(['MYT-1'], 'branch', 'x')],
      submission,
    );
    const refused = { state: 'rejected', refusedIssueKeys: [{ key: 'MYT-1' }] };
    expect(said?.outcomes).toMatchObject([refused, refused]);
    dataCenter.simulator.faults.clear();
    const again = await client?.devInfo.submit([goneFrom(['MYT-1'], 'branch', 'feature/MYT-1')], submission);
    expect(again?.outcomes).toEqual([{ state: 'accepted', ...fine }]);
    expect(dataCenter.simulator.state.remoteLinks('MYT-1')).toEqual([]);
  });

  it('tells the state of a pull request however long its title is', async () => {
    const dataCenter = await startSimulatedDataCenter({});
    site = dataCenter;
    const client = jira.jira?.(await dataCenter.connect(dataCenter.byToken('admin')));
    await client?.devInfo.submit(
      [pullRequestOn(['MYT-1'], { title: 'long '.repeat(200), state: 'merged' })],
      submission,
    );
    const [link] = dataCenter.simulator.state.remoteLinks('MYT-1');
    expect(link?.object.title).toMatch(/^#4 long .*…: merged$/);
  });
});

describe('the id of an entity', () => {
  // As Atlassian's own app for GitHub makes them.
  it.each([
    ['AP-3-large_push', 'AP-3-large_push'],
    ['AP-3-large_push/foobar', '~41502d332d6c617267655f707573682f666f6f626172'],
    ['feature/something-cool', '~666561747572652f736f6d657468696e672d636f6f6c'],
  ])('of %s is %s', (name, id) => {
    expect(devEntityId(name)).toBe(id);
  });

  it('of a name that is too long even in hex is its hash, and no two are the same', () => {
    const [one, other] = [devEntityId(`x/${'a'.repeat(2_000)}`), devEntityId(`x/${'a'.repeat(1_999)}b`)];
    expect(one).toMatch(/^~[0-9a-f]{64}$/);
    expect(one).not.toBe(other);
  });
});
