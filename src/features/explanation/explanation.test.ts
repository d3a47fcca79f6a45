import { describe, expect, it } from 'vitest';
import { build, deployment, useHub } from '../ci-reports/fixtures/reports.ts';

const { hub, connection, post, send } = useHub();
const explain = (issue: string, token?: string) =>
  hub().call('GET', `/api/v1/issues/${issue}/explanation`, undefined, token);

describe('an issue is explained', () => {
  it('by every report of it: who sent it, what Jira answered, and its newest state', async () => {
    const running = build({
      issueKeys: ['MYT-2'],
      state: 'in_progress',
      lastUpdated: '2026-11-20T10:00:00Z',
    });
    const ended = {
      ...running,
      id: crypto.randomUUID(),
      state: 'failed',
      lastUpdated: '2026-11-20T10:05:00Z',
    };
    const first = await send('builds', running);
    const second = await send('builds', ended);
    const third = await send('deployments', deployment({ issueKeys: ['MYT-2'], triggeredBy: 'Jane Doe' }));

    const { status, body } = await explain('myt-2');
    expect(status).toBe(200);
    expect(body).toMatchObject({ issue: 'MYT-2', notes: [], next: null });
    expect(body.deliveries.map(({ id }: { id: string }) => id)).toEqual([third.id, second.id, first.id]);
    expect(body.deliveries[0]).toMatchObject({
      connection: { id: connection(), name: expect.stringMatching(/^jira-/) },
      connectKey: { name: expect.stringMatching(/^key-/) },
      issues: [{ key: 'MYT-2', outcome: 'linked' }],
    });
    expect(body.entities).toMatchObject([
      {
        topic: 'deployment',
        state: 'successful',
        environment: 'Production',
        triggeredBy: 'Jane Doe',
        outcome: 'linked',
      },
      {
        topic: 'build',
        state: 'failed',
        url: running.url,
        triggeredBy: null,
        outcome: 'linked',
        sequence: second.sequence,
      },
    ]);
  });

  it('when a newer state names it no longer', async () => {
    const report = build({ issueKeys: ['MYT-3', 'MYT-1'], lastUpdated: '2026-11-20T10:00:00Z' });
    await send('builds', report);
    await send('builds', {
      ...report,
      id: crypto.randomUUID(),
      issueKeys: ['MYT-1'],
      lastUpdated: '2026-11-20T11:00:00Z',
    });
    const { body } = await explain('MYT-3');
    expect(body.entities).toMatchObject([{ outcome: 'not-named' }]);
    expect(body.notes).toEqual([expect.stringContaining('no longer names MYT-3')]);
  });

  it('when Jira does not know it', async () => {
    await send('builds', build({ issueKeys: ['MYT-998'] }));
    const { body } = await explain('MYT-998');
    expect(body.deliveries).toMatchObject([{ state: 'rejected', issues: [{ outcome: 'unknown' }] }]);
    expect(body.notes).toEqual([expect.stringContaining('knows no issue MYT-998')]);
  });

  it('when the connect key does not allow its project', async () => {
    const own = await hub().makeKey(connection(), { projects: ['OPS'] });
    await send('builds', build({ issueKeys: ['MYT-997', 'OPS-1'] }), own);
    const { body } = await explain('MYT-997');
    expect(body.deliveries).toHaveLength(1);
    expect(body.entities).toEqual([]);
    expect(body.notes).toEqual([expect.stringContaining('does not allow the project MYT')]);
    const list = await hub().call('GET', '/api/v1/deliveries?issue=MYT-997');
    expect(list.body.items).toHaveLength(1);
  });
});

it('an issue of which a report died is explained by the reason', async () => {
  hub().simulator.faults.add({ match: { path: '/bulk' }, times: 1, answer: { status: 403 } });
  const delivery = await send('builds', build({ issueKeys: ['OPS-1'] }));
  expect(delivery).toMatchObject({ state: 'dead', issues: [{ outcome: 'not-sent' }] });
  const { body } = await explain('OPS-1');
  expect(body.notes).toEqual([`${delivery.summary}: not sent (dead): ${delivery.error.message}`]);
});

it('an issue whose report waits for a repair of the connection is explained by what must be repaired', async () => {
  const settings = await hub().jiraSettings();
  const made = await hub().call('POST', '/api/v1/connections', {
    name: 'with a wrong client',
    connector: 'jira',
    settings: { ...settings, devops: { ...Object(settings.devops), clientId: 'nobody' } },
    saveFailing: true,
  });
  const accepted = await post('builds', build({ issueKeys: ['OPS-2'] }), await hub().makeKey(made.body.id));
  expect(accepted.status).toBe(202);
  const { body } = await explain('OPS-2');
  expect(body.deliveries).toMatchObject([{ state: 'queued', waiting: { until: null } }]);
  expect(body.notes).toEqual([
    expect.stringMatching(
      /^What goes through "with a wrong client" is held since .* once that is repaired\.$/,
    ),
  ]);
});

describe('an issue of which nothing was reported is explained', () => {
  const nothing = { deliveries: [], entities: [], next: null };

  it('by the connect keys that may report it', async () => {
    const { body } = await explain('OPS-777');
    expect(body).toMatchObject(nothing);
    expect(body.notes[0]).toMatch(/^No report named OPS-777\. .*"key-\d+" \(/);
  });

  it('to a token by what it may see only', async () => {
    const alone = await hub().makeToken('viewer', 'alone');
    const none = await explain('OPS-777', alone);
    expect(none.body).toMatchObject({ ...nothing, notes: [expect.stringContaining('no Jira connection')] });
    const { id } = await hub().connectJira('alone');
    const without = await explain('OPS-777', alone);
    expect(without.body.notes).toEqual([expect.stringContaining('none has a valid connect key')]);
    await hub().makeKey(id, { projects: ['MYT', 'SHOP'] });
    const other = await explain('OPS-777', alone);
    expect(other.body.notes).toEqual([
      expect.stringMatching(/^No valid connect key allows the project OPS: "key-\d+" allows MYT, SHOP\.$/),
    ]);
    await send('builds', build());
    expect((await explain('MYT-1', alone)).body).toMatchObject(nothing);
  });

  it('only when it is an issue key', async () => {
    expect(await explain('nonsense')).toMatchObject({ status: 400, body: { errors: [{ path: 'key' }] } });
  });
});
