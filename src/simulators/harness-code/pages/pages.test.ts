import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HarnessCodeSimulator, startHarnessCodeSimulator } from '../index.ts';

const repository = 'acme/shop/web/storefront';
let code: HarnessCodeSimulator;
const page = async (path: string) => {
  const response = await fetch(code.url + path);
  const text = await response.text();
  const words = text.replace(/<style>.*?<\/style>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ');
  return { status: response.status, headers: response.headers, text, words };
};

beforeAll(async () => {
  code = await startHarnessCodeSimulator();
  const { people } = code;
  const files = { 'src/rates.ts': '<script>alert(1)</script>\n' };
  await people.commit({ repository, by: 'dev', branch: 'feature/MYT-1', message: 'MYT-1 Rates', files });
  const source = 'feature/MYT-1';
  const number = await people.openPullRequest({
    repository,
    by: 'dev',
    title: 'MYT-1 <b>Own</b> currency',
    source,
  });
  await people.review({ repository, by: 'rene', number, decision: 'changereq' });
  await people.comment({ repository, by: 'rene', number, text: 'Which rate?' });
});
afterAll(() => code.close());

it('lists the repositories with what is open', async () => {
  const { status, headers, text, words } = await page('/');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/html');
  expect(words).toContain('acme/shop/web/storefront 1 open');
  expect(words).toContain('Simulated Harness Code');
  expect(text).toContain(`<a href="/${repository}">`);
});

it('shows a repository, a pull request and a commit where their links lead', async () => {
  const found = await page(`/${repository}`);
  expect(found.words).toContain('#1 MYT-1 &lt;b&gt;Own&lt;/b&gt; currency open');
  expect(found.words).toContain('Branches feature/MYT-1');
  const pull = await page(`/${repository}/pulls/1`);
  expect(pull.words).toContain('Rene Reviewer changes requested');
  expect(pull.words).toContain('src/rates.ts +1 -0');
  expect(pull.words).toContain('Which rate?');
  const [, link = ''] = /href="([^"]+\/commit\/[0-9a-f]{40})"/.exec(pull.text) ?? [];
  const commit = await page(link);
  expect(commit.words).toContain('MYT-1 Rates');
  expect(commit.text).not.toContain('<script');
  expect(commit.text).toContain('+&lt;script&gt;');
});

it.each(['/nowhere', `/${repository}/pulls/99`, `/${repository}/commit/abcdef1`])(
  'says so for %s',
  async (path) => {
    const { status, words } = await page(path);
    expect(status).toBe(404);
    expect(words).toContain('There is nothing here');
  },
);
