import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import * as sent from './fixtures/deliveries.ts';
import { walks } from './fixtures/walks.ts';
import harnessCode from './index.ts';

const repository = { id: '13', name: 'acme/retail/shop/checkout', defaultBranch: 'main' };
const info = { ...repository, url: '' };
const api = '/api/v1/repos/acme%2Fretail%2Fshop%2Fcheckout';
const branch = {
  name: 'topic/totals',
  sha: sent.commit.sha,
  commit: { ...sent.commit, parent_shas: [sent.parent] },
};

const delivery = (
  name: string,
  json: { trigger: string; [name: string]: unknown },
  touched: object[],
): Delivery => ({
  name,
  headers: sent.headersOf(json.trigger),
  json,
  touched,
});
const ofPullRequest = (trigger: string, change: object = {}): Delivery =>
  delivery(`${trigger} touches its pull request`, sent.pullRequest(trigger, change), [
    { kind: 'pull-request', repository, number: 4, gone: false },
  ]);

checkCodeHost({
  connector: harnessCode,
  settings: (baseUrl) => ({ baseUrl, product: 'gitness', token: { secret: 'a-token' } }),
  deliveries: [
    delivery('of a new branch touches it, without a commit before', sent.branchCreated, [
      { kind: 'push', repository, branch: 'topic/totals', after: sent.commit.sha, forced: false },
    ]),
    delivery('of a push touches the branch and names its head before', sent.branchUpdated, [
      { kind: 'push', branch: 'topic/totals', before: sent.parent, after: sent.commit.sha },
    ]),
    delivery('of a force-push says so', { ...sent.branchUpdated, forced: true }, [
      { kind: 'push', forced: true },
    ]),
    delivery('of a deleted branch says that it is gone', sent.branchDeleted, [
      { kind: 'branch', name: 'topic/totals', gone: true, before: sent.commit.sha },
    ]),
    ...['tag_created', 'tag_updated', 'tag_deleted'].map((trigger) =>
      delivery(`of a tag is of no interest: ${trigger}`, { ...sent.tagCreated, trigger }, []),
    ),
    delivery('of a merge queue is of no interest', sent.pullRequest('merge_queue_checks_requested'), []),
    {
      ...delivery('of Harness itself is read like one of Gitness', sent.branchUpdated, [{ kind: 'push' }]),
      headers: sent.headersOf('branch_updated', 'Harness'),
    },
    ...[
      'pullreq_created',
      'pullreq_updated',
      'pullreq_reopened',
      'pullreq_branch_updated',
      'pullreq_closed',
      'pullreq_merged',
      'pullreq_comment_created',
      'pullreq_review_submitted',
      'pullreq_target_branch_changed',
    ].map((trigger) => ofPullRequest(trigger)),
  ],
  loadings: [
    {
      name: 'a push that goes on from what is known needs no question',
      touched: {
        kind: 'push',
        repository: info,
        branch: 'topic/totals',
        before: sent.parent,
        after: sent.commit.sha,
        forced: false,
        hint: sent.branchUpdated,
      },
      trust: true,
      answers: {},
      info: {
        branches: [{ name: 'topic/totals', head: { sha: sent.commit.sha } }],
        commits: [
          {
            sha: sent.commit.sha,
            message: 'MYT-1 round totals once\n',
            author: { name: 'Ada Park', email: 'ada@example.com' },
            at: new Date('2026-11-20T21:21:15Z'),
            fileCount: 2,
            files: [
              { path: 'src/totals.ts', change: 'ADDED' },
              { path: 'README.md', change: 'MODIFIED' },
            ],
          },
        ],
      },
    },
    {
      name: 'a push whose list of commits was cut short is completed',
      touched: {
        kind: 'push',
        repository: info,
        branch: 'topic/totals',
        before: sent.parent,
        after: sent.commit.sha,
        forced: false,
        hint: { ...sent.branchUpdated, total_commits_count: 25 },
      },
      trust: true,
      answers: {
        [`GET ${api}/commits`]: (query: URLSearchParams) => ({
          json: {
            commits: Array.from({ length: query.get('page') === '1' ? 100 : 3 }, (_, index) => ({
              ...sent.commit,
              sha: `${query.get('page')}-${index}`,
              stats: { files: [{ path: 'a', status: 'RENAMED', insertions: 3, deletions: 1 }] },
            })),
          },
        }),
      },
      info: {
        commits: Array.from({ length: 103 }, () => ({
          files: [{ path: 'a', change: 'MOVED', linesAdded: 3, linesRemoved: 1 }],
        })),
      },
    },
    {
      name: 'a branch is asked for when its webhooks come out of order',
      touched: { kind: 'branch', repository: info, name: 'topic/totals', gone: true },
      answers: { [`GET ${api}/branches/topic%2Ftotals`]: branch },
      info: { branches: [{ name: 'topic/totals', head: { sha: sent.commit.sha } }], gone: [] },
      gone: { kind: 'branch', id: 'topic/totals' },
    },
    {
      name: 'a pull request comes with its reviewers, comments and commits',
      touched: { kind: 'pull-request', repository: info, number: 4, gone: false },
      answers: {
        [`GET ${api}/pullreq/4`]: {
          ...sent.pullRequest('').pull_req,
          state: 'merged',
          description: 'Closes MYT-3 ünd 表',
          updated: Date.UTC(2026, 10, 22, 10),
          stats: { conversations: 2 },
        },
        [`GET ${api}/pullreq/4/reviewers`]: [
          { reviewer: { display_name: 'Bo', email: 'bo@example.com' }, review_decision: 'changereq' },
          { reviewer: { display_name: 'Cy' }, review_decision: 'approved' },
          { reviewer: { display_name: 'Di' }, review_decision: 'pending' },
        ],
        [`GET ${api}/pullreq/4/commits`]: (query: URLSearchParams) => ({
          headers: query.get('page') === '1' ? { 'x-next-page': '2' } : {},
          json: [{ ...sent.commit, sha: `c${query.get('page')}` }],
        }),
      },
      info: {
        commits: [{ sha: 'c1' }, { sha: 'c2' }],
        pullRequests: [
          {
            number: 4,
            title: 'MYT-2: totals',
            description: 'Closes MYT-3 ünd 表',
            state: 'merged',
            source: { branch: 'topic/totals', repositoryId: '13' },
            target: { branch: 'main' },
            at: new Date(Date.UTC(2026, 10, 22, 10)),
            commentCount: 2,
            commits: ['c1', 'c2'],
            reviewers: [
              { person: { name: 'Bo', email: 'bo@example.com' }, verdict: 'needs-work' },
              { person: { name: 'Cy' }, verdict: 'approved' },
              { person: { name: 'Di' }, verdict: 'unapproved' },
            ],
          },
        ],
      },
      gone: { kind: 'pull-request', id: '4' },
    },
  ],
  forks: [
    {
      name: 'of a fork',
      answers: {
        [`GET ${api}/pullreq/4`]: {
          ...sent.pullRequest('').pull_req,
          source_repo_id: 90,
          source_repo: { id: 90, path: 'acme/ada/checkout' },
        },
      },
    },
    {
      name: 'of a fork that is gone',
      answers: { [`GET ${api}/pullreq/4`]: { ...sent.pullRequest('').pull_req, source_repo_id: null } },
    },
  ],
  refusedBranches: {
    repository: info,
    taken: {
      [`POST ${api}/branches`]: () => ({ status: 409, json: { message: 'branch "taken" already exists' } }),
    },
    baseMissing: {
      [`POST ${api}/branches`]: () => ({
        status: 404,
        json: { message: 'revision "refs/heads/gone" not found' },
      }),
    },
  },
  conversations: walks,
});
