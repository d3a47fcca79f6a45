import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build, callersOf } from './fixtures/simulator-client.ts';
import { describeAsText, describeSimulator, type JiraSimulator, startJiraSimulator } from './index.ts';

const now = () => new Date('2026-11-22T12:20:00Z');
let jira: JiraSimulator;
let to: ReturnType<typeof callersOf>;
let token: string;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'cloud', now });
  to = callersOf(jira);
  token = await to.tokenOf();
});
afterAll(() => jira.close());
afterEach(() => jira.faults.clear());

const submit = (count = 1, pipelineId = 'p') =>
  to.atGateway(token, 'builds/0.1', '/bulk', {
    method: 'POST',
    body: { builds: Array.from({ length: count }, (_, n) => build({ pipelineId, buildNumber: n })) },
  });
const control = (path: string, method: string, body?: unknown) =>
  to.send(`${jira.siteUrl}/_simulator${path}`, { method, body });

describe('faults', () => {
  it('strike the matching requests, so many times, after so many', async () => {
    jira.faults.add({
      match: { method: 'POST', path: /builds.*bulk$/ },
      after: 1,
      times: 2,
      answer: { status: 500, headers: { 'x-why': 'test' }, body: { message: 'no' } },
    });
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn++) statuses.push((await submit()).status);
    expect(statuses).toEqual([202, 500, 500, 202]);
    expect((await to.asAccount('/rest/api/3/myself')).status).toBe(200);
    expect(jira.faults.list()).toMatchObject([{ matched: 3, struck: 2 }]);
  });

  it('drop the connection before the effect, or after it', async () => {
    jira.faults.add({ times: 1, answer: 'drop-connection' });
    await expect(submit(1, 'before')).rejects.toThrow('fetch failed');
    jira.faults.add({ times: 1, answer: 'apply-then-drop' });
    await expect(submit(1, 'after')).rejects.toThrow('fetch failed');
    expect(jira.state.effects.map((one) => one.key).filter((key) => /before|after/.test(key))).toEqual([
      'after#0',
    ]);
    expect(jira.state.requests.slice(-2).map((one) => one.status)).toEqual([0, 0]);
  });

  it('delay an answer and then give it', async () => {
    jira.faults.add({ times: 1, answer: { delayMs: 5 } });
    expect((await submit()).status).toBe(202);
  });

  it('warn that a limit is near, and answer as ever', async () => {
    jira.faults.add({ times: 1, answer: { nearLimit: 'jira-burst-based' } });
    const { status, headers } = await submit();
    const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-nearlimit'];
    expect([status, ...names.map((name) => headers.get(name))]).toEqual([202, '100', '10', 'true']);
    expect((await submit()).headers.has('x-ratelimit-nearlimit')).toBe(false);
  });

  it('limit the rate for each of the reasons', async () => {
    const limited = async (...given: Parameters<typeof jira.faults.rateLimit>) => {
      jira.faults.clear();
      jira.faults.rateLimit(...given);
      const { status, headers } = await submit();
      const names = ['retry-after', 'ratelimit-reason', 'x-ratelimit-reset'];
      return [status, ...names.map((name) => headers.get(name))];
    };
    const reasonOf = 'jira-quota-tenant-based';
    expect(await limited(reasonOf)).toEqual([429, null, reasonOf, '2026-11-22T13:00:00.000Z']);
    expect(await limited('jira-quota-global-based', { retryAfterSeconds: 60 })).toEqual([
      429,
      '60',
      'jira-quota-global-based',
      '2026-11-22T12:21:00.000Z',
    ]);
    const burst = 'jira-burst-based';
    expect(await limited(burst, { retryAfterSeconds: 3 })).toEqual([
      429,
      '3',
      burst,
      '2026-11-22T12:20:03.000Z',
    ]);
    const issue = 'jira-per-issue-on-write';
    expect(await limited(issue)).toEqual([429, null, issue, '2026-11-22T12:20:01.000Z']);
    expect(await limited('none')).toEqual([429, null, null, null]);
  });

  it('call bodies too large, end tokens, and go into maintenance', async () => {
    jira.faults.tooLargeOver(3);
    expect((await submit(4)).status).toBe(413);
    expect((await submit(3)).status).toBe(202);
    jira.faults.unavailable({ match: { listener: 'site' }, retryAfterSeconds: 30 });
    expect((await to.asAccount('/rest/api/3/myself')).headers.get('retry-after')).toBe('30');
    jira.faults.expireTokens();
    expect((await submit()).status).toBe(401);
    token = await to.tokenOf();
    expect((await submit()).status).toBe(202);
  });
});

