import { describe, expect, it } from 'vitest';
import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import { conversations, refusedBranches } from './fixtures/conversations.ts';
import * as sent from './fixtures/deliveries.ts';
import { forks, loadings } from './fixtures/loadings.ts';
import bitbucket from './index.ts';

const repository = { id: 'bc771cbf-829e-4c4b-b71f-a0eb3ac2b860', name: 'acme/checkout' };

const delivery = (name: string, event: string, json: unknown, touched: object[]): Delivery => ({
  name,
  headers: sent.headersOf(event),
  json,
  touched,
});

checkCodeHost({
  connector: bitbucket,
  settings: (baseUrl) => ({ baseUrl, email: 'ada@example.com', token: { secret: 'a-token' } }),
  deliveries: [
    delivery('of a push touches the branch and names its head before', 'repo:push', sent.push(sent.update), [
      {
        kind: 'push',
        repository,
        branch: 'topic/totals',
        before: sent.parent,
        after: sent.head,
        forced: false,
      },
    ]),
    delivery('of a force-push says so', 'repo:push', sent.push({ ...sent.update, forced: true }), [
      { kind: 'push', forced: true },
    ]),
    delivery('of a new branch has no commit before', 'repo:push', sent.push(sent.created), [
      expect.not.objectContaining({ before: expect.anything() }),
    ]),
    delivery('of a deleted branch says that it is gone', 'repo:push', sent.push(sent.closed), [
      { kind: 'branch', repository, name: 'topic/totals', gone: true, before: sent.head },
    ]),
    delivery('of tags is of no interest', 'repo:push', sent.push(sent.tagged, sent.untagged), []),
    delivery('of several changes touches each', 'repo:push', sent.push(sent.update, sent.closed), [
      { kind: 'push' },
      { kind: 'branch' },
    ]),
    ...[
      'pullrequest:created',
      'pullrequest:updated',
      'pullrequest:approved',
      'pullrequest:unapproved',
      'pullrequest:changes_request_created',
      'pullrequest:changes_request_removed',
      'pullrequest:fulfilled',
      'pullrequest:rejected',
      'pullrequest:comment_created',
      'pullrequest:comment_deleted',
    ].map((event) =>
      delivery(`${event} touches its pull request`, event, sent.pullRequest, [
        {
          kind: 'pull-request',
          repository,
          number: 4,
          gone: false,
          at: new Date('2026-11-22T10:00:00.430Z'),
        },
      ]),
    ),
    delivery(
      'of a renamed repository says so',
      'repo:updated',
      sent.updated({ full_name: { old: 'acme/till', new: 'acme/checkout' } }),
      [{ kind: 'repository', repository, change: 'renamed' }],
    ),
    delivery(
      'of a new description is of no interest',
      'repo:updated',
      sent.updated({ description: { old: '', new: 'Takes the money' } }),
      [],
    ),
    delivery('of a transferred repository says so', 'repo:transfer', sent.about, [
      { kind: 'repository', repository, change: 'transferred' },
    ]),
    delivery('of a deleted repository says so', 'repo:deleted', sent.about, [
      { kind: 'repository', repository, change: 'deleted' },
    ]),
    delivery('of a pipeline is of no interest', 'repo:commit_status_updated', sent.about, []),
  ],
  loadings,
  forks,
  refusedBranches,
  conversations,
});

describe('the settings', () => {
  const token = { secret: 'x' };

  it.each([
    ['an API token with its e-mail address', { email: 'ada@example.com' }, true],
    ['an access token with its workspace', { workspace: 'acme' }, true],
    ['a token that may be either', {}, false],
    ['a workspace with a path', { workspace: 'acme/checkout' }, false],
  ])('take %s: %o', (_what, given, isTaken) => {
    expect(bitbucket.settings.safeParse({ token, ...given }).success).toBe(isTaken);
  });

  it('know where Bitbucket is, with the version of its API or without', () => {
    const of = (given: object) => bitbucket.settings.parse({ token, workspace: 'acme', ...given }).baseUrl;
    expect(of({})).toBe('https://api.bitbucket.org');
    expect(of({ baseUrl: 'https://api.bitbucket.org/2.0/' })).toBe('https://api.bitbucket.org');
  });
});
