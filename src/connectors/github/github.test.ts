import { describe, expect, it } from 'vitest';
import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import type { CodeHost, HistoryPage } from '../../kit/code-host.ts';
import type { Connection } from '../../kit/connector.ts';
import { Secret } from '../../kit/secret.ts';
import * as sent from './fixtures/deliveries.ts';
import github from './index.ts';
import { endpointsOf, type GitHubSettings, gitHubSettings } from './settings.ts';

const repository = { id: '4711', name: 'acme/checkout', defaultBranch: 'main', archived: false };
const info = { ...repository, url: 'https://github.com/acme/checkout' };
const rest = '/api/v3/repos/acme/checkout';
const at = new Date('2026-11-22T10:00:00Z');
const link = (query: string) => ({
  link: `<https://host/x?${query}>; rel="next", <https://host/x?page=9>; rel="last"`,
});

const delivery = (name: string, event: string, json: unknown, touched: object[]): Delivery => ({
  name,
  headers: sent.headersOf(event),
  json,
  touched,
});
const ofPullRequest = { kind: 'pull-request', repository, number: 4, gone: false };

const push = {
  kind: 'push',
  repository: info,
  branch: 'topic/totals',
  before: sent.parent,
  after: sent.sha,
  forced: false,
} as const;

const pagesOf = async (pages: AsyncIterable<HistoryPage>): Promise<HistoryPage[]> => {
  const found = [];
  for await (const page of pages) found.push(page);
  return found;
};

const pullRequestAnswers = {
  [`GET ${rest}/pulls/4`]: sent.pullRequest,
  [`GET ${rest}/pulls/4/reviews`]: [
    sent.review('bo', 'APPROVED'),
    sent.review('bo', 'COMMENTED'),
    sent.review('cy', 'APPROVED'),
    sent.review('cy', 'CHANGES_REQUESTED'),
    sent.review('ed', 'APPROVED'),
    sent.review('ed', 'DISMISSED'),
    sent.review('ada', 'COMMENTED'),
  ],
  [`GET ${rest}/pulls/4/commits`]: (query: URLSearchParams) =>
    query.get('page') === '1'
      ? { headers: link('per_page=100&page=2'), json: [sent.commit] }
      : {
          json: [
            {
              ...sent.commit,
              sha: 'c2',
              author: { login: 'bo' },
              commit: { ...sent.commit.commit, author: { name: 'Bo Li', email: 'bo@example.com', date: at } },
              parents: [{ sha: 'c0' }, { sha: 'c1' }],
            },
          ],
        },
};

const graphAnswer = (page: { names: string[]; next?: string }) => ({
  json: {
    data: {
      repository: {
        refs: {
          totalCount: 3,
          pageInfo: { hasNextPage: page.next !== undefined, endCursor: page.next ?? null },
          nodes: page.names.map((name) => ({
            name,
            target: {
              oid: sent.sha,
              message: sent.commit.commit.message,
              authoredDate: '2026-11-22T10:00:00Z',
              committedDate: name === 'old' ? '2020-01-01T00:00:00Z' : '2026-11-22T10:00:00Z',
              author: { name: 'Ada Park', email: 'ada@example.com', user: { login: 'ada' } },
              parents: { nodes: [{ oid: sent.parent }] },
            },
          })),
        },
      },
    },
  },
});

const hook = { url: 'https://hub.example.com/hooks/1', secret: new Secret('s3') };
const walk =
  (of: HistoryPage['of'], from: { since?: Date; cursor?: string } = {}) =>
  (host: CodeHost<GitHubSettings>, connection: Connection<GitHubSettings>) =>
    pagesOf(host.history(connection, info, of, from));

