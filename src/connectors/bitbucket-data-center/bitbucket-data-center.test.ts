import { expect } from 'vitest';
import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import { conversations, refusedBranches } from './fixtures/conversations.ts';
import * as sent from './fixtures/deliveries.ts';
import { forks, loadings } from './fixtures/loadings.ts';
import bitbucketDataCenter from './index.ts';

const repository = { id: '84', name: 'SHOP/checkout' };
/** The second of 10:00:00 UTC is over. */
const at = new Date(Date.UTC(2026, 10, 22, 10, 0, 0, 999));

const delivery = (name: string, json: { eventKey: string }, touched: object[]): Delivery => ({
  name,
  headers: sent.headersOf(json.eventKey),
  json,
  touched,
});
const ofPull = (event: string, more: object = {}): Delivery =>
  delivery(`${event} touches its pull request`, sent.pullRequest(event, more), [
    { kind: 'pull-request', repository, number: 4, gone: false, at },
  ]);

checkCodeHost({
  connector: bitbucketDataCenter,
  settings: (baseUrl) => ({ baseUrl, token: { secret: 'a-token' } }),
  deliveries: [
    delivery('of a push touches the branch and names its head before', sent.push(['UPDATE']), [
      {
        kind: 'push',
        repository,
        branch: 'topic/totals',
        before: sent.parent,
        after: sent.head,
        forced: false,
        at,
      },
    ]),
    delivery('of a new branch has no commit before', sent.push(['ADD']), [
      expect.not.objectContaining({ before: expect.anything() }),
    ]),
    delivery('of a deleted branch says that it is gone', sent.push(['DELETE']), [
      { kind: 'branch', name: 'topic/totals', gone: true, before: sent.parent, at },
    ]),
    delivery('of a tag is of no interest', sent.push(['ADD', 'refs/tags/v1']), []),
    delivery(
      'of a push of several branches touches each',
      sent.push(['UPDATE', 'refs/heads/a'], ['ADD', 'refs/tags/v1'], ['DELETE', 'refs/heads/b']),
      [
        { kind: 'push', branch: 'a' },
        { kind: 'branch', name: 'b', gone: true },
      ],
    ),
    ...[
      'pr:opened',
      'pr:modified',
      'pr:from_ref_updated',
      'pr:merged',
      'pr:declined',
      'pr:reviewer:updated',
      'pr:reviewer:approved',
      'pr:reviewer:unapproved',
      'pr:reviewer:needs_work',
      'pr:comment:added',
    ].map((event) => ofPull(event)),
    ofPull('pr:modified', { previousTarget: { id: 'refs/heads/release', displayId: 'release' } }),
    delivery('of times as text is read like one of numbers', sent.pullRequestWithIsoDates, [
      { kind: 'pull-request', number: 4, at: new Date('2026-11-22T10:00:05Z') },
    ]),
    delivery('of a deleted pull request says that it is gone', sent.pullRequest('pr:deleted'), [
      { kind: 'pull-request', repository, number: 4, gone: true },
    ]),
    delivery('of a renamed repository says so', sent.modified({ slug: 'cashier', name: 'Cashier' }), [
      { kind: 'repository', repository: { id: '84', name: 'SHOP/cashier' }, change: 'renamed', at },
    ]),
    delivery('of a moved repository says so', sent.modified({ project: { key: 'PAY', name: 'Pay' } }), [
      { kind: 'repository', repository: { id: '84', name: 'PAY/checkout' }, change: 'transferred' },
    ]),
    delivery('of a new title of a repository is of no interest', sent.modified({ name: 'The checkout' }), []),
    delivery('of a fork is of no interest', { eventKey: 'repo:forked' }, []),
    {
      name: 'that tests the connection is of no interest',
      headers: sent.headersOf('diagnostics:ping'),
      json: sent.ping,
      touched: [],
    },
  ],
  loadings,
  forks,
  refusedBranches,
  conversations,
});
