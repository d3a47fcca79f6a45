import { afterEach, describe, expect, it } from 'vitest';
import { pem, startServer } from '../../http/fixtures/start-server.ts';
import { deploymentStates } from '../../kit/jira.ts';
import type { DataCenterOptions } from '../../simulators/jira/index.ts';
import { aBuild, aDeployment } from './fixtures/entities.ts';
import { type SimulatedDataCenter, startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';
import jira from './index.ts';

let site: SimulatedDataCenter;
afterEach(() => site.close());

async function start(options: Omit<DataCenterOptions, 'edition'> = {}) {
  site = await startSimulatedDataCenter(options);
  return site;
}

async function clientOf(settings: object = site.byToken('admin')) {
  const client = jira.jira?.(await site.connect(settings));
  if (client === undefined) throw new Error('the connector gives no client');
  return client;
}

/** What the issue's page shows of its links, as its reader sees it: `~` around what is struck through. */
async function pageOf(issueKey: string): Promise<string> {
  const page = await (await fetch(`${site.simulator.siteUrl}/browse/${issueKey}`)).text();
  const links = page.slice(page.indexOf('id="links"'));
  return links
    .replace(/<\/?s>/g, '~')
    .replace(/<img[^>]*alt="([^"]*)"[^>]*>/g, '[$1]')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('~ ', '~')
    .replaceAll(' ~', '~');
}

