import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../../../../test/browser.ts';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';

const password = 'a boat on a quiet lake';
let browser: TestBrowser;
let linked: LinkedHub;
let url: string;
let link: { id: string };

beforeAll(async () => {
  [browser, linked] = await Promise.all([startBrowser(), startLinkedHub()]);
  url = linked.publicUrl;
  link = await linked.link();
  await invite('Olga', 'operator');
  await invite('Vera', 'viewer');
});
afterAll(async () => {
  await browser.close();
  await linked.close();
});

async function invite(name: string, role: string): Promise<void> {
  const email = `${name.toLowerCase()}@example.com`;
  const made = await linked.hub.call('POST', '/api/v1/users', { name, email, roles: [{ role }] });
  expect(made.status).toBe(201);
  const { body } = await linked.hub.call('POST', `/api/v1/users/${email}/invitation`);
  const answer = await fetch(`${url}${body.path}`, {
    method: 'POST',
    body: new URLSearchParams({ password }),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
}

/** Pictures are taken only where somebody wants to look at them. */
const pictures = process.env.TIELINE_TEST_PICTURES;
const picture = async (page: Page, name: string) => {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
};

async function open(look: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
  const { width = 1280, colorScheme = 'light' } = look;
  const context = await browser.browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser itself writes down answers of 400 and above; those are what some stories are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, close: () => context.close() };
}

/** As Jira sends somebody: from its own site, with the values in the template's places. */
const fromJira = (issueKey: string, issueSummary: string) =>
  `${url}/create-branch?${new URLSearchParams({ issueKey, issueSummary })}`;

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(`${name}@example.com`);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Create a branch' }).waitFor();
}

const overflowOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

/** Over how many lines the last part of the last link goes. */
const linesOfLastPart = (page: Page) =>
  page.evaluate(`(() => {
    const range = document.createRange();
    range.selectNodeContents([...document.querySelectorAll('a')].at(-1).lastChild);
    return new Set([...range.getClientRects()].map(({ top }) => top)).size;
  })()`);

const looks = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

