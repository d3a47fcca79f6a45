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
  expect(shown.output).not.toContain('first event');
  linked.host.deliveryFaults.clear();
  await linked.host.people.createBranch({ repository, name: 'MYT-1-heard' });
  await linked.settled();
  expect((await tieline('link', 'show', id)).output).toMatch(/first event: \d{4}-.*\n {2}last event: \d{4}-/);
});

it('smart commits are switched without touching what else a link says', async () => {
  const { id } = await linked.link({ paths: ['acme/shop/platform'], projects: ['MYT'] });
  const changed = await tieline('link', 'change', id, '--smart-commits', 'on', '--json');
  expect(JSON.parse(changed.output)).toMatchObject({ smartCommits: 'on', projects: ['MYT'] });
});

it('a link is known by its name to every command', async () => {
  await linked.link({ name: 'by name', scope: 'acme', paths: ['acme/shop'] });
  expect((await tieline('link', 'show', 'by name')).output).toContain('by name [waiting]');
  expect((await tieline('link', 'change', 'BY NAME', '--name', 'named')).output).toContain('named [waiting]');
  const wider = await tieline('link', 'change', 'named', '--path', 'acme/shop', 'acme', '--no-backfill');
  expect(wider.output).toMatch(/acme at .*: webhook registered\n {2}acme\/shop at .*: webhook registered/);
  expect((await tieline('link', 'show', 'named')).output).not.toContain('backfill');
  expect((await tieline('link', 'webhook', 'named')).output).toContain(`address  ${linked.url}/hooks/`);
  expect((await tieline('link', 'backfill', 'named', 'start')).output).toContain('backfill running');
  await expect
    .poll(async () => (await tieline('link', 'show', 'named')).output, { timeout: 20_000 })
    .toContain('backfill done');
  expect((await tieline('link', 'reconcile', 'named')).output).toContain('last look: done');
  expect((await tieline('link', 'disconnect', 'named')).output).toContain('named is being disconnected');
  await expect
    .poll(async () => (await tieline('link', 'show', 'named')).notes, { timeout: 20_000 })
    .toContain('There is no link "named"');
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
  expect(made.output).toContain(
    'The host registers no webhook of acme/shop for the token: it takes Account Admin',
  );
  expect(made.notes).toContain('Until its webhook is there, the link hears nothing: tieline link webhook ');
  const [, id = ''] = /tieline link webhook (\S+)/.exec(made.notes) ?? [];
  const over = await tieline('link', 'backfill', id, 'pause');
  expect(over.notes).toContain('The link "deaf" has had no backfill\n  Start one: tieline link backfill');
  await tieline('link', 'disconnect', id);
});
