import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LinkedHub, startLinkedHub } from '../dev-panel/fixtures/linked-hub.ts';

let linked: LinkedHub;
beforeAll(async () => {
  linked = await startLinkedHub();
});
afterAll(() => linked.close());

const apply = async (documents: object[], more: object = {}) =>
  (await linked.hub.call('POST', '/api/v1/apply', { documents, ...more })).body;
const link = (spec: object = {}) => ({
  kind: 'Link',
  name: 'web',
  scope: 'acme',
  labels: { team: 'web' },
  spec: {
    hostConnection: 'account.code',
    jiraConnection: 'account.jira-1',
    level: 'project',
    paths: ['acme/shop/web'],
    backfill: null,
    ...spec,
  },
});
const stored = async () => (await linked.hub.call('GET', '/api/v1/links')).body.items;

it('a link is made with its webhook, changed, exported and pruned with what it uses', async () => {
  const rehearsed = await apply([link()], { dryRun: true });
  expect(rehearsed.items).toMatchObject([{ action: 'create', id: null }]);
  expect(await stored()).toEqual([]);

  const made = await apply([link()]);
  expect(made).toMatchObject({ items: [{ action: 'create' }], notices: [] });
  expect(await stored()).toMatchObject([
    { id: made.items[0].id, scopes: [{ path: 'acme/shop/web', webhook: 'registered' }] },
  ]);
  expect((await apply([link({ hostConnection: linked.hostConnection })])).items).toMatchObject([
    { action: 'unchanged' },
  ]);

  const wider = link({ paths: ['acme/shop/web', 'acme/shop'], projects: ['MYT'] });
  expect((await apply([wider])).items).toMatchObject([
    {
      action: 'update',
      changes: [{ path: 'spec.paths' }, { path: 'spec.projects', before: null, after: ['MYT'] }],
    },
  ]);
  expect((await stored())[0].scopes).toMatchObject([
    { path: 'acme/shop', webhook: 'registered' },
    { path: 'acme/shop/web', webhook: 'registered' },
  ]);
  await apply([link()]);
  expect((await stored())[0]).toMatchObject({ projects: null, scopes: [{ path: 'acme/shop/web' }] });

  const { body } = await linked.hub.call('GET', '/api/v1/export');
  const exported = body.documents.find(({ kind }: { kind: string }) => kind === 'Link');
  expect(exported).toEqual({ ...link(), spec: { ...link().spec, backfill: undefined } });
  const again = await apply(body.documents);
  expect(again.items.filter(({ action }: { action: string }) => action !== 'unchanged')).toEqual([]);
});

it.each([
  ['another level', { level: 'organization', paths: ['acme/shop'] }, 'link-scope-fixed', 'spec.level'],
  ['another Jira', { jiraConnection: 'account.code' }, 'link-scope-fixed', 'spec.jiraConnection'],
  ['no connection', { jiraConnection: 'nowhere' }, 'resource-not-found', undefined],
  ['two organizations', { level: 'organization', paths: ['a', 'b'] }, 'request-invalid', 'spec.paths'],
])('a link with %s is refused', async (_what, spec, code, path) => {
  expect(await apply([link(spec)])).toMatchObject({
    code,
    errors: [{ path: path === undefined ? 'documents.0' : `documents.0.${path}` }],
  });
});

it('a new link wants a code host and a Jira', async () => {
  const wrong = { ...link({ hostConnection: 'account.jira-1', paths: ['acme/shop/app'] }), name: 'other' };
  expect(await apply([wrong])).toMatchObject({
    code: 'request-invalid',
    errors: [{ path: 'documents.0.spec.hostConnection', message: expect.stringContaining('a code host') }],
  });
});

it('what a pruned link used stays until it is disconnected', async () => {
  const { body } = await linked.hub.call('GET', '/api/v1/export?kinds=Connection');
  const labelled = body.documents.map((document: object) => ({ ...document, labels: { team: 'web' } }));
  await apply([...labelled, link()]);
  const pruned = { prune: { label: 'team=web' } };
  const keepJira = labelled.filter(({ name }: { name: string }) => name === 'jira-1');
  expect((await apply(keepJira, pruned)).items).toMatchObject([
    { action: 'unchanged', name: 'jira-1' },
    { action: 'delete', name: 'web' },
    { action: 'needs-disconnect', name: 'code' },
  ]);
  await vi.waitFor(async () => expect(await stored()).toEqual([]), 10_000);
  expect((await apply(keepJira, pruned)).items).toMatchObject([
    { action: 'unchanged' },
    { action: 'delete', name: 'code' },
  ]);
});