checkCodeHost({
  connector: github,
  settings: (baseUrl) => ({ baseUrl, token: { secret: 'a-token' } }),
  deliveries: [
    delivery('of a push touches the branch and names its head before', 'push', sent.push, [
      {
        kind: 'push',
        repository,
        at,
        branch: 'topic/totals',
        before: sent.parent,
        after: sent.sha,
        forced: false,
      },
    ]),
    delivery('of a new branch touches it, without a commit before', 'push', sent.branchMade, [
      { kind: 'push', branch: 'topic/totals', after: sent.sha },
    ]),
    delivery('of a force-push says so', 'push', { ...sent.push, forced: true }, [
      { kind: 'push', forced: true },
    ]),
    delivery('of a deleted branch says that it is gone', 'push', sent.branchDeleted, [
      { kind: 'branch', at, name: 'topic/totals', gone: true, before: sent.sha },
    ]),
    delivery('of a pushed tag is of no interest', 'push', sent.tagPushed, []),
    delivery('of the event create touches a branch', 'create', sent.refEvent('branch'), [
      { kind: 'branch', repository, name: 'topic/totals', gone: false },
    ]),
    delivery('of the event create for a tag is of no interest', 'create', sent.refEvent('tag'), []),
    delivery('of the event delete touches a branch', 'delete', sent.refEvent('branch'), [
      { kind: 'branch', repository, name: 'topic/totals', gone: true },
    ]),
    ...[
      'opened',
      'edited',
      'synchronize',
      'closed',
      'reopened',
      'ready_for_review',
      'converted_to_draft',
      'review_requested',
      'review_request_removed',
    ].map((action) =>
      delivery(
        `of a pull request that is ${action} touches it`,
        'pull_request',
        sent.pullRequestEvent(action),
        [{ ...ofPullRequest, at: new Date('2026-11-22T10:30:00Z') }],
      ),
    ),
    delivery(
      'of a labelled pull request is of no interest',
      'pull_request',
      sent.pullRequestEvent('labeled'),
      [],
    ),
    ...['submitted', 'edited', 'dismissed'].map((action) =>
      delivery(
        `of a review that is ${action} touches its pull request`,
        'pull_request_review',
        sent.pullRequestEvent(action, { review: sent.review('bo', 'approved') }),
        [ofPullRequest],
      ),
    ),
    delivery(
      'of a comment on a line touches its pull request',
      'pull_request_review_comment',
      sent.pullRequestEvent('created'),
      [ofPullRequest],
    ),
    delivery(
      'of a comment on a pull request touches it',
      'issue_comment',
      sent.issueComment({ pull_request: { url: 'https://github.com/acme/checkout/pull/4' } }),
      [ofPullRequest],
    ),
    delivery('of a comment on an issue is of no interest', 'issue_comment', sent.issueComment({}), []),
    ...['renamed', 'transferred', 'archived', 'unarchived', 'deleted'].map((change) =>
      delivery(`of a repository that is ${change} says so`, 'repository', sent.repositoryEvent(change), [
        { kind: 'repository', repository, change },
      ]),
    ),
    delivery(
      'of a repository made public is of no interest',
      'repository',
      sent.repositoryEvent('publicized'),
      [],
    ),
    delivery('of the first ping is of no interest', 'ping', sent.ping, []),
    delivery('of a star is of no interest', 'star', sent.repositoryEvent('created'), []),
  ],
  loadings: [
    {
      name: 'a push of one commit has its lines counted by one request',
      touched: { ...push, hint: sent.push },
      trust: true,
      answers: { [`GET ${rest}/commits/${sent.sha}`]: sent.wholeCommit },
      info: {
        branches: [
          {
            name: 'topic/totals',
            url: 'https://github.com/acme/checkout/tree/topic/totals',
            createPullRequestUrl: 'https://github.com/acme/checkout/pull/new/topic/totals',
            head: { sha: sent.sha },
          },
        ],
        commits: [
          {
            sha: sent.sha,
            message: 'MYT-1 round totals once ünd 表',
            author: { name: 'Ada Park', email: 'ada@example.com', username: 'ada' },
            at,
            isMerge: false,
            fileCount: 2,
            files: [
              { path: 'src/totals.ts', change: 'ADDED', linesAdded: 4, linesRemoved: 0 },
              { path: 'docs/new.md', change: 'MOVED', linesAdded: 1, linesRemoved: 3 },
            ],
          },
        ],
      },
    },
    {
      name: 'a push that REST does not know yet is taken as the hook tells it',
      touched: { ...push, hint: sent.push },
      trust: true,
      answers: {},
      info: {
        branches: [{ name: 'topic/totals', head: { sha: sent.sha } }],
        commits: [
          { sha: sent.sha, at, files: [{ change: 'ADDED' }, { path: 'README.md', change: 'MODIFIED' }] },
        ],
      },
    },
    {
      name: 'a push of several commits learns which are merges, and keeps the files that the hook names',
      touched: {
        ...push,
        hint: { ...sent.push, commits: [{ ...sent.pushedCommit, id: 'c1' }, sent.pushedCommit] },
      },
      answers: {
        [`GET ${rest}/commits/heads%2Ftopic%2Ftotals`]: { ...sent.wholeCommit, sha: 'later' },
        [`GET ${rest}/compare/${sent.parent}...${sent.sha}`]: {
          total_commits: 2,
          commits: [{ ...sent.commit, sha: 'c1', parents: [{ sha: 'a' }, { sha: 'b' }] }, sent.commit],
        },
      },
      info: {
        branches: [{ head: { sha: 'later' } }],
        commits: [
          { sha: 'c1', isMerge: true, fileCount: 2 },
          { sha: sent.sha, isMerge: false, fileCount: 2 },
        ],
      },
      gone: { kind: 'branch', id: 'topic/totals' },
    },
    {
      name: 'a push of thousands is completed with its newest thousand',
      touched: {
        ...push,
        hint: { ...sent.push, commits: Array.from({ length: 2_048 }, () => sent.pushedCommit) },
      },
      trust: true,
      answers: {
        [`GET ${rest}/compare/${sent.parent}...${sent.sha}`]: (query: URLSearchParams) => ({
          json: {
            total_commits: 2_500,
            commits: Array.from({ length: 100 }, (_, index) => ({
              ...sent.commit,
              sha: `${query.get('page')}-${index}`,
            })),
          },
        }),
      },
      info: {
        commits: Array.from({ length: 1_000 }, (_, index) => ({
          sha: `${16 + Math.floor(index / 100)}-${index % 100}`,
        })),
      },
    },
    {
      name: 'a branch is asked for when its webhooks come out of order',
      touched: { kind: 'branch', repository: info, name: 'topic/totals', gone: true },
      answers: { [`GET ${rest}/commits/heads%2Ftopic%2Ftotals`]: sent.wholeCommit },
      info: { branches: [{ name: 'topic/totals', head: { sha: sent.sha, files: [] } }], gone: [] },
      gone: { kind: 'branch', id: 'topic/totals' },
    },
    {
      name: 'a pull request comes with its reviewers, comments and commits',
      touched: { kind: 'pull-request', repository: info, number: 4, gone: false },
      answers: pullRequestAnswers,
      info: {
        commits: [{ sha: sent.sha }, { sha: 'c2', isMerge: true }],
        pullRequests: [
          {
            number: 4,
            title: 'MYT-2: totals',
            description: 'Closes MYT-3 ünd 表',
            state: 'open',
            author: { name: 'Ada Park', email: 'ada@example.com', username: 'ada' },
            source: { branch: 'topic/totals', repositoryId: '4711' },
            target: { branch: 'main' },
            at: new Date('2026-11-22T10:30:00Z'),
            commentCount: 3,
            commits: [sent.sha, 'c2'],
            reviewers: [
              { person: { name: 'Bo Li', email: 'bo@example.com', username: 'bo' }, verdict: 'approved' },
              { person: { name: 'cy' }, verdict: 'needs-work' },
              { person: { name: 'ed' }, verdict: 'unapproved' },
              { person: { name: 'di' }, verdict: 'unapproved' },
              { person: { name: 'Tills' }, verdict: 'unapproved' },
            ],
          },
        ],
      },
      gone: { kind: 'pull-request', id: '4' },
    },
    ...[
      { state: 'open', draft: true, is: 'draft' },
      { state: 'closed', merged_at: '2026-11-22T10:30:00Z', is: 'merged' },
      { state: 'closed', is: 'declined' },
    ].map(({ is, ...change }) => ({
      name: `a pull request of a deleted fork and a deleted user can be ${is}`,
      touched: { kind: 'pull-request', repository: info, number: 4, gone: false } as const,
      answers: {
        [`GET ${rest}/pulls/4`]: {
          ...sent.pullRequest,
          ...change,
          user: null,
          head: { ...sent.pullRequest.head, repo: null },
        },
      },
      info: { pullRequests: [{ state: is, author: { name: 'ghost' }, source: { repositoryId: '' } }] },
    })),
    {
      name: 'a renamed repository is read anew',
      touched: { kind: 'repository', repository: info, change: 'renamed' },
      answers: {
        [`GET ${rest}`]: { ...sent.repositoryOf('https://github.com'), parent: { id: 5 }, archived: true },
      },
      info: { repository: { ...info, forkOf: '5', archived: true, description: 'The till' } },
    },
  ],
  conversations: [
    {
      name: 'for too much: the primary limit comes as 403 and names its end',
      answers: {
        [`GET ${rest}`]: () => ({
          status: 403,
          headers: {
            date: 'Sun, 22 Nov 2026 10:00:00 GMT',
            'x-ratelimit-limit': '5000',
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(Date.UTC(2026, 10, 22, 10, 30) / 1_000),
          },
          json: { message: 'API rate limit exceeded for user ID 8.' },
        }),
      },
      talk: (host, connection) =>
        host.load(
          { ...connection, now: () => new Date('2026-11-22T12:00:00Z') },
          { kind: 'repository', repository: info, change: 'renamed' },
          { trust: true },
        ),
      result: { code: 'rate-limited', retry: { after: new Date('2026-11-22T12:30:00Z') } },
    },
    {
      name: 'too fast: the secondary limit waits a minute when it names no moment',
      answers: {
        [`GET ${rest}`]: () => ({
          status: 403,
          headers: { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': '9999999999' },
          json: { message: 'You have exceeded a secondary rate limit.' },
        }),
      },
      talk: (host, connection) =>
        host.load(
          { ...connection, now: () => at },
          { kind: 'repository', repository: info, change: 'renamed' },
          { trust: true },
        ),
      result: { code: 'rate-limited', retry: { after: new Date('2026-11-22T10:01:00Z') } },
    },
    {
      name: 'without the permission: the error says what GitHub says, and what would do',
      answers: {
        [`GET ${rest}`]: () => ({
          status: 403,
          headers: { 'x-accepted-github-permissions': 'metadata=read' },
          json: { message: 'Resource not accessible by personal access token' },
        }),
      },
      talk: (host, connection) =>
        host.load(connection, { kind: 'repository', repository: info, change: 'renamed' }, { trust: true }),
      result: {
        code: 'remote-forbidden',
        message: expect.stringContaining('Resource not accessible by personal access token'),
        hint: expect.stringContaining('metadata=read'),
      },
    },
    {
      name: 'for its branches, newest first, and stops where they become too old',
      answers: {
        'POST /api/graphql': (_query: URLSearchParams, body: unknown) =>
          (body as { variables: { after: string | null } }).variables.after === null
            ? graphAnswer({ names: ['topic/totals', 'main'], next: 'Y3Vyc29y' })
            : graphAnswer({ names: ['old'], next: 'more' }),
      },
      talk: walk('branches', { since: new Date('2026-01-01T00:00:00Z') }),
      result: [
        {
          cursor: 'Y3Vyc29y',
          total: 3,
          info: {
            branches: [
              { name: 'topic/totals', head: { sha: sent.sha, at, author: { username: 'ada' } } },
              { name: 'main' },
            ],
          },
        },
        { cursor: undefined, info: { branches: [] } },
      ],
    },
    {
      name: 'for its commits, from a cursor on',
      answers: {
        [`GET ${rest}/commits`]: (query: URLSearchParams) =>
          query.get('page') === '2'
            ? { headers: link('sha=main&page=3'), json: [{ ...sent.commit, sha: 'c2' }] }
            : { json: [{ ...sent.commit, sha: `c${query.get('page')}` }] },
      },
      talk: walk('commits', { cursor: '2' }),
      result: [
        { cursor: '3', total: 900, info: { commits: [{ sha: 'c2' }] } },
        { cursor: undefined, info: { commits: [{ sha: 'c3' }] } },
      ],
    },
    {
      name: 'for the commits of an empty repository',
      answers: {
        [`GET ${rest}/commits`]: () => ({ status: 409, json: { message: 'Git Repository is empty.' } }),
      },
      talk: walk('commits'),
      result: [{ cursor: undefined, total: 0, info: { commits: [] } }],
    },
    {
      name: 'for its pull requests, each as whole as a webhook makes it, until they become too old',
      answers: {
        ...pullRequestAnswers,
        [`GET ${rest}/pulls`]: () => ({
          headers: link('page=2'),
          json: [sent.pullRequest, { ...sent.pullRequest, number: 3, updated_at: '2020-01-01T00:00:00Z' }],
        }),
      },
      talk: async (host, connection) => {
        const [page, ...rest] = await walk('pull-requests', { since: new Date('2026-01-01') })(
          host,
          connection,
        );
        const touched = { kind: 'pull-request', repository: info, number: 4, gone: false } as const;
        const loaded = await host.load(connection, touched, { trust: false });
        expect(page?.info).toEqual(loaded);
        return { page, rest };
      },
      result: {
        page: { cursor: undefined, info: { pullRequests: [{ number: 4, commentCount: 3 }] } },
        rest: [],
      },
    },
    {
      name: 'for its past no further than live events can spare',
      answers: {
        [`GET ${rest}/commits`]: () => ({
          headers: {
            ...link('page=2'),
            'x-ratelimit-limit': '5000',
            'x-ratelimit-remaining': '499',
            'x-ratelimit-reset': '9999999999',
          },
          json: [sent.commit],
        }),
      },
      talk: walk('commits'),
      result: { code: 'rate-limited', retry: { after: expect.any(Date) } },
    },
    {
      name: 'what can be linked',
      answers: {
        'GET /api/v3/user': { login: 'ada' },
        'GET /api/v3/user/orgs': [{ login: 'shop' }],
        'GET /api/v3/user/repos': [sent.repositoryOf('https://github.com')],
      },
      talk: (host, connection) => host.scopes(connection),
      result: [
        { path: 'ada', level: 'account' },
        { path: 'shop', level: 'organization' },
        { path: 'acme', level: 'organization' },
        { path: 'acme/checkout', level: 'project' },
      ],
    },
    {
      name: 'for the webhook of an organization, which is new',
      answers: {
        'GET /api/v3/users/acme': { login: 'acme', type: 'Organization' },
        'GET /api/v3/orgs/acme/hooks': [{ id: 1, config: { url: 'https://other.example.com' } }],
        'POST /api/v3/orgs/acme/hooks': { id: 12, config: { url: hook.url } },
      },
      talk: (host, connection) => host.subscribe(connection, 'acme', hook),
      result: '12',
      writes: [
        {
          to: 'POST /api/v3/orgs/acme/hooks',
          json: {
            name: 'web',
            active: true,
            events: expect.arrayContaining(['push', 'pull_request', 'pull_request_review', 'repository']),
            config: { url: hook.url, secret: 's3', content_type: 'json', insecure_ssl: '0' },
          },
        },
      ],
    },
    {
      name: 'for the webhook of a repository, which is taken over, its doubles removed',
      answers: {
        [`GET ${rest}/hooks`]: [
          { id: 3, config: { url: hook.url } },
          { id: 4, config: { url: hook.url } },
        ],
        [`PATCH ${rest}/hooks/3`]: { id: 3, config: {} },
        [`DELETE ${rest}/hooks/4`]: () => ({ status: 204 }),
      },
      talk: (host, connection) => host.subscribe(connection, 'acme/checkout', hook),
      result: '3',
      writes: [
        { to: `DELETE ${rest}/hooks/4` },
        { to: `PATCH ${rest}/hooks/3`, json: { active: true, config: { secret: 's3' } } },
      ],
    },
    {
      name: 'for the webhooks of a personal account: one for each repository, and all are removed again',
      answers: {
        'GET /api/v3/users/ada': { login: 'ada', type: 'User' },
        'GET /api/v3/user': { login: 'ada' },
        'GET /api/v3/user/repos': [
          { ...sent.repositoryOf(''), full_name: 'ada/one' },
          { ...sent.repositoryOf(''), full_name: 'ada/old', archived: true },
        ],
        'GET /api/v3/repos/ada/one/hooks': [{ id: 7, config: { url: hook.url } }],
        'GET /api/v3/repos/ada/old/hooks': [],
        'PATCH /api/v3/repos/ada/one/hooks/7': { id: 7, config: {} },
        'DELETE /api/v3/repos/ada/one/hooks/7': () => ({ status: 204 }),
      },
      talk: async (host, connection) => {
        const subscription = await host.subscribe(connection, 'ada', hook);
        await host.unsubscribe(connection, 'ada', subscription);
        return subscription;
      },
      result: hook.url,
      writes: [{ to: 'PATCH /api/v3/repos/ada/one/hooks/7' }, { to: 'DELETE /api/v3/repos/ada/one/hooks/7' }],
    },
    {
      name: 'to remove a webhook that is not there any more',
      answers: {},
      talk: async (host, connection) => (await host.unsubscribe(connection, 'acme', '12')) ?? 'done',
      result: 'done',
      writes: [{ to: 'DELETE /api/v3/orgs/acme/hooks/12' }],
    },
    {
      name: 'whether a classic token without the scope may do what a link needs',
      answers: {
        'GET /api/v3/users/acme': { login: 'acme', type: 'Organization' },
        'GET /api/v3/orgs/acme/repos': [sent.repositoryOf('')],
        [`GET ${rest}/commits`]: () => ({ headers: { 'x-oauth-scopes': 'repo, read:org' }, json: [] }),
        [`GET ${rest}/pulls`]: () => ({ headers: { 'x-oauth-scopes': 'repo, read:org' }, json: [] }),
        'GET /api/v3/orgs/acme/hooks': () => ({
          status: 404,
          headers: { 'x-oauth-scopes': 'repo, read:org' },
        }),
      },
      talk: (host, connection) => host.checkRights(connection, 'acme'),
      result: [
        { right: 'Contents: read', state: 'ok' },
        { right: 'Pull requests: read', state: 'ok' },
        { right: 'admin:org_hook', state: 'missing', message: expect.stringContaining('admin:org_hook') },
      ],
    },
    {
      name: 'whether a fine-grained token may do what a link of a repository needs',
      answers: {
        [`GET ${rest}`]: sent.repositoryOf(''),
        [`GET ${rest}/commits`]: [],
        [`GET ${rest}/pulls`]: () => ({ status: 403, json: { message: 'Resource not accessible' } }),
        [`GET ${rest}/hooks`]: [],
      },
      talk: (host, connection) => host.checkRights(connection, 'acme/checkout'),
      result: [
        { right: 'Contents: read', state: 'ok' },
        {
          right: 'Pull requests: read',
          state: 'missing',
          message: expect.stringContaining('Resource not accessible'),
        },
        { right: 'Webhooks: read and write', state: 'unknown' },
      ],
    },
    {
      name: 'for what is written otherwise: paths are compared to the letter',
      answers: { 'GET /api/v3/users/Acme': { login: 'acme', type: 'Organization' } },
      talk: (host, connection) => host.checkRights(connection, 'Acme'),
      result: [{ right: 'path', state: 'missing', message: expect.stringContaining('acme') }],
    },
    {
      name: 'for a new branch',
      answers: {
        [`GET ${rest}/commits/heads%2Fmain`]: sent.wholeCommit,
        [`POST ${rest}/git/refs`]: { ref: 'refs/heads/MYT-1-totals' },
      },
      talk: (host, connection) => host.createBranch(connection, info, { name: 'MYT-1-totals', from: 'main' }),
      result: { name: 'MYT-1-totals', head: { sha: sent.sha } },
      writes: [{ to: `POST ${rest}/git/refs`, json: { ref: 'refs/heads/MYT-1-totals', sha: sent.sha } }],
    },
    ...[
      { says: 'Reference already exists', code: 'name-taken' },
      { says: 'refs/heads/a..b is not a valid ref name.', code: 'request-invalid' },
    ].map(({ says, code }) => ({
      name: `for a new branch, which it refuses: ${says}`,
      answers: {
        [`GET ${rest}/commits/heads%2Fmain`]: sent.wholeCommit,
        [`POST ${rest}/git/refs`]: () => ({ status: 422, json: { message: says } }),
      },
      talk: (host: CodeHost<GitHubSettings>, connection: Connection<GitHubSettings>) =>
        host.createBranch(connection, info, { name: 'a', from: 'main' }),
      result: { code },
    })),
    {
      name: 'who the token is',
      answers: {
        'GET /api/v3/user': () => ({
          headers: {
            'x-oauth-scopes': 'repo',
            'x-github-enterprise-version': '3.16.0',
            'x-ratelimit-limit': '5000',
            'x-ratelimit-remaining': '600',
            'x-ratelimit-reset': '1795000000',
            'github-authentication-token-expiration': '2027-01-01 00:00:00 UTC',
          },
          json: { id: 8, login: 'ada', name: 'Ada Park' },
        }),
        'GET /api/v3/user/orgs': [{ login: 'acme' }],
        'GET /api/v3/user/repos': [],
      },
      talk: (_host, connection) => github.test(connection),
      result: {
        outcome: 'passed',
        product: 'GitHub Enterprise Server 3.16.0',
        account: { name: 'Ada Park', id: '8' },
        capabilities: [
          { capability: 'account', state: 'ok', message: expect.stringContaining('2027-01-01') },
          { capability: 'scopes', state: 'ok', message: expect.stringContaining('acme') },
        ],
        rateLimit: { limit: 5_000, remaining: 600, near: true },
      },
    },
  ],
});

describe('the address of GitHub', () => {
  it.each([
    [undefined, 'https://api.github.com', 'https://api.github.com/graphql'],
    ['https://github.com/', 'https://api.github.com', 'https://api.github.com/graphql'],
    ['https://api.github.com', 'https://api.github.com', 'https://api.github.com/graphql'],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com', 'https://api.acme.ghe.com/graphql'],
    [
      'https://git.example.com/api/v3/',
      'https://git.example.com/api/v3',
      'https://git.example.com/api/graphql',
    ],
  ])('%s is that of its interfaces', (baseUrl, restUrl, graphql) => {
    const settings = gitHubSettings.parse({ baseUrl, token: { secret: 't' } });
    expect(endpointsOf(settings.baseUrl)).toEqual({ rest: restUrl, graphql });
  });
});
