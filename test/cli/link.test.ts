import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LinkedHub, startLinkedHub } from '../../src/features/dev-panel/fixtures/linked-hub.ts';
import { runTieline } from './run.ts';

let linked: LinkedHub;
beforeAll(async () => {
  linked = await startLinkedHub();
});
afterAll(() => linked.close());

const tieline = (...words: string[]) =>
  runTieline(words, { env: { TIELINE_URL: linked.url, TIELINE_TOKEN: linked.hub.token } });

it('a lost webhook is found on the command line, and told with the link', async () => {
  const { id } = await linked.link();
  const repository = 'acme/shop/web/storefront';
  await linked.look({ id });
  linked.host.deliveryFaults.add({ does: 'lose' });
  await linked.host.people.commit({
    repository,
    branch: 'MYT-1-told',
    message: 'MYT-1 told',
    files: { a: '1' },
  });
  const run = await tieline('link', 'reconcile', id);
  expect(run).toMatchObject({ code: 0 });
  expect(run.output).toContain(`  Branch MYT-1-told in ${repository}: not shown → at `);
  expect(run.output).toContain('1 change came by no webhook');
  const shown = await tieline('link', 'show', id);
  expect(shown.output).toMatch(/last look: done at .*, \d+ compared, 2 repaired/);
});

it('smart commits are switched without touching what else a link says', async () => {
  const { id } = await linked.link({ paths: ['acme/shop/platform'], projects: ['MYT'] });
  const changed = await tieline('link', 'change', id, '--smart-commits', 'on', '--json');
  expect(JSON.parse(changed.output)).toMatchObject({ smartCommits: 'on', projects: ['MYT'] });
});

it('filters are shown, and taken back', async () => {
  const { id } = await linked.link({ level: 'account', paths: ['acme'], projects: ['OPS'] });
  const changed = await tieline('link', 'change', id, '--exclude', 'acme/*/secret', '--include', 'acme/*');
  expect(changed.output).toContain('  not repositories: acme/*/secret\n  only Jira projects: OPS\n');
  expect((await tieline('explain', 'MYT-777')).output).not.toContain('(acme; no webhook has come yet)');
  const again = await tieline('link', 'change', id, '--no-exclude', '--no-include', '--no-project', '--json');
  expect(JSON.parse(again.output)).toMatchObject({
    includeRepositories: null,
    excludeRepositories: null,
    projects: null,
  });
  expect((await tieline('explain', 'MYT-777')).output).toContain('(acme; no webhook has come yet)');
});

it('a link that hears nothing says so when it is made', async () => {
  linked.host.faults.add({
    match: { method: 'POST', path: '/webhooks' },
    times: 1,
    answer: { status: 403, body: { message: 'Forbidden' } },
  });
  const words = ['--host', linked.hostConnection, '--jira', linked.jiraConnection, '--level', 'organization'];
  const made = await tieline('link', 'create', 'deaf', ...words, '--path', 'acme/shop/', '--no-backfill');
  expect(made).toMatchObject({ code: 0 });
  expect(made.output).toContain('acme/shop at');
  expect(made.output).toContain('webhook missing');
  expect(made.notes).toContain('Until its webhook is there, the link hears nothing: tieline link webhook ');
  const [, id = ''] = /tieline link webhook (\S+)/.exec(made.notes) ?? [];
  const over = await tieline('link', 'backfill', id, 'pause');
  expect(over.notes).toContain('The link "deaf" has had no backfill\n  Start one: tieline link backfill');
  await tieline('link', 'disconnect', id);
});
