import { describe, expect, it, vi } from 'vitest';
import { build, deployment, outcomes, useHub } from '../ci-reports/fixtures/reports.ts';

const { hub, connection, key, post, wait, send, builds } = useHub();

describe('a delivery', () => {
  it('is shown to the connect key that reported it and to no other', async () => {
    const { body } = await post('builds', build());
    const other = await hub().makeKey(connection());
    expect((await wait(body.delivery, key())).status).toBe(200);
    expect((await wait(body.delivery, other)).body.code).toBe('resource-not-found');
    const bodies = `/api/v1/deliveries/${body.delivery}/bodies`;
    expect((await hub().call('GET', bodies, undefined, key())).status).toBe(200);
    expect((await hub().call('GET', bodies, undefined, other)).status).toBe(404);
  });

  it('is shown and listed within the scope of its connection only', async () => {
    const jira = await hub().connectJira('acme/shop');
    const { body } = await post('builds', build(), await hub().makeKey(jira.id));
    for (const [scope, sees] of [
      ['acme/shop', true],
      ['acme', true],
      ['acme/other', false],
      ['other', false],
    ] as const) {
      const token = await hub().makeToken('operator', scope);
      const path = `/api/v1/deliveries/${body.delivery}`;
      expect([scope, (await hub().call('GET', path, undefined, token)).status]).toEqual([
        scope,
        sees ? 200 : 404,
      ]);
      const list = await hub().call('GET', '/api/v1/deliveries', undefined, token);
      expect(list.body.items).toHaveLength(sees ? 1 : 0);
      const narrowed = `/api/v1/deliveries?connection=${connection()}`;
      expect((await hub().call('GET', narrowed, undefined, token)).body.items).toEqual([]);
      if (sees) continue;
      const replay = await hub().call('POST', '/api/v1/deliveries/replay', { ids: [body.delivery] }, token);
      expect(replay.status).toBe(404);
    }
  });

  it('is found by state, topic, connection and issue', async () => {
    const made = await send('deployments', deployment({ issueKeys: ['OPS-2'] }));
    const query = `state=delivered&topic=deployment&connection=${connection()}&issue=ops-2`;
    const { body } = await hub().call('GET', `/api/v1/deliveries?${query}`);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([made.id]);
  });

  it('shows the payload and Jira’s whole answer, and no secret', async () => {
    const report = build();
    const delivery = await send('builds', report);
    const path = `/api/v1/deliveries/${delivery.id}/bodies`;
    const answer = await hub().call('GET', path);
    expect((await hub().call('GET', path, undefined, key())).body).toEqual(answer.body);
    expect(answer.body).toMatchObject({
      note: null,
      payload: { pipelineId: 'shop', buildNumber: report.buildNumber },
      requests: [{ status: 202, answer: { acceptedBuilds: [{ pipelineId: 'shop' }], rejectedBuilds: [] } }],
    });
    const shown = [answer.text, hub().log.join(''), await hub().dump()].join('');
    for (const { clientSecret } of hub().simulator.clients) expect(shown).not.toContain(clientSecret);
    expect(shown).not.toContain(key());
  });

  it('that shared a request with the reports of others keeps their answers from a connect key', async () => {
    const other = await hub().makeKey(connection());
    const fault = hub().simulator.faults.unavailable();
    const delivery = (id: string) => hub().call('GET', `/api/v1/deliveries/${id}`);
    const { body: own } = await post('builds', build());
    const { body: foreign } = await post('builds', build({ issueKeys: ['MYT-995'] }), other);
    // Both have been tried, and a stream's waiting deliveries go together.
    await vi.waitFor(async () => {
      for (const { delivery: id } of [own, foreign])
        expect((await delivery(id)).body.attempts).toBeGreaterThan(0);
    });
    hub().simulator.faults.remove(fault);
    expect((await wait(own.delivery)).body.state).toBe('delivered');
    expect((await wait(foreign.delivery)).body.state).toBe('rejected');
    const path = `/api/v1/deliveries/${own.delivery}/bodies`;
    const whole = await hub().call('GET', path);
    const seen = await hub().call('GET', path, undefined, key());
    expect(whole.text).toContain('MYT-995');
    expect(seen.text).not.toContain('MYT-995');
    expect(seen.body).toEqual({
      payload: whole.body.payload,
      requests: null,
      note: expect.stringContaining('other connect keys'),
    });
  });

  it('of an unknown issue reaches Jira by a replay, once the issue is there', async () => {
    const jira = `${hub().simulator.siteUrl}/rest/api/2/issue`;
    const [account] = hub().simulator.accounts;
    const next = `OPS-${hub().simulator.projects.length + 1}`;
    const report = build({ issueKeys: [next] });
    const first = await send('builds', report);
    expect(outcomes(first)).toEqual({ [next]: 'unknown' });

    const made = await fetch(jira, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${account?.email}:${account?.apiToken}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        fields: { project: { key: 'OPS' }, summary: 'Here now', issuetype: { name: 'Task' } },
      }),
    });
    expect(await made.json()).toMatchObject({ key: next });

    const replay = await hub().call('POST', '/api/v1/deliveries/replay', { ids: [first.id] });
    expect(replay).toMatchObject({ status: 202, body: { items: [{ replayOf: first.id, state: 'queued' }] } });
    const second = (await wait(replay.body.items[0].id)).body;
    expect(second).toMatchObject({ state: 'delivered', replayOf: first.id });
    expect(second.sequence).toBeGreaterThan(first.sequence);
    expect(builds(next, report.buildNumber)).toMatchObject([{ updateSequenceNumber: second.sequence }]);
    const explained = await hub().call('GET', `/api/v1/issues/${next}/explanation`);
    expect(explained.body).toMatchObject({ notes: [], entities: [{ outcome: 'linked' }] });
  });
});
