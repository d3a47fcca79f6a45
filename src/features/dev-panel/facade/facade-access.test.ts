import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../../../test/browser.ts';
import {
  type ConnectedJira,
  password,
  repository,
  slugPath,
  startConnectedJira,
} from './fixtures/connected-jira.ts';

let connected: ConnectedJira;
beforeAll(async () => {
  connected = await startConnectedJira();
  await connected.open();
});
afterAll(() => connected.close());

describe('a code', () => {
  it.each([
    ['another site', () => 'https://evil.example/secure/x'],
    ['another site with Jira’s name as the user', () => connected.jira.replace('//', '//jira@')],
    ['what is no web address', () => 'javascript:alert(1)'],
  ])('is not sent to %s', async (_case, target) => {
    const ed = await connected.browse('ed');
    const answer = await ed.get(connected.authorizePath(target()));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('may not be sent back');
  });

  it('is given by an editor, on a page of the hub', async () => {
    const { callback, browse, authorizePath } = connected;
    const vera = await browse('vera');
    expect((await vera.get(authorizePath(callback))).status).toBe(403);
    const ed = await browse('ed');
    const wanted = new URL(authorizePath(callback), connected.url).searchParams;
    const fields = { ...Object.fromEntries(wanted), csrf: 'guessed' };
    expect((await ed.post('/login/oauth/authorize', fields)).status).toBe(403);
  });

  it('is redeemed once, with the secret', async () => {
    const { allow, redeem } = connected;
    const code = await allow();
    expect(await redeem(code, 'tieline_pt_wrong')).toContain('error=incorrect_client_credentials');
    expect(await redeem(code)).toMatch(/^tieline_pt_/);
    expect(await redeem(code)).toContain('error=bad_verification_code');
  });
});

