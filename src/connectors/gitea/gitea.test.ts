import { describe, expect, it } from 'vitest';
import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import { isSigned } from '../../http/index.ts';
import { Secret } from '../../kit/secret.ts';
import { giteaHost } from './code-host.ts';
import { conversations, refusedBranches } from './fixtures/conversations.ts';
import * as sent from './fixtures/deliveries.ts';
import { forks, loadings } from './fixtures/loadings.ts';
import gitea from './index.ts';

const repository = { id: '61', name: 'acme/checkout', defaultBranch: 'main' };

const delivery = (name: string, event: string, json: unknown, touched: object[], type = event): Delivery => ({
  name,
  headers: sent.headersOf(event, type),
  json,
  touched,
});
const touchedPull = { kind: 'pull-request', repository, number: 4, gone: false };
const ofPull = (type: string, action: string, more: object = {}): Delivery =>
  delivery(`${type} ${action} touches its pull request`, 'pull_request', sent.pullRequest(action, more), [
    { ...touchedPull, at: new Date('2026-11-22T10:00:00Z') },
  ]);

checkCodeHost({
  connector: gitea,
  settings: (baseUrl) => ({ baseUrl, token: { secret: 'a-token' } }),
  deliveries: [
    delivery('of a push touches the branch and names its head before', 'push', sent.push, [
      { kind: 'push', repository, branch: 'topic/totals', before: sent.parent, after: sent.commit.id },
    ]),
    delivery('of a push of a new branch has no commit before', 'push', sent.pushOfNewBranch, [
      expect.not.objectContaining({ before: expect.anything() }),
    ]),
    {
      ...delivery('of Forgejo is read like one of Gitea', 'push', sent.push, [{ kind: 'push' }]),
      headers: sent.forgejoHeadersOf('push'),
    },
    delivery('of a pushed tag is of no interest', 'push', sent.pushOfTag, []),
    delivery('of a new branch touches it', 'create', sent.created('branch'), [
      { kind: 'branch', repository, name: 'topic/totals', gone: false },
    ]),
    delivery('of a new tag is of no interest', 'create', sent.created('tag'), []),
    delivery('of a deleted branch says that it is gone', 'delete', sent.deleted('branch'), [
      { kind: 'branch', repository, name: 'topic/totals', gone: true },
    ]),
    delivery('of a deleted tag is of no interest', 'delete', sent.deleted('tag'), []),
    ...['opened', 'edited', 'synchronized', 'closed', 'reopened', 'review_requested'].map((action) =>
      ofPull('pull_request', action),
    ),
    ofPull('a retargeted', 'edited', { changes: { ref: { from: 'release' } } }),
    delivery('of a label is of no interest', 'pull_request', sent.pullRequest('label_updated'), []),
    delivery(
      'of an approval touches its pull request',
      'pull_request_approved',
      sent.reviewed('pull_request_review_approved'),
      [touchedPull],
      'pull_request_review_approved',
    ),
    delivery(
      'of a review that asks for changes touches its pull request',
      'pull_request_rejected',
      sent.reviewed('pull_request_review_rejected'),
      [touchedPull],
      'pull_request_review_rejected',
    ),
    delivery(
      'of a comment on a pull request touches it',
      'issue_comment',
      sent.commented,
      [touchedPull],
      'pull_request_comment',
    ),
    delivery(
      'of a comment on an issue is of no interest',
      'issue_comment',
      { ...sent.commented, is_pull: false, issue: { number: 5, pull_request: null } },
      [],
    ),
    delivery('of a deleted repository says so', 'repository', sent.repository('deleted'), [
      { kind: 'repository', repository, change: 'deleted' },
    ]),
    delivery('of a new repository is of no interest', 'repository', sent.repository('created'), []),
    delivery('of a release is of no interest', 'release', { action: 'published' }, []),
  ],
  loadings,
  forks,
  refusedBranches,
  conversations,
});

describe('a signature', () => {
  const body = Buffer.from('{"a":"ü"}');
  // openssl dgst -sha256 -hmac s3cret
  const digest = 'cb1ae85f1d0c8e01b91effed68518eaceddd27aca134c63cd342727a28881b2f';

  it.each([
    ['Gitea', { 'x-gitea-signature': digest }],
    ['Forgejo', { 'x-forgejo-signature': digest }],
    ['either, in the way of GitHub', { 'x-hub-signature-256': `sha256=${digest}` }],
  ])('of %s is taken', (_who, headers) => {
    expect(isSigned(giteaHost.signature, { headers, body }, [new Secret('s3cret')])).toBe(true);
    expect(isSigned(giteaHost.signature, { headers, body }, [new Secret('other')])).toBe(false);
  });
});
