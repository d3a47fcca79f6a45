import {
  ExistsByPropertiesSchema,
  GetRepositorySchema,
  StoreDevelopmentInformationSchema,
} from 'jira.js/agile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { branch, callersOf, commit, pullRequest, repository } from '../fixtures/simulator-client.ts';
import { defaultSeed, type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let token: string;
let to: ReturnType<typeof callersOf>;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  to = callersOf(jira);
  token = await to.tokenOf();
});
afterAll(() => jira.close());

const call = (path: string, method = 'GET') => to.atGateway(token, 'devinfo/0.10', path, { method });
const submit = (repositories: unknown, more: object = {}) =>
  to.atGateway(token, 'devinfo/0.10', '/bulk', { method: 'POST', body: { repositories, ...more } });
const only = (id: string, more: Record<string, unknown>) =>
  repository({ id, commits: undefined, branches: undefined, pullRequests: undefined, ...more });

describe('branches, commits and pull requests are shown on their issues', () => {
  it('takes a repository with all three and gives it back', async () => {
    const sent = repository({ id: 'whole' });
    const answer = await submit([sent], { preventTransitions: true, operationType: 'BACKFILL' });
    expect(answer.status).toBe(202);
    expect(StoreDevelopmentInformationSchema.parse(answer.json)).toEqual({
      acceptedDevinfoEntities: {
        whole: { commits: ['a7727ee6350c'], branches: ['branch-1'], pullRequests: ['7'] },
      },
      failedDevinfoEntities: {},
      unknownIssueKeys: [],
    });
    const shown = await call('/repository/whole');
    expect(shown.json).toEqual(sent);
    GetRepositorySchema.parse(shown.json);
    expect(jira.state.development('MYT-1').map((one) => one.repository.id)).toContain('whole');
  });

  it('ignores a lower sequence, takes an equal one, and accepts both', async () => {
    const at = (updateSequenceId: number, message: string) =>
      only('order', { commits: [commit({ updateSequenceId, message })] });
    for (const [sequence, message] of [
      [5, 'first'],
      [5, 'again'],
      [4, 'old'],
    ] as const) {
      const answer = await submit([at(sequence, message)]);
      expect(answer.json.acceptedDevinfoEntities.order.commits).toEqual(['a7727ee6350c']);
    }
    expect((await call('/repository/order')).json.commits[0].message).toBe('again');
  });

  it('may be set to drop an equal sequence too', async () => {
    const seed = { ...defaultSeed(), devinfoEqualSequence: 'dropped' as const };
    const strict = await startJiraSimulator({ edition: 'cloud', seed });
    const caller = callersOf(strict);
    const client = await caller.tokenOf();
    for (const message of ['first', 'again']) {
      const body = { repositories: [only('r', { commits: [commit({ message })] })] };
      await caller.atGateway(client, 'devinfo/0.10', '/bulk', { method: 'POST', body });
    }
    expect(strict.state.development('MYT-1')[0]?.commits[0]?.message).toBe('first');
    await strict.close();
  });

  it('cuts a long commit message, as Jira does', async () => {
    await submit([only('long', { commits: [commit({ message: 'é'.repeat(2000) })] })]);
    expect((await call('/repository/long')).json.commits[0].message).toBe('é'.repeat(1024));
  });

  it('takes what other apps send in practice: drafts and wanted work', async () => {
    const draft = pullRequest({ status: 'DRAFT', reviewers: [{ name: 'Uma', approvalStatus: 'NEEDSWORK' }] });
    const answer = await submit([only('draft', { pullRequests: [draft] })]);
    expect(answer.json.acceptedDevinfoEntities.draft.pullRequests).toEqual(['7']);
  });
});