describe('the control addresses of a simulator that runs alone', () => {
  it('add, list and remove faults', async () => {
    const fault = { match: { path: '/bulk' }, answer: { rateLimit: 'none', retryAfterSeconds: 1 } };
    const added = await control('/faults', 'POST', fault);
    expect(added.status).toBe(201);
    expect((await submit()).status).toBe(429);
    expect((await control('/faults', 'GET')).json.faults).toMatchObject([{ ...fault, struck: 1 }]);
    expect((await control(`/faults/${added.json.id}`, 'DELETE')).status).toBe(204);
    expect((await submit()).status).toBe(202);
  });

  it('switch the site, and back', async () => {
    for (const order of [
      { refusePermission: 'EDIT_ISSUES' },
      { searchLagMs: 1000 },
      { wrongCredentialsAreAnonymous: true },
      { expireTokens: true },
    ]) {
      expect((await control('/faults', 'POST', order)).status).toBe(204);
    }
    expect((await submit()).status).toBe(401);
    token = await to.tokenOf();
    const mine = () => to.asAccount('/rest/api/3/mypermissions?permissions=EDIT_ISSUES');
    expect((await mine()).json.permissions.EDIT_ISSUES.havePermission).toBe(false);
    expect((await control('/faults', 'DELETE')).status).toBe(204);
    expect((await mine()).json.permissions.EDIT_ISSUES.havePermission).toBe(true);
  });

  it('refuse an order that is none', async () => {
    for (const order of [
      {},
      { answer: 'explode' },
      { refusePermission: 'MAKE_COFFEE' },
      { answer: { status: 1 } },
    ]) {
      expect((await control('/faults', 'POST', order)).status).toBe(400);
    }
  });

  it('show what is inside, and decide gates', async () => {
    await submit(1, 'seen');
    const { json } = await control('/state', 'GET');
    expect(json.counts.builds).toBe(jira.state.counts().builds);
    expect(json.builds.map((one: { pipelineId: string }) => one.pipelineId)).toContain('seen');
    expect(json.requests.at(-1)).toMatchObject({ listener: 'gateway', status: 202, entities: 1 });
    const gate = { pipelineId: 'p', environmentId: 'e', deploymentSequenceNumber: 1, status: 'allowed' };
    expect((await control('/gates', 'PUT', gate)).status).toBe(404);
  });
});

it('describes itself for people and for programs', async () => {
  const description = describeSimulator(jira);
  const token = await to.send(description.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: description.clients[1]?.clientId ?? '',
      client_secret: description.clients[1]?.clientSecret ?? '',
    }).toString(),
  });
  expect(token.json).toMatchObject({ expires_in: 900, token_type: 'Bearer' });
  expect(token.json.scope).toContain('write:build:jira-software');
  const text = describeAsText(description);
  for (const shown of [description.site, description.cloudId, description.accounts[0]?.apiToken ?? '?']) {
    expect(text).toContain(shown);
  }
});

it('refuses clients with a wrong secret, grant or audience', async () => {
  const ask = (more: object) =>
    to.send(`${jira.gatewayUrl}/oauth/token`, {
      method: 'POST',
      body: {
        grant_type: 'client_credentials',
        client_id: 'simulated-client-all',
        client_secret: 'simulated-secret-all',
        ...more,
      },
    });
  expect((await ask({ client_secret: 'wrong' })).status).toBe(401);
  expect((await ask({ grant_type: 'password' })).json.error).toBe('unsupported_grant_type');
  expect((await ask({ audience: 'elsewhere.example' })).status).toBe(400);
});

it('says which port is taken, and leaves none open behind it', async () => {
  const port = Number(new URL(jira.gatewayUrl).port);
  await expect(startJiraSimulator({ edition: 'cloud', gatewayPort: port })).rejects.toThrow(`EADDRINUSE`);
});

it('answers 404 and 405 as an address that is not there', async () => {
  expect((await to.asAccount('/rest/api/3/nothing')).status).toBe(404);
  const answer = await to.asAccount('/rest/api/3/myself', { method: 'DELETE' });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET');
});