describe('on an issue of Jira Data Center', () => {
  it('a build runs, then succeeds: one link that changes in place, with its icon, struck through when it is over', async () => {
    await start();
    const client = await clientOf();
    await client.builds.submit([aBuild({ state: 'in_progress' })]);
    expect(await pageOf('MYT-2')).toContain('Builds Shop #17: in progress Fix the till [in progress]');
    const { outcomes } = await client.builds.submit([aBuild({ state: 'successful', sequence: 101 })]);
    expect(outcomes).toEqual([
      {
        state: 'accepted',
        unknownIssueKeys: [],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
    expect(await pageOf('MYT-2')).toMatch(/Builds ?~Shop #17: successful ?~ ?Fix the till \[successful\]/);
    expect(site.simulator.state.remoteLinks('MYT-2')).toHaveLength(1);
  });

  it('builds and deployments stand under headings of their own, a deployment under its environment’s own name', async () => {
    await start();
    const client = await clientOf();
    await client.builds.submit([aBuild(), aBuild({ buildNumber: 18, displayName: 'Shop #18' })]);
    await client.deployments.submit([
      aDeployment(),
      aDeployment({ environment: { id: 'eu', displayName: 'eu-staging-2', type: 'staging' } }),
    ]);
    const groups = Map.groupBy(site.simulator.state.remoteLinks('MYT-1'), (link) => link.relationship);
    expect([...groups].map(([name, links]) => [name, links.map(({ object }) => object.title)])).toEqual([
      ['Builds', ['Shop #17: failed', 'Shop #18: failed']],
      ['Deployments', ['us-prod-1: Shop 1.2, successful', 'eu-staging-2: Shop 1.2, successful']],
    ]);
    expect(site.simulator.state.remoteLinks('MYT-2')).toHaveLength(2);
  });

  it('every state has words, an icon that Jira serves, and tells whether the matter is over', async () => {
    await start();
    const client = await clientOf();
    await client.deployments.submit(
      deploymentStates.map((state, index) => aDeployment({ state, deploymentNumber: index })),
    );
    const links = site.simulator.state.remoteLinks('MYT-1');
    expect(links.map(({ object }) => [object.status?.icon?.title, object.status?.resolved])).toEqual([
      ['pending', false],
      ['in progress', false],
      ['successful', true],
      ['failed', false],
      ['cancelled', true],
      ['state unknown', false],
      ['rolled back', true],
    ]);
    for (const { object } of links) {
      const icon = await fetch(object.status?.icon?.url16x16 ?? '');
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    }
  });

  it('a name that is too long is cut, the state behind it never', async () => {
    await start();
    const client = await clientOf();
    await client.builds.submit([aBuild({ displayName: '👩‍👧'.repeat(100), issueKeys: ['MYT-1'] })]);
    const title = site.simulator.state.remoteLinks('MYT-1')[0]?.object.title ?? '';
    expect(title.length).toBeLessThanOrEqual(255);
    expect(title).toMatch(/👩‍👧…: failed$/u);
  });

  it('keys may hold underscores; those that Jira does not know come back', async () => {
    await start();
    const client = await clientOf();
    const { outcomes } = await client.builds.submit([
      aBuild({ issueKeys: ['PAY_EU-1', 'UTF-8', 'MYT-999'] }),
      aBuild({ buildNumber: 18, issueKeys: ['SHA-256'] }),
    ]);
    expect(outcomes).toMatchObject([
      { state: 'accepted', unknownIssueKeys: ['UTF-8', 'MYT-999'] },
      { state: 'rejected', unknownIssueKeys: ['SHA-256'], errors: ['Jira knows none of the issue keys'] },
    ]);
    expect(site.simulator.state.remoteLinks('PAY_EU-1')).toHaveLength(1);
  });

  it('services, which no self-hosted Jira ties to a deployment, are named', async () => {
    await start();
    const { outcomes } = await (await clientOf()).deployments.submit([aDeployment({ services: ['till'] })]);
    expect(outcomes).toMatchObject([{ state: 'accepted', unknownServices: ['till'] }]);
  });

  it('an account without Link Issues is told so, issue by issue', async () => {
    await start();
    const { outcomes } = await (await clientOf(site.byToken('reader'))).builds.submit([aBuild()]);
    const why = /^MYT-\d: You do not have permission .* needs the permission Link Issues\)$/;
    expect(outcomes).toMatchObject([
      { state: 'rejected', errors: [expect.stringMatching(why), expect.stringMatching(why)] },
    ]);
  });
});

describe('the way to Jira Data Center', () => {
  it.each([
    ['below a context path', '/jira'],
    ['below a longer one', '/tools/jira'],
    ['at the root of its host', ''],
  ])('leads there %s', async (_, contextPath) => {
    await start({ contextPath });
    const client = await clientOf();
    expect(await client.identify()).toMatchObject({
      edition: 'data-center',
      version: '10.3.24',
      baseUrl: site.simulator.siteUrl,
    });
    expect((await client.builds.submit([aBuild()])).outcomes).toMatchObject([{ state: 'accepted' }]);
  });

  it('is not found without the context path', async () => {
    await start();
    const client = await clientOf({ ...site.byToken('admin'), baseUrl: site.simulator.originUrl });
    expect((await client.builds.submit([aBuild()])).outcomes).toMatchObject([
      { state: 'failed', error: { code: 'jira-site-unknown', hint: expect.stringContaining('/jira') } },
    ]);
  });

  it.each([
    ['a token', '10.3.24', () => site.byToken('admin'), 'accepted', undefined],
    ['a password', '10.3.24', () => site.byPassword('admin'), 'accepted', undefined],
    ['a token', '11.3.0', () => site.byToken('admin'), 'accepted', undefined],
    ['a password', '11.3.0', () => site.byPassword('admin'), 'failed', 'jira-password-refused'],
    ['a password', '7.6.1', () => site.byPassword('admin'), 'accepted', undefined],
    ['a token', '8.13.0', () => site.byToken('admin'), 'failed', 'jira-token-unsupported'],
    ['a wrong token', '10.3.24', () => site.byToken('admin', 'wrong'), 'failed', 'remote-unauthorized'],
  ])('with %s of Jira %s', async (_, version, settings, state, code) => {
    await start({ version });
    const { outcomes } = await (await clientOf(settings())).builds.submit([
      aBuild(),
      aBuild({ buildNumber: 18 }),
    ]);
    expect(outcomes).toMatchObject([
      { state },
      { state, ...(code && { error: { code, retry: 'once-repaired' } }) },
    ]);
  });

  it('an account that must solve a CAPTCHA is told so, and left alone', async () => {
    await start();
    const wrong = await clientOf(site.byPassword('admin', 'wrong'));
    for (let n = 0; n < 3; n++) await wrong.builds.submit([aBuild({ issueKeys: ['MYT-1'] })]);
    const client = await clientOf(site.byPassword('admin'));
    const before = site.simulator.state.counts().requests;
    expect((await client.builds.submit([aBuild(), aBuild({ buildNumber: 18 })])).outcomes[1]).toMatchObject({
      state: 'failed',
      error: { code: 'jira-captcha', message: expect.stringContaining('CAPTCHA') },
    });
    expect(site.simulator.state.counts().requests - before).toBe(2);
  });

  it('from http, where Jira redirects to https, names the right address: reads follow, writes do not', async () => {
    await start();
    const info = JSON.stringify({
      version: '10.3.24',
      versionNumbers: [10, 3, 24],
      deploymentType: 'Server',
    });
    const headers = { 'content-type': 'application/json' };
    const secure = await startServer(() => ({ headers, body: info }), 'localhost');
    const right = `https://127.0.0.1:${secure.port}`;
    const plain = await startServer(({ path }) => ({ status: 301, headers: { location: right + path } }));
    const connection = await site.connect({
      ...site.byToken('admin'),
      baseUrl: `http://127.0.0.1:${plain.port}/jira`,
      certificateAuthority: pem('authority'),
    });
    const { outcomes } = (await jira.jira?.(connection).builds.submit([aBuild()])) ?? {};
    expect(outcomes).toMatchObject([
      {
        state: 'failed',
        error: {
          code: 'redirect-refused',
          message: expect.stringContaining(`${right}/jira/rest/api/2/issue/MYT-1`),
        },
      },
    ]);
    const { capabilities } = await jira.test(connection);
    expect(capabilities.find(({ capability }) => capability === 'site')).toMatchObject({
      state: 'failed',
      hint: `Make ${right}/jira the base URL of the connection.`,
    });
  });
});

describe('the test of a connection to Jira Data Center', () => {
  const wanted = ['site', 'account', 'builds', 'deployments', 'development-information'];
  async function test(settings: object, projects?: string[]) {
    const report = await jira.test(await site.connect(settings), { projects });
    const states = report.capabilities.filter(({ capability }) => wanted.includes(capability));
    return {
      report,
      states: Object.fromEntries(states.map(({ capability, state }) => [capability, state])),
      builds: report.capabilities.find(({ capability }) => capability === 'builds'),
    };
  }

  it('says that builds, deployments and development information become links', async () => {
    await start();
    const { report, states, builds } = await test(site.byToken('admin'), ['MYT', 'PAY_EU']);
    expect(report).toMatchObject({
      ok: true,
      product: 'Jira Data Center 10.3.24',
      account: { name: 'Ada Admin', id: 'JIRAUSER10100' },
    });
    expect(states).toEqual({
      site: 'ok',
      account: 'ok',
      builds: 'ok',
      deployments: 'ok',
      'development-information': 'ok',
    });
    expect(builds?.message).toContain('links on the issues');
  });

  it('says where the account may not link', async () => {
    await start();
    site.simulator.faults.refusePermission('LINK_ISSUES');
    const { report, states, builds } = await test(site.byToken('admin'), ['MYT', 'GONE']);
    expect(report).toMatchObject({ ok: true, outcome: 'limited' });
    expect(states).toMatchObject({ account: 'ok', builds: 'missing', deployments: 'missing' });
    expect(builds).toMatchObject({
      message: expect.stringContaining('Link issues in MYT: missing'),
      hint: expect.stringContaining('Grant Link Issues'),
    });
    expect(builds?.message).toContain('GONE: no such project');
  });

  it('says of a refused account what to do, for builds and deployments as well', async () => {
    await start({ version: '11.3.0' });
    const { states, builds } = await test(site.byPassword('admin'));
    expect(states).toMatchObject({
      site: 'ok',
      account: 'refused',
      builds: 'refused',
      deployments: 'refused',
    });
    expect(builds?.hint).toContain('personal access token');
  });

  it('is told of an OAuth credential, which only Cloud has', async () => {
    await start();
    const devops = { clientId: 'c', clientSecret: { secret: 's' } };
    const { builds } = await test({ ...site.byToken('admin'), devops });
    expect(builds).toMatchObject({ state: 'failed', hint: expect.stringContaining('Data Center') });
  });
});
