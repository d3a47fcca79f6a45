import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LinkedHub, startLinkedHub } from '../../src/features/dev-panel/fixtures/linked-hub.ts';
import { startBrowser, type TestBrowser } from '../browser.ts';

const repository = 'acme/shop/web/storefront';
let browser: TestBrowser;
let linked: LinkedHub;

beforeAll(async () => {
  [browser, linked] = await Promise.all([startBrowser(), startLinkedHub()]);
  await linked.link();
});
afterAll(async () => {
  await browser.close();
  await linked.close();
});

it('the page of an issue shows a push, a pull request, a review and a merge as they happen, without a reload', async () => {
  const { people } = linked.host;
  const page = await browser.browser.newPage({ viewport: { width: 390, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.goto(`${linked.hub.simulator.siteUrl}/browse/MYT-1`);
  const panel = page.getByRole('region', { name: /^Development/ });
  await panel.getByText('Nothing yet.').waitFor();

  await people.commit({ repository, branch: 'MYT-1-live', message: 'MYT-1 <i>now</i>', files: { a: '1' } });
  await panel.getByRole('link', { name: 'MYT-1-live' }).waitFor();
  await panel.getByText('MYT-1 <i>now</i>').waitFor();
  expect(await panel.textContent()).toContain('1 file');
  const number = await people.openPullRequest({
    repository,
    title: 'MYT-1 live',
    source: 'MYT-1-live',
    reviewers: ['rene'],
  });
  await panel.getByText('Open', { exact: true }).waitFor();
  await people.review({ repository, number, by: 'rene', decision: 'approved' });
  await panel.getByText('Approved', { exact: true }).waitFor();
  await people.merge({ repository, number, deleteSourceBranch: true });
  await panel.getByText('Merged', { exact: true }).waitFor();
  expect(await panel.getByRole('link', { name: 'MYT-1-live', exact: true }).count()).toBe(0);
  expect({ loads, complaints }).toEqual({ loads: 1, complaints: [] });
});