describe('a token', () => {
  it('reads its link and nothing else, and no other token does', async () => {
    const { linked, ask, allow, redeem } = connected;
    expect((await ask('/api/v3/user/repos', linked.hub.token)).status).toBe(401);
    const token = await redeem(await allow());
    const beyond = `/api/v3/repos/acme/${encodeURIComponent('shop@web@payments')}`;
    const paths = [beyond, `${beyond}/branches`, '/api/v3/orgs/elsewhere/repos', `${slugPath}/pulls/x`];
    for (const path of paths) {
      expect(await ask(path, token)).toMatchObject({ status: 404, body: { message: expect.any(String) } });
    }
    expect((await linked.hub.call('GET', '/api/v1/links', undefined, token)).status).toBe(401);
  });

  it('is what nobody else has: strangers learn nothing, and Jira that there is somebody to ask', async () => {
    const { url } = connected;
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${url}${path}`, { headers });
      return [answer.status, Object.keys((await answer.json()) as object)];
    };
    expect(await ask('/api/v3/users/acme')).toEqual([403, ['message']]);
    for (const path of ['/api/v3', '/api/v3/user', slugPath, '/api/v3/whatever', '/api/v3/rate_limit']) {
      expect([path, (await ask(path))[0]]).toEqual([path, 401]);
      const wrong = { authorization: `Basic ${btoa('me:tieline_pt_guessed')}` };
      expect([path, (await ask(path, wrong))[0]]).toEqual([path, 401]);
    }
  });

  it('finds out in GitHub’s words what is wrong or not there', async () => {
    const { linked, link, url, ask } = connected;
    const made = await linked.hub.call('POST', `/api/v1/links/${link.id}/facade/tokens`, { name: 'curl' });
    const { token } = made.body;
    for (const path of [
      'compare/main...x',
      'commits/main',
      'branches/none',
      'pulls/0',
      'hooks/x',
      'nothing',
    ]) {
      expect([path, await ask(`${slugPath}/${path}`, token)]).toEqual([
        path,
        { status: 404, body: { message: 'Not Found', documentation_url: expect.any(String) } },
      ]);
    }
    expect(await ask('/api/v3/rate_limit', token)).toMatchObject({
      status: 404,
      body: { message: 'Rate limiting is not enabled.' },
    });
    const post = async (body: string, type: string) => {
      const headers = { authorization: `token ${token}`, 'content-type': type };
      const answer = await fetch(`${url}${slugPath}/hooks`, { method: 'POST', headers, body });
      return [answer.status, await answer.json()];
    };
    expect(await post('{', 'application/json')).toMatchObject([400, { message: 'Problems parsing JSON' }]);
    expect(await post('a', 'text/css')).toMatchObject([415, { message: expect.any(String) }]);
    expect(await post(`"${'x'.repeat(1_200_000)}"`, 'application/json')).toMatchObject([413, {}]);
  });

  it('lets a real client of GitHub’s API (octokit) walk through all pages, pull requests and commits', async () => {
    const { linked, link, url } = connected;
    const path = `/api/v1/links/${link.id}/facade/tokens`;
    const made = await linked.hub.call('POST', path, { name: 'octokit' });
    await linked.host.people.createBranch({ repository, name: 'feature/MYT-2/ünïcode-分支' });
    await linked.settled();
    const octokit = new Octokit({ auth: made.body.token, baseUrl: `${url}/api/v3` });
    const [owner = '', repo = ''] = slugPath.split('/').slice(-2).map(decodeURIComponent);
    const branches = await octokit.paginate(octokit.rest.repos.listBranches, { owner, repo, per_page: 1 });
    const names = branches.map(({ name }) => name);
    const { data: pulls } = await octokit.rest.pulls.list({ owner, repo, state: 'all' });
    for (const { number, title } of pulls) {
      expect((await octokit.rest.pulls.get({ owner, repo, pull_number: number })).data.title).toBe(title);
    }
    const [branch] = branches;
    const { data: commit } = await octokit.rest.repos.getCommit({
      owner,
      repo,
      ref: branch?.commit.sha ?? '',
    });
    expect(commit.sha).toBe(branch?.commit.sha);
    expect(names.sort()).toEqual(['MYT-1-login', 'feature/MYT-2/ünïcode-分支', 'main']);
    const name = 'feature/MYT-2/ünïcode-分支';
    const one = await octokit.rest.repos.getBranch({ owner, repo, branch: name });
    expect(one.data).toMatchObject({ name, commit: { sha: expect.any(String) } });
    // The address that Jira makes of it.
    const page = await fetch(`${url}/${owner}/${repo}/tree/${name}`, { redirect: 'manual' });
    expect(decodeURI(page.headers.get('location') ?? '')).toContain(name);
    const whole = await fetch(`${url}/${owner}/${repo}`, { redirect: 'manual' });
    expect(whole.headers.get('location')).toBe(`${linked.host.url}/${repository}`);
    expect((await fetch(`${url}/${owner}/nothing`)).status).toBe(404);
  });
});

/** Pictures are taken only where somebody wants to look at them. */
const pictures = process.env.TIELINE_TEST_PICTURES;

describe('in a real browser', () => {
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it.each([
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 390, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
  ] as const)(
    'an editor comes from Jira, signs in, allows it, and is back ($width, $colorScheme)',
    async (look) => {
      const { url, callback, authorizePath } = connected;
      const jira = new URL(connected.jira).origin;
      const { width, colorScheme } = look;
      const page = await browser.browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // The simulated Jira has no page there.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load')) {
          complaints.push(message.text());
        }
      });
      await page.goto(`${url}${authorizePath(callback)}`);
      await page.getByLabel('E-mail address').fill('ed@example.com');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Let Jira read' }).waitFor();
      const said = await page.locator('main').textContent();
      expect(said).toContain(`${jira} wants to read`);
      expect(said).toContain('registers webhooks here');
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (pictures !== undefined) {
        await page.screenshot({
          path: `${pictures}/let-jira-read-${width}-${colorScheme}.png`,
          fullPage: true,
        });
      }
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL((address) => address.origin === jira && address.searchParams.has('code'));
      expect([complaints, overflow]).toEqual([[], 0]);
      await page.close();
    },
  );
});
