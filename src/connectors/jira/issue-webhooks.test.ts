import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../kit/secret.ts';
import { createJiraClient } from './client.ts';
import { startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import { startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function onCloud() {
  const cloud = await startSimulatedCloud();
  closing.push(() => cloud.close());
  return cloud;
}

async function selfHosted(version: string) {
  const site = await startSimulatedDataCenter({ version });
  closing.push(() => site.close());
  return site;
}

const hook = { name: 'Tieline', url: 'https://hub.example/hooks/jira/x', secret: new Secret('hook-secret') };
const signed = { type: 'hmac', headers: [{ name: 'x-hub-signature', prefix: 'sha256=' }] };

describe('webhooks of administrators', () => {
  it.each([
    ['Jira Cloud', undefined, signed, 'hook-secret'],
    ['Jira 9', '9.12.0', { type: 'secretUrl' }, undefined],
    ['Jira 10', '10.3.0', signed, 'hook-secret'],
  ])('of %s are registered once and removed', async (_name, version, signature, secret) => {
    const cloud = version === undefined ? await onCloud() : undefined;
    const site = version === undefined ? undefined : await selfHosted(version);
    const connection = await (cloud?.connect(cloud.user('admin')) ?? site?.connect(site.byToken('admin')));
    const state = (cloud ?? site)?.simulator.state;
    if (connection === undefined || state === undefined) throw new Error('no site');
    const { webhooks } = createJiraClient(connection);
    expect(await webhooks.signature()).toEqual(signature);
    const registration = await webhooks.register(hook);
    expect(await webhooks.register(hook)).toBe(registration);
    const [one, ...others] = state.webhooks().admin;
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      url: hook.url,
      events: ['jira:issue_updated', 'jira:issue_deleted'],
      jql: '',
      excludeBody: false,
      enabled: true,
    });
    expect(one?.secret).toBe(secret);
    await webhooks.unregister(registration);
    expect(state.webhooks().admin).toEqual([]);
    await webhooks.unregister(registration);
  });

  it('are refused to who may not administer Jira, and to credentials that never may', async () => {
    const cloud = await onCloud();
    const registerAs = async (settings: object) =>
      createJiraClient(await cloud.connect(settings)).webhooks.register(hook);
    const refused = { code: 'remote-forbidden' };
    await expect(registerAs(cloud.user('dana'))).rejects.toMatchObject(refused);
    const before = cloud.simulator.state.requests.length;
    await expect(registerAs(cloud.serviceAccount())).rejects.toMatchObject(refused);
    await expect(registerAs(cloud.scopedToken('dana'))).rejects.toMatchObject({
      ...refused,
      message: 'Jira lets a token with scopes register no webhooks of administrators',
    });
    const paths = cloud.simulator.state.requests.slice(before).map(({ path }) => path);
    expect(paths.filter((path) => path.includes('webhook'))).toEqual([]);
  });

  it('tell of which issue they are', async () => {
    const cloud = await onCloud();
    const { webhooks } = createJiraClient(await cloud.connect(cloud.user('admin')));
    const event = 'jira:issue_updated';
    expect(webhooks.parse({ webhookEvent: event, issue: { id: 10_001, key: 'MYT-1' } })).toEqual({
      event,
      issueId: '10001',
    });
    expect(webhooks.parse({ webhookEvent: 'worklog_created', worklog: {} })).toEqual({
      event: 'worklog_created',
      issueId: undefined,
    });
    for (const odd of [null, [], 'x', { issue: { id: '1' } }, { webhookEvent: event, issue: { id: {} } }]) {
      expect(() => webhooks.parse(odd)).toThrow(expect.objectContaining({ code: 'hook-invalid' }));
    }
  });
});