describe.each(looks)('at $width pixels, $colorScheme', (look) => {
  const name = `create-branch-${look.width}-${look.colorScheme}`;

  it('somebody comes from Jira, signs in, chooses, and has a branch that shows on the issue', async () => {
    const issue = `MYT-1`;
    const summary = `Total at ${look.width} is <b>wrong</b>, ${look.colorScheme}`;
    const branch = `MYT-1-total-at-${look.width}-is-b-wrong-b-${look.colorScheme}`;
    const { page, complaints, close } = await open(look);
    await page.goto(fromJira(issue, summary));
    await signIn(page, 'olga');

    expect(await page.locator('main').textContent()).toContain(summary);
    await page.getByLabel('Search a repository').fill('STORE');
    await page.keyboard.press('Enter');
    await page.getByText('One repository.').waitFor();
    await picture(page, `${name}-repositories`);
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole('link', { name: 'acme/shop/web/storefront' }).click();

    const base = page.getByLabel('Begin from');
    expect(await base.inputValue()).toBe('main');
    expect(await base.locator('option').first().textContent()).toBe('main (default)');
    expect(await page.getByLabel('Name of the branch').inputValue()).toBe(branch);
    await picture(page, `${name}-branch`);
    expect(await overflowOf(page)).toBe(0);

    await page.getByLabel('Name of the branch').fill('MYT-1 with spaces');
    await page.getByRole('button', { name: 'Create the branch' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('must hold no space');
    expect(await page.getByLabel('Name of the branch').inputValue()).toBe('MYT-1 with spaces');
    await picture(page, `${name}-refused`);
    await page.getByLabel('Name of the branch').fill(branch);
    await page.getByRole('button', { name: 'Create the branch' }).click();

    await page.getByRole('heading', { level: 1, name: 'The branch is there' }).waitFor();
    expect(await page.getByRole('link', { name: branch }).getAttribute('href')).toContain(linked.host.url);
    expect(await page.locator('main').textContent()).toContain(`git switch ${branch}`);
    expect(await linesOfLastPart(page)).toBe(1);
    await picture(page, `${name}-done`);
    expect(await overflowOf(page)).toBe(0);
    expect(complaints).toEqual([]);
    await close();

    await linked.settled();
    expect(linked.panel()).toMatchObject({ [`branch ${branch}`]: ['MYT-1'] });
    const { body } = await linked.hub.call('GET', `/api/v1/audit?action=branch.created&subject=${branch}`);
    expect(body.items).toMatchObject([
      {
        actor: { kind: 'user', name: 'Olga' },
        details: { repository: 'acme/shop/web/storefront', from: 'main' },
      },
    ]);
  });
});

it('whoever wants a name that is taken reads that, and keeps what was entered', async () => {
  const { page, close } = await open();
  await page.goto(fromJira('MYT-2', 'Twice'));
  await signIn(page, 'olga');
  const storefront = page.getByRole('link', { name: 'acme/shop/web/storefront' });
  for (const outcome of ['The branch is there', 'Create a branch']) {
    await page.goto(fromJira('MYT-2', 'Twice'));
    await storefront.click();
    await page.getByRole('button', { name: 'Create the branch' }).click();
    await page.getByRole('heading', { level: 1, name: outcome, exact: true }).waitFor();
  }
  expect(await page.getByRole('alert').textContent()).toContain('There is a branch "MYT-2-twice"');
  await page.getByLabel('Choose another repository').click();
  await storefront.waitFor();
  await close();
});

it('somebody without the role reads what is missing, and somebody without an issue what to enter in Jira', async () => {
  const { page, close } = await open();
  await page.goto(fromJira('MYT-1', 'Total'));
  await signIn(page, 'vera');
  expect(await page.locator('main').textContent()).toContain('where you are an operator');
  await page.goto(`${url}/create-branch`);
  expect(await page.locator('main').textContent()).toContain(
    `${url}/create-branch?issueKey={issue.key}&issueSummary={issue.summary}`,
  );
  await page.goto(fromJira('<script>', 'Total'));
  expect(await page.getByRole('alert').textContent()).toContain('"<script>" is not the key of an issue');
  await picture(page, 'create-branch-no-issue');
  await close();
});

it('a form of another site makes no branch', async () => {
  const { page, close } = await open();
  await page.goto(fromJira('MYT-1', 'Total'));
  await signIn(page, 'olga');
  await page.getByRole('link', { name: 'acme/shop/web/storefront' }).click();
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const repository = await page.locator('input[name=repository]').inputValue();
  const fields = { issueKey: 'MYT-1', link: link.id, repository, from: 'main', name: 'MYT-1-forged' };
  const send = (csrf: string, site: string) =>
    fetch(`${url}/create-branch`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': site },
      body: new URLSearchParams({ ...fields, csrf }),
    });
  const csrf = await page.locator('input[name=csrf]').inputValue();
  expect((await send('guessed', 'same-origin')).status).toBe(403);
  expect((await send(csrf, 'cross-site')).status).toBe(403);
  await linked.settled();
  expect(linked.panel()).not.toHaveProperty('branch MYT-1-forged');
  await close();
});

describe('the API', () => {
  const make = (body: object, token?: string) =>
    linked.hub.call('POST', `/api/v1/links/${link.id}/branches`, body, token);
  const repository = 'acme/shop/web/payments';

  it('makes a branch from the default one, for an operator', async () => {
    const operator = await linked.hub.makeToken('operator');
    expect(await make({ repository, name: 'MYT-3-pay' }, operator)).toMatchObject({
      status: 201,
      body: { name: 'MYT-3-pay', from: 'main', repository: { name: repository } },
    });
    await linked.settled();
    expect(linked.panel()).toMatchObject({ 'branch MYT-3-pay': ['MYT-3'] });
  });

  it.each([
    ['a name that is taken', { repository, name: 'main' }, 409, 'name-taken'],
    ['a name that git does not take', { repository, name: 'a..b' }, 400, 'request-invalid'],
    ['a repository elsewhere', { repository: 'acme/other', name: 'x' }, 404, 'resource-not-found'],
    ['a base that is not there', { repository, name: 'x', from: 'gone' }, 404, 'resource-not-found'],
  ])('refuses %s', async (_case, body, status, code) => {
    expect(await make(body)).toMatchObject({ status, body: { code } });
  });

  it('refuses a viewer', async () => {
    const viewer = await linked.hub.makeToken('viewer');
    expect((await make({ repository, name: 'x' }, viewer)).status).toBe(403);
  });
});

it('with two links one is chosen, and of a link with one repository that one is', async () => {
  const second = await linked.link({ name: 'Platform', paths: ['acme/shop/platform'] });
  const { page, complaints, close } = await open({ width: 390, colorScheme: 'dark' });
  await page.goto(fromJira('MYT-4', 'Several'));
  await signIn(page, 'olga');
  await page.getByRole('heading', { level: 2, name: 'Where?' }).waitFor();
  await picture(page, 'create-branch-390-dark-links');
  expect(await overflowOf(page)).toBe(0);
  await page.getByRole('link', { name: 'Platform: acme/shop/platform' }).click();
  expect(await page.getByLabel('Name of the branch').inputValue()).toBe('MYT-4-several');
  expect(await page.locator('main').textContent()).toContain('acme/shop/platform/infrastructure');
  await page.getByRole('button', { name: 'Create the branch' }).click();
  await page.getByRole('heading', { level: 1, name: 'The branch is there' }).waitFor();
  await page.goto(fromJira('MYT-4', 'Several'));
  await page.getByRole('link', { name: /^link-1: / }).click();
  await page.getByLabel('Choose another link').click();
  await page.getByRole('heading', { level: 2, name: 'Where?' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
  await linked.hub.call('DELETE', `/api/v1/links/${second.id}`);
  await expect
    .poll(async () => (await linked.hub.call('GET', '/api/v1/links')).body.items, { timeout: 10_000 })
    .toHaveLength(1);
});

it('while the host is away, the page says so, and offers to try again', async () => {
  const { page, close } = await open();
  await page.goto(fromJira('MYT-1', 'Total'));
  await signIn(page, 'olga');
  const storefront = page.getByRole('link', { name: 'acme/shop/web/storefront' });
  const address = await storefront.getAttribute('href');
  await linked.host.close();
  await page.goto(`${url}${address}`);
  expect(await page.getByRole('alert').textContent()).toContain(new URL(linked.host.url).host);
  await picture(page, 'create-branch-host-away');
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await close();
});
