import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import jira from '../../src/connectors/jira/index.ts';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../../src/http/index.ts';
import type { CommitInfo, RepositoryInfo, SequencedDevEntity } from '../../src/kit/dev-info.ts';
import type { HttpRequest } from '../../src/kit/http.ts';
import type { Build, Deployment } from '../../src/kit/jira.ts';
import { Secret } from '../../src/kit/secret.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { silentLog } from '../postgres.ts';
import { validateRequest } from './contract.ts';

/** Every request that the connector sent, with the address that it was sent to. */
const sent: { method: string; path: string; json: unknown }[] = [];
let simulator: JiraSimulator;
const http = createHttp({
  tokens: memoryTokenStore(),
  budgets: memoryBudgetStore(),
  log: silentLog,
  denyList: [],
});

beforeAll(async () => {
  simulator = await startJiraSimulator({ edition: 'cloud' });
});
afterAll(async () => {
  await http.close();
  await simulator.close();
});

function openConnection() {
  const [account] = simulator.accounts;
  const [client] = simulator.clients;
  return {
    id: randomUUID(),
    name: 'jira',
    scope: 'account',
    settings: {
      baseUrl: simulator.siteUrl,
      gatewayUrl: simulator.gatewayUrl,
      platform: {
        type: 'api-token' as const,
        email: account?.email ?? '',
        token: new Secret(account?.apiToken ?? ''),
        scoped: false,
      },
      devops: { clientId: client?.clientId ?? '', clientSecret: new Secret(client?.clientSecret ?? '') },
    },
    log: silentLog,
    now: () => new Date(),
    aim(target: Omit<Parameters<typeof http.aim>[0], 'name'>) {
      const aimed = http.aim({ ...target, name: 'jira', allowAddresses: ['127.0.0.1/32'] });
      return {
        request(request: HttpRequest) {
          const { pathname } = new URL(request.url, 'http://any');
          sent.push({ method: request.method, path: pathname, json: request.json });
          return aimed.request(request);
        },
      };
    },
  };
}

const when = new Date('2026-01-31T12:00:00.123Z');
const long = 'text with 😀 and more '.repeat(100);
const keys = Array.from({ length: 150 }, (_, index) => `MYT-${index + 1}`);

const builds: (Build & { sequence: number })[] = [
  {
    pipelineId: 'p',
    buildNumber: 0,
    displayName: 'p',
    url: 'https://ci.example.com/0',
    state: 'pending',
    lastUpdated: when,
    issueKeys: ['MYT-1'],
    sequence: 1,
  },
  {
    pipelineId: long,
    buildNumber: 1,
    displayName: long,
    description: long,
    label: long,
    url: 'https://ci.example.com/1',
    state: 'failed',
    lastUpdated: when,
    issueKeys: keys,
    references: Array.from({ length: 9 }, () => ({
      commit: { id: 'abc', repositoryUrl: 'https://git.example.com' },
      ref: { name: long, url: 'https://git.example.com/tree/x' },
    })),
    testInfo: { total: 3, passed: 1, failed: 1, skipped: 1 },
    sequence: when.getTime(),
  },
];
const deployments: (Deployment & { sequence: number })[] = [
  {
    pipeline: { id: long, displayName: long, url: 'https://ci.example.com' },
    deploymentNumber: 7,
    displayName: long,
    description: long,
    label: long,
    url: 'https://ci.example.com/7',
    state: 'rolled_back',
    lastUpdated: when,
    issueKeys: keys,
    services: ['checkout'],
    environment: { id: long, displayName: long, type: 'production' },
    duration: 12,
    sequence: when.getTime(),
  },
];

