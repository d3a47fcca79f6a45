import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../../../../test/browser.ts';
import { startTestHub, type TestHub } from '../../../../test/hub.ts';
import { findFreePort, type Issuer, settingsFor, startIssuer } from '../fixtures/issuer.ts';
import { quickCost, visit } from '../fixtures/visitor.ts';

const password = 'a boat on a quiet lake';
let browser: TestBrowser;
let issuer: Issuer;
let hub: TestHub;
let url: string;

beforeAll(async () => {
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  [browser, issuer] = await Promise.all([startBrowser(), startIssuer(url)]);
  const signIn = { local: true, passwordCost: quickCost, publicUrl: url, oidc: settingsFor(issuer.url) };
  hub = await startTestHub({ signIn });
  await hub.serve(port);
});
afterAll(async () => {
  await browser.close();
  await hub.close();
  await issuer.close();
});

/** Pictures are taken only where somebody wants to look at them. */
const pictures = process.env.TIELINE_TEST_PICTURES;
const picture = async (page: Page, name: string) => {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
};
/** Opens the hub in a browser of its own; whatever the browser complains about is kept. */
async function open(options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
  const { width = 1280, colorScheme = 'light' } = options;
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
const arriveAt = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

it('the first user is made with the printed token, by keyboard alone', async () => {
  const { page, complaints, close } = await open();
  await page.goto(`${url}/sign-in/first`);
  // The page puts it there by itself, a moment after it is loaded.
  await page.getByLabel('API token').and(page.locator(':focus')).waitFor();
  for (const text of [hub.token, 'Ada', 'ada@example.com', password]) {
    await page.keyboard.insertText(text);
    await page.keyboard.press('Tab');
  }
  await picture(page, 'first');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${url}/`);
  await arriveAt(page, 'Hello Ada');
  expect(await page.locator('main').textContent()).toContain('administrator in account');
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'tieline', httpOnly: true, sameSite: 'Lax', path: '/' });
  expect(complaints).toEqual([]);
  await close();
});

const looks = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);
describe.each(looks)('at $width pixels, $colorScheme', (look) => {
  const name = `${look.width}-${look.colorScheme}`;
  const overflowOf = (page: Page) =>
    page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

  it('somebody signs in by password after a mistake, changes the password, and signs out', async () => {
    const email = `bob-${name}@example.com`;
    await hub.call('POST', '/api/v1/users', { name: 'Bob', email });
    const { body } = await hub.call('POST', `/api/v1/users/${email}/invitation`);
    await visit(url).post(body.path, { password });
    const { page, complaints, close } = await open(look);
    await page.goto(url);
    await picture(page, `sign-in-${name}`);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain(
      'The e-mail address or the password is wrong',
    );
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(email);
    await picture(page, `wrong-${name}`);
    expect(await overflowOf(page)).toBe(0);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await arriveAt(page, 'Hello Bob');
    await picture(page, `home-${name}`);
    expect(await overflowOf(page)).toBe(0);

    await page.getByRole('link', { name: 'Change your password' }).click();
    await page.getByLabel('Current password').fill(password);
    await page.getByLabel('New password').fill(password);
    await picture(page, `password-${name}`);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await arriveAt(page, 'Hello Bob');

    const docs = page.getByRole('link', { name: 'The API and its description' });
    expect(await docs.getAttribute('href')).toBe('/docs/');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.waitForURL(`${url}/sign-in`);
    await page.goto(url);
    expect(page.url()).toBe(`${url}/sign-in`);
    expect(complaints).toEqual([]);
    await close();
  });
});

it('somebody signs in with the issuer, and out everywhere', async () => {
  await hub.call('POST', '/api/v1/users', {
    name: 'Bea',
    email: 'bea@example.com',
    roles: [{ role: 'viewer', scope: 'acme' }],
  });
  issuer.person = { sub: 'b-1', email: 'bea@example.com', email_verified: true };
  const { page, complaints, close } = await open();
  await page.goto(url);
  await page.getByRole('link', { name: 'Sign in with Example ID' }).click();
  await page.waitForURL(`${url}/`);
  expect(await page.locator('main').textContent()).toMatch(/with Example ID[\s\S]*viewer in acme/);
  // It has no password to change.
  expect(await page.getByRole('link', { name: 'Change your password' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.waitForURL(`${url}/sign-in`);
  expect(complaints).toEqual([]);
  await close();
});

it('an invited user sets a password and is in', async () => {
  await hub.call('POST', '/api/v1/users', { name: '<b>Cy</b>', email: 'cy@example.com' });
  const { body } = await hub.call('POST', '/api/v1/users/cy@example.com/invitation');
  const { page, complaints, close } = await open({ width: 390 });
  await page.goto(body.url);
  await picture(page, 'invitation');
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await arriveAt(page, 'Hello <b>Cy</b>');
  await page.goto(body.url);
  expect(await page.getByRole('alert').textContent()).toContain('This link was used');
  await picture(page, 'spent');
  expect(complaints).toEqual([]);
  await close();
});

it('a page of another site can neither frame the hub nor sign somebody in', async () => {
  const { page, complaints, close } = await open();
  // A page at "localhost" is of another site than the hub at 127.0.0.1.
  const elsewhere = url.replace('127.0.0.1', 'localhost');
  const form = `<form method="post" action="${url}/sign-in"><input name="email" value="ada@example.com">
    <input name="password" value="${password}"><button>go</button></form><iframe src="${url}/sign-in"></iframe>`;
  await page.route(`${elsewhere}/trap`, (route) => route.fulfill({ contentType: 'text/html', body: form }));
  await page.goto(`${elsewhere}/trap`);
  await page.getByRole('button', { name: 'go' }).click();
  await page.waitForURL(`${url}/sign-in`);
  expect(await page.getByRole('alert').textContent()).toContain('sent from another site');
  expect(await page.context().cookies()).toEqual([]);
  expect(complaints).toEqual([expect.stringContaining("frame-ancestors 'none'")]);
  await close();
});
