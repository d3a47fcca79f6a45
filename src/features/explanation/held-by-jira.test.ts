import { describe, expect, it } from 'vitest';
import { build, deployment, useHub } from '../ci-reports/fixtures/reports.ts';

const { hub, connection, send } = useHub();
const explain = async (issue: string, query = '?live=true') =>
  (await hub().call('GET', `/api/v1/issues/${issue}/explanation${query}`)).body;
const gateway = { listener: 'gateway' as const };
const reads = () =>
  hub().simulator.state.requests.filter(({ method, path }) => method === 'GET' && /pipelines/.test(path));

/** What anybody with the connection's OAuth credential may do at Jira. */
async function deleteAtJira(path: string) {
  const { gatewayUrl, cloudId, clients } = hub().simulator;
  const asked = await fetch(`${gatewayUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clients[0]?.clientId ?? '',
      client_secret: clients[0]?.clientSecret ?? '',
      audience: 'api.atlassian.com',
    }),
  });
  const { access_token: token } = Object(await asked.json());
  const [api, ...rest] = path.split('/');
  const url = `${gatewayUrl}/jira/${api}/0.1/cloud/${cloudId}/${rest.join('/')}`;
  const deleted = await fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  expect(deleted.status).toBe(202);
}

describe('an explanation that asks Jira', () => {
  it('tells that Jira holds what was sent last', async () => {
    const { sequence } = await send(
      'builds',
      build({ issueKeys: ['MYT-2'], lastUpdated: '2026-11-20T10:00:00Z' }),
    );
    await send('deployments', deployment({ issueKeys: ['MYT-2'] }));
    const { entities, notes } = await explain('MYT-2');
    expect(entities).toMatchObject([
      { topic: 'deployment', jira: { holds: 'same', state: 'successful' }, jiraError: null },
      { topic: 'build', jira: { holds: 'same', at: '2026-11-20T10:00:00.000Z', sequence } },
    ]);
    expect(notes).toEqual([]);
  });

  it('tells that somebody has deleted it there since', async () => {
    const report = build({ issueKeys: ['OPS-2'] });
    const change = deployment({ issueKeys: ['OPS-2'] });
    await send('builds', report);
    await send('deployments', change);
    await deleteAtJira(`builds/pipelines/shop/builds/${report.buildNumber}`);
    await deleteAtJira(`deployments/pipelines/shop/environments/prod/deployments/${change.deploymentNumber}`);
    const { entities, notes } = await explain('OPS-2');
    const nothing = { holds: 'nothing', state: null, at: null, sequence: null };
    expect(entities).toMatchObject([
      { outcome: 'linked', jira: nothing },
      { outcome: 'linked', jira: nothing },
    ]);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain('holds nothing of it: it was deleted there');
  });

  it('tells that Jira never accepted it', async () => {
    await send('builds', build({ issueKeys: ['MYT-996'] }));
    const { entities, notes } = await explain('MYT-996');
    expect(entities).toMatchObject([{ outcome: 'unknown', jira: { holds: 'nothing' } }]);
    expect(notes).toEqual([expect.stringContaining('knows no issue MYT-996')]);
  });

  it('tells that Jira still holds the state before the one that it refused', async () => {
    const running = build({
      issueKeys: ['OPS-1'],
      state: 'in_progress',
      lastUpdated: '2026-11-20T10:00:00Z',
    });
    await send('builds', running);
    hub().simulator.faults.add({
      match: { ...gateway, method: 'POST', path: '/bulk' },
      answer: { status: 403 },
    });
    await send('builds', {
      ...running,
      id: crypto.randomUUID(),
      state: 'failed',
      lastUpdated: '2026-11-20T10:05:00Z',
    });
    const { entities } = await explain('OPS-1');
    expect(entities).toMatchObject([
      { state: 'failed', outcome: 'not-sent', jira: { holds: 'older', state: 'in_progress' } },
    ]);
  });

  it('tells that Jira dropped a state, for a newer one had come another way', async () => {
    const other = await hub().connectJira();
    const late = build({ issueKeys: ['MYT-3'], state: 'in_progress', lastUpdated: '2026-11-20T10:00:00Z' });
    const newer = { ...late, id: crypto.randomUUID(), state: 'failed', lastUpdated: '2026-11-20T10:05:00Z' };
    await send('builds', newer, await hub().makeKey(other.id));
    await send('builds', late);
    const { entities, notes } = await explain('MYT-3');
    expect(entities).toMatchObject([
      { connection: { id: connection() }, outcome: 'linked', jira: { holds: 'newer', state: 'failed' } },
      { connection: { id: other.id }, outcome: 'linked', jira: { holds: 'same', state: 'failed' } },
    ]);
    expect(notes).toEqual([expect.stringContaining('dropped it, for it holds a newer state (failed)')]);
  });

  it('tells of a refusal beside what it is about, and the rest all the same', async () => {
    await send('builds', build({ issueKeys: ['MYT-995'] }));
    await send('deployments', deployment({ issueKeys: ['MYT-995'] }));
    hub().simulator.faults.add({
      match: { ...gateway, method: 'GET', path: '/deployments/0.1/' },
      answer: { status: 403 },
    });
    const { entities, deliveries } = await explain('MYT-995');
    expect(deliveries).toHaveLength(2);
    expect(entities).toMatchObject([
      {
        topic: 'deployment',
        jira: null,
        jiraError: { code: 'remote-forbidden', message: expect.stringMatching(/^GET .* answered 403/) },
      },
      { topic: 'build', jira: { holds: 'nothing' }, jiraError: null },
    ]);
  });

  it('asks for the 20 newest, and not at all unless it is told to', async () => {
    const reports = Array.from({ length: 22 }, () => build({ issueKeys: ['MYT-994'] }));
    await Promise.all(reports.map((report) => send('builds', report)));
    const before = reads().length;
    const silent = await explain('MYT-994', '');
    expect(silent.entities[0]).toMatchObject({ jira: null, jiraError: null });
    expect(reads()).toHaveLength(before);
    const { entities } = await explain('MYT-994');
    expect(reads()).toHaveLength(before + 20);
    const asked = entities.map(({ jira }: { jira: unknown }) => jira !== null);
    expect(asked).toEqual([...Array(20).fill(true), false, false]);
    expect(await explain('MYT-994', '?live=maybe')).toMatchObject({ errors: [{ path: 'live' }] });
  });
});