describe('what one entity does wrong is its own matter', () => {
  it('fails by its id, beside its accepted neighbours', async () => {
    const answer = await submit([
      only('mixed', {
        commits: [commit(), commit({ id: 'no spaces' }), commit({ id: 'lost', issueKeys: ['NO-1', 'NO-2'] })],
        branches: [branch({ name: 'x'.repeat(513) })],
        pullRequests: [pullRequest({ status: 'CLOSED' })],
      }),
      only('bad', { url: 'nowhere', commits: [commit()] }),
    ]);
    expect(answer.json.acceptedDevinfoEntities).toEqual({ mixed: { commits: ['a7727ee6350c'] } });
    const { mixed, bad } = answer.json.failedDevinfoEntities;
    expect(mixed.commits.map((one: { id: string }) => one.id)).toEqual(['no spaces', 'lost']);
    expect(mixed.branches[0].errorMessages[0].message).toContain("'name' must be at most 512");
    expect(mixed.pullRequests[0].errorMessages[0].message).toContain("'status' must be one of OPEN");
    expect(bad.errorMessages[0].message).toContain("'url'");
    expect(answer.json.unknownIssueKeys).toEqual(['NO-1', 'NO-2']);
    expect((await call('/repository/bad')).status).toBe(404);
  });
});

describe('what the request does wrong refuses it whole', () => {
  const commits = (count: number) => Array.from({ length: count }, (_, index) => commit({ id: `c${index}` }));
  const cases: [title: string, repositories: unknown, more: object, status: number][] = [
    ['no repositories', [], {}, 400],
    ['repositories without anything inside', [only('empty', {})], {}, 400],
    [
      '101 repositories',
      Array.from({ length: 101 }, (_, n) => only(`r${n}`, { commits: [commit()] })),
      {},
      413,
    ],
    ['401 commits', [only('r', { commits: commits(401) })], {}, 413],
    [
      '1001 entities',
      [
        only('a', { commits: commits(400) }),
        only('b', { commits: commits(400) }),
        only('c', { commits: commits(201) }),
      ],
      {},
      413,
    ],
    ['a repository twice', [only('r', { commits: [commit()] }), only('r', { commits: [commit()] })], {}, 400],
    ['a commit twice', [only('r', { commits: [commit(), commit()] })], {}, 400],
    ['a commit without id', [only('r', { commits: [commit({ id: undefined })] })], {}, 400],
    ['another kind of operation', [repository()], { operationType: 'SCAN' }, 400],
    ['a property with an underscore in front', [repository()], { properties: { _p: 'x' } }, 400],
  ];
  it.each(cases)('%s', async (_title, repositories, more, status) => {
    const answer = await submit(repositories, more);
    expect(answer.status).toBe(status);
    expect(answer.json.errorMessages[0].message).toEqual(expect.any(String));
  });
});

describe('what was sent can be found and deleted', () => {
  const exists = async (query: string) => {
    const answer = await call(`/existsByProperties${query}`);
    return ExistsByPropertiesSchema.parse(answer.json).hasDataMatchingProperties;
  };

  it('one entity, unless it is newer than the deletion', async () => {
    await submit([only('e', { commits: [commit({ updateSequenceId: 10 })], branches: [branch()] })]);
    expect((await call('/repository/e/tag/x', 'DELETE')).status).toBe(400);
    await call('/repository/e/commit/a7727ee6350c?_updateSequenceId=9', 'DELETE');
    expect((await call('/repository/e')).json.commits).toHaveLength(1);
    await call('/repository/e/commit/a7727ee6350c?_updateSequenceId=10', 'DELETE');
    expect((await call('/repository/e')).json.commits).toHaveLength(0);
    expect((await call('/repository/e')).json.branches).toHaveLength(1);
  });

  it('a repository, unless something in it is newer', async () => {
    await submit([only('n', { commits: [commit({ updateSequenceId: 10 }), commit({ id: 'old' })] })]);
    await call('/repository/n?_updateSequenceId=5', 'DELETE');
    expect((await call('/repository/n')).json.commits.map((one: { id: string }) => one.id)).toEqual([
      'a7727ee6350c',
    ]);
    expect((await call('/repository/n', 'DELETE')).status).toBe(202);
    expect((await call('/repository/n')).status).toBe(404);
  });

  it('everything with the same properties', async () => {
    await submit([only('p', { commits: [commit()], updateSequenceId: 7 })], {
      properties: { scope: 's', repo: 'p' },
    });
    expect(await exists('?scope=s')).toBe(true);
    expect(await exists('?scope=s&_updateSequenceId=6')).toBe(false);
    expect(await exists('?scope=s&repo=q')).toBe(false);
    expect((await call('/existsByProperties')).status).toBe(400);
    expect((await call('/bulkByProperties?scope=s', 'DELETE')).status).toBe(202);
    expect(await exists('?scope=s')).toBe(false);
    expect((await call('/repository/p')).status).toBe(404);
  });
});
