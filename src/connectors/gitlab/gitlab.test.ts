import { checkCodeHost, type Delivery } from '../../../test/contract-suites/check-code-host.ts';
import { administration, refusedBranches } from './fixtures/administration.ts';
import * as sent from './fixtures/deliveries.ts';
import { forks, loadings } from './fixtures/loadings.ts';
import { walks } from './fixtures/walks.ts';
import gitlab from './index.ts';

const repository = { id: '4711', name: 'acme/shop/checkout', defaultBranch: 'main' };

const delivery = (name: string, event: string, json: unknown, touched: object[]): Delivery => ({
  name,
  headers: sent.headersOf(event),
  json,
  touched,
});
const ofMergeRequest = {
  kind: 'pull-request',
  repository,
  number: 4,
  gone: false,
  at: new Date('2026-11-22T10:30:00Z'),
};

checkCodeHost({
  connector: gitlab,
  settings: (baseUrl) => ({ baseUrl, token: { secret: 'a-token' } }),
  deliveries: [
    delivery('of a push touches the branch and names its head before', 'Push Hook', sent.push, [
      { kind: 'push', repository, branch: 'topic/totals', before: sent.parent, after: sent.sha },
    ]),
    delivery('of a new branch touches it, without a commit before', 'Push Hook', sent.branchMade, [
      { kind: 'push', branch: 'topic/totals', after: sent.sha },
    ]),
    delivery('of a deleted branch says that it is gone', 'Push Hook', sent.branchDeleted, [
      { kind: 'branch', name: 'topic/totals', gone: true, before: sent.sha },
    ]),
    delivery('of a tag is of no interest', 'Tag Push Hook', sent.tagPushed, []),
    ...['open', 'update', 'approved', 'unapproved', 'approval', 'unapproval', 'merge', 'close', 'reopen'].map(
      (action) =>
        delivery(
          `of a merge request with the action ${action} touches it`,
          'Merge Request Hook',
          sent.mergeRequestEvent(action),
          [ofMergeRequest],
        ),
    ),
    delivery(
      'of a version that tells times in ISO 8601 touches the merge request',
      'Merge Request Hook',
      sent.mergeRequestEvent('update', { updated_at: '2026-11-22T10:30:00Z', draft: true }),
      [ofMergeRequest],
    ),
    delivery('of a comment touches its merge request', 'Note Hook', sent.noteEvent('MergeRequest'), [
      ofMergeRequest,
    ]),
    delivery('of a comment on an issue is of no interest', 'Note Hook', sent.noteEvent('Issue'), []),
    ...[
      ['project_rename', 'renamed'],
      ['project_transfer', 'transferred'],
      ['project_destroy', 'deleted'],
    ].map(([event = '', change]) =>
      delivery(
        `of the event ${event} says that the project is ${change}`,
        'System Hook',
        sent.projectEvent(event),
        [{ kind: 'repository', repository: { id: '4711', name: 'acme/shop/checkout' }, change }],
      ),
    ),
    delivery('of a new project is of no interest', 'Project Hook', sent.projectEvent('project_create'), []),
    delivery('of a pipeline is of no interest', 'Pipeline Hook', { object_kind: 'pipeline' }, []),
  ],
  loadings,
  forks,
  refusedBranches,
  conversations: [...walks, ...administration],
});
