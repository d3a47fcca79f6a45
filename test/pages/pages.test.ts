import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startBrowser, type TestBrowser } from '../browser.ts';
import { runTieline } from '../cli/run.ts';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';

const processes = createHubProcesses();
let browser: TestBrowser;
let database: TestDatabase;
let jira: JiraSimulator;
let hubUrl: string;

beforeAll(async () => {
  [browser, database, jira] = await Promise.all([
    startBrowser(),
    startTestDatabase({ empty: true }),
    startJiraSimulator({ edition: 'cloud' }),
  ]);
  const hub = processes.startHub({
    DATABASE_URL: database.url,
    TIELINE_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  });
  const { url, firstToken } = await hub.ready;
  hubUrl = url;
  const env = { TIELINE_URL: url, TIELINE_TOKEN: firstToken ?? '' };
  const [client] = jira.clients;
  await runTieline(['secret', 'create', 'client-secret'], { env, input: client?.clientSecret });
  await runTieline(['connection', 'create', 'jira'], {
    env,
    input: JSON.stringify({
      baseUrl: jira.siteUrl,
      gatewayUrl: jira.gatewayUrl,
      devops: { clientId: client?.clientId, clientSecret: { secret: 'account.client-secret' } },
      allowAddresses: ['127.0.0.1/32'],
    }),
  });
  const key = await runTieline(['connect-key', 'create', 'pages', '--connection', 'account.jira'], { env });
  const pipeline = {
    CONNECT_KEY: key.output.trim(),
    DRONE: 'true',
    DRONE_COMMIT_MESSAGE: 'MYT-1 <b>bold</b>',
  };
  const words = [
    'report',
    '--connect-hostname',
    url,
    '--link',
    'https://ci.example.com/7',
    '--pipeline',
    'checkout',
  ];
  const reports = [
    await runTieline([...words, '--state', 'failure'], { env: pipeline }),
    await runTieline([...words, '--state', 'success', '--environment-name', 'eu-west-prod'], {
      env: pipeline,
    }),
  ];
  expect(reports.map(({ code }) => code)).toEqual([0, 0]);
});

afterAll(async () => {
  await browser.close();
  await processes.cleanUp();
  await jira.close();
  await database.close();
});

const looks = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => [width, scheme] as const),
);

/** Opens a page and gives what a reader would stumble over. */
async function look(
  url: string,
  width: number,
  scheme: 'light' | 'dark',
  read: (page: Page) => Promise<void>,
) {
  const page = await browser.browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url, { waitUntil: 'networkidle' });
  await read(page);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  await page.close();
  return { complaints, overflow };
}

describe.each(looks)('at %i pixels, %s', (width, scheme) => {
  it('an issue shows its build and its deployment', async () => {
    const seen = await look(`${jira.siteUrl}/browse/MYT-1`, width, scheme, async (page) => {
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(
        'Checkout shows the total',
      );
      const text = await page.locator('main').textContent();
      expect(text).toMatch(/Builds \(1\)[\s\S]*checkout[\s\S]*Failed/i);
      expect(text).toMatch(/Deployments \(1\)[\s\S]*Successful[\s\S]*eu-west-prod/i);
      // What a pipeline sends is shown as text, never as markup.
      expect(text).toContain('<b>bold</b>');
    });
    expect(seen).toEqual({ complaints: [], overflow: 0 });
  });

  it('the API shows its routes', async () => {
    const seen = await look(`${hubUrl}/docs`, width, scheme, async (page) => {
      await page.getByText('/api/v1/builds').first().waitFor();
      expect(await page.locator('.opblock').count()).toBeGreaterThan(15);
      // The bar of the page's maker has no place here.
      expect(await page.locator('.topbar').isVisible()).toBe(false);
    });
    expect(seen.complaints).toEqual([]);
  });
});

it('an issue is dark for those who like it dark', async () => {
  const backgrounds: unknown[] = [];
  for (const scheme of ['light', 'dark'] as const) {
    await look(`${jira.siteUrl}/browse/MYT-1`, 1280, scheme, async (page) => {
      backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
    });
  }
  expect(new Set(backgrounds).size).toBe(2);
});