const repository: RepositoryInfo = {
  id: '01a2-1',
  name: `acme/${long}`,
  url: 'https://git.example.com/acme',
  description: long,
  defaultBranch: 'main',
  forkOf: '7',
};
const commit: CommitInfo = {
  sha: '7f3a1c9d2b8e4f6a0c5d7e9b1a3f5c7d9e0b2a4c',
  message: long,
  author: { name: long, email: 'ada@example.com', username: 'ada', url: 'https://git.example.com/ada' },
  at: when,
  url: `https://git.example.com/acme/commit/7f3a1c9d`,
  isMerge: true,
  files: Array.from({ length: 20 }, (_, index) => ({
    path: `${long}/${index}`,
    url: 'https://git.example.com/file',
    change: index === 0 ? 'UNKNOWN' : 'MODIFIED',
    ...(index % 2 === 0 ? {} : { linesAdded: 1, linesRemoved: 0 }),
  })),
  fileCount: 400,
};
const entities: SequencedDevEntity[] = [
  {
    kind: 'branch',
    repository,
    issueKeys: ['MYT-1', ...keys.slice(1)],
    formerIssueKeys: [],
    sequence: when.getTime(),
    branch: {
      name: long,
      url: 'https://git.example.com/branch',
      createPullRequestUrl: 'https://git.example.com/compare',
      head: commit,
    },
  },
  { kind: 'commit', repository, issueKeys: ['MYT-2'], formerIssueKeys: ['MYT-1'], sequence: 7, commit },
  ...(['open', 'draft', 'merged', 'declined'] as const).map(
    (state, index): SequencedDevEntity => ({
      kind: 'pull-request',
      repository,
      issueKeys: ['MYT-1'],
      formerIssueKeys: [],
      sequence: 8,
      pullRequest: {
        number: index + 1,
        title: long,
        description: long,
        state,
        author: { name: 'Ada' },
        source: { branch: long, repositoryId: '1' },
        target: { branch: 'main', url: 'https://git.example.com/main' },
        url: 'https://git.example.com/pull/1',
        at: when,
        reviewers: (['approved', 'needs-work', 'unapproved'] as const).map((verdict) => ({
          person: { name: 'Rene', email: 'rene@example.com' },
          verdict,
        })),
        commentCount: 3,
        commits: [commit.sha],
      },
    }),
  ),
  ...(['branch', 'commit', 'pull-request'] as const).map(
    (of): SequencedDevEntity => ({
      kind: 'gone',
      of,
      id: of === 'branch' ? 'feature/gone and #more' : '9',
      repository,
      issueKeys: [],
      formerIssueKeys: ['MYT-1'],
      sequence: 9,
    }),
  ),
];

it('every request of the connector is one that Jira has described', async () => {
  const connection = openConnection();
  const client = jira.jira?.(connection);
  await jira.test(connection, { projects: ['MYT'] });
  const answers = [
    await client?.builds.submit(builds, { properties: { tielineConnectionId: connection.id } }),
    await client?.deployments.submit(deployments, { properties: { tielineConnectionId: connection.id } }),
    await client?.deployments.gate(deployments.map((one) => ({ ...one, deploymentNumber: 8 }))),
  ];
  await client?.deployments.gatingStatus({ pipelineId: long, environmentId: long, deploymentNumber: 8 });
  const held = [
    await client?.builds.find({ pipelineId: long, buildNumber: 1 }),
    await client?.deployments.find({ pipelineId: long, environmentId: long, deploymentNumber: 7 }),
  ];
  expect(held.map((one) => one?.state)).toEqual(['failed', 'rolled_back']);
  expect(answers.flatMap((answer) => answer?.outcomes.map(({ state }) => state))).toEqual([
    'accepted',
    'accepted',
    'accepted',
    'accepted',
  ]);
  const development = await client?.devInfo.submit(entities, {
    properties: { tielineLink: connection.id },
    backfill: true,
  });
  expect(development?.outcomes.map(({ state }) => state)).toEqual(entities.map(() => 'accepted'));
  await client?.devInfo.removeByProperties({ tielineLink: connection.id });
  expect(await client?.devInfo.existsByProperties({ tielineLink: connection.id })).toBe(false);
  const metadata = client?.metadata;
  const [issueType] = (await metadata?.issueTypes('MYT')) ?? [];
  await Promise.all([
    metadata?.projects(),
    metadata?.statuses('MYT'),
    metadata?.createFields('MYT', issueType?.id ?? ''),
    metadata?.editFields('MYT-1'),
    metadata?.transitions('MYT-1'),
    metadata?.users('Ada'),
  ]);
  const seen = await client?.issues.read('MYT-1', { fields: ['status'], changes: true });
  const ids = [seen?.id ?? ''];
  expect((await client?.issues.look({ ids, withinMs: 60_000, fields: ['status'] }))?.unknownIds).toEqual([]);
  expect((await client?.issues.look({ ids }))?.issues).toHaveLength(1);
  // Atlassian describes these two nowhere in its contracts: see the facts of each in the connector.
  const described = sent.filter(({ path }) => !/\/(_edge\/tenant_info|oauth\/token)$/.test(path));
  expect(described.length).toBeGreaterThan(7);
  expect(described.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('/builds/0.1/'),
      expect.stringContaining('/deployments/0.1/'),
      expect.stringMatching(/devinfo\/0\.10\/.*\/bulk$/),
      expect.stringMatching(/devinfo\/0\.10\/.*\/branch\//),
    ]),
  );
  const complaints = described.flatMap(({ method, path, json }) =>
    validateRequest(method, path, json).map((complaint) => `${method} ${path}: ${complaint}`),
  );
  expect(complaints).toEqual([]);
});
