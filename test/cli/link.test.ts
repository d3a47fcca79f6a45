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
