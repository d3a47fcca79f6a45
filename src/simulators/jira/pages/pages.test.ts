import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, callersOf, deployment, pullRequest, repository } from '../fixtures/simulator-client.ts';
import { type JiraSimulator, startJiraSimulator } from '../index.ts';

let jira: JiraSimulator;
let to: ReturnType<typeof callersOf>;
const page = async (path: string) => {
  const answer = await to.send(jira.siteUrl + path);
  return { ...answer, words: answer.text.replace(/<style>.*?<\/style>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ') };
};

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud' });
  to = callersOf(jira);
  const token = await to.tokenOf();
  const post = (api: string, body: object) => to.atGateway(token, api, '/bulk', { method: 'POST', body });
  await post('builds/0.1', { builds: [build({ description: 'Tests <b>&</b> lint' })] });
  const named = { deploymentSequenceNumber: 42, displayName: 'Shop #42' };
  await post('deployments/0.1', { deployments: [deployment({ state: 'rolled_back' }), deployment(named)] });
  const pull = pullRequest({ title: '<script>alert("hi")</script>' });
  await post('devinfo/0.10', { repositories: [repository({ pullRequests: [pull] })] });
});
afterAll(() => jira.close());

describe('an issue as its reader sees it', () => {
  it('shows what it is about', async () => {
    const { status, words, headers } = await page('/browse/MYT-1');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(words).toContain('Checkout shows the total in the shopper’s own currency');
    expect(words).toContain('Status In Progress');
    expect(words).toContain('Rates come from the pricing service');
    expect(words).toContain('Simulated Jira');
  });

  it('shows development, builds and deployments, with their states, links and times', async () => {
    const { words, text } = await page('/browse/MYT-1');
    expect(words).toContain('Branches feature/MYT-1 Last commit a7727ee');
    expect(words).toContain('Rene Approved');
    expect(words).toContain('Checkout #12 Successful');
    expect(words).toContain('Tests: 9 of 10 passed, 0 failed, 1 skipped');
    expect(words).toContain('Checkout 2.4 #7 Rolled back');
    // A name that holds its number is not followed by it.
    expect(words).toContain('Shop #42 Successful');
    expect(words).toContain('eu-prod-1 production');
    expect(text).toContain('<a href="https://ci.example/deployments/7"');
    expect(text).toContain('<time datetime="2026-11-22T08:00:00.000Z">');
  });

  it('shows what others wrote as text, never as markup', async () => {
    const { text } = await page('/browse/MYT-1');
    expect(text).not.toContain('<script>');
    expect(text).toContain('&lt;script&gt;alert(&quot;hi&quot;)&lt;/script&gt;');
    expect(text).toContain('Tests &lt;b&gt;&amp;&lt;/b&gt; lint');
  });

  it('says so when there is no such issue', async () => {
    const { status, words } = await page('/browse/%3Cb%3E-1');
    expect(status).toBe(404);
    expect(words).toContain('There is no issue &lt;b&gt;-1');
  });
});

it('lists the issues of each project, with links', async () => {
  const { text, words } = await page('/');
  expect(words).toContain('My Team (MYT)');
  expect(words).toContain('Operations (OPS)');
  expect(words).toContain('Story, 1 builds, 2 deployments');
  expect(text).toContain('<a href="/browse/OPS-1">OPS-1</a>');
});
