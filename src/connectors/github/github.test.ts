import { describe, expect, it } from 'vitest';
import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import { administration, refusedBranches } from './fixtures/administration.ts';
import * as sent from './fixtures/deliveries.ts';
import { forks, loadings } from './fixtures/loadings.ts';
import { walks } from './fixtures/walks.ts';
import github from './index.ts';
import { endpointsOf, gitHubSettings } from './settings.ts';

const repository = { id: '4711', name: 'acme/checkout', defaultBranch: 'main', archived: false };
const at = new Date('2026-11-22T10:00:00Z');

const delivery = (name: string, event: string, json: unknown, touched: object[]): Delivery => ({
  name,
  headers: sent.headersOf(event),
  json,
  touched,
});
const ofPullRequest = { kind: 'pull-request', repository, number: 4, gone: false };

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
  loadings,
  forks,
  refusedBranches,
  conversations: [...walks, ...administration],
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
