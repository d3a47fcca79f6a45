import { describe, expect, it } from 'vitest';
import { build, deployment, outcomes, useHub } from './fixtures/reports.ts';

const { hub, connection, key, post, wait, send, builds } = useHub();

describe('a report', () => {
  it('of a build shows on its issues', async () => {
    const report = build({ issueKeys: ['myt-1', 'MYT-2', 'MYT-1'], state: 'failed' });
    const delivery = await send('builds', report);
    expect(delivery).toMatchObject({
      state: 'delivered',
      final: true,
      topic: 'build',
      connectionId: connection(),
    });
    expect(delivery.issues).toEqual([
      { key: 'MYT-1', outcome: 'linked' },
      { key: 'MYT-2', outcome: 'linked' },
    ]);
    const shown = { state: 'failed', updateSequenceNumber: delivery.sequence, url: report.url };
    for (const issue of ['MYT-1', 'MYT-2']) expect(builds(issue, report.buildNumber)).toMatchObject([shown]);
  });

  it('of a deployment shows on its issues', async () => {
    const report = deployment();
    expect(await send('deployments', report)).toMatchObject({ state: 'delivered', topic: 'deployment' });
    expect(hub().simulator.state.deployments('MYT-1')).toContainEqual(
      expect.objectContaining({ deploymentSequenceNumber: report.deploymentNumber, state: 'successful' }),
    );
  });

  it('names what Jira does not know, and the rest is linked', async () => {
    const delivery = await send('builds', build({ issueKeys: ['MYT-1', 'MYT-999', 'GONE-1'] }));
    expect(delivery.state).toBe('partial');
    expect(outcomes(delivery)).toEqual({ 'MYT-1': 'linked', 'MYT-999': 'unknown', 'GONE-1': 'unknown' });
  });

  it('of issues that Jira does not know at all is rejected, in Jira’s words', async () => {
    const delivery = await send('builds', build({ issueKeys: ['MYT-999'] }));
    expect(delivery).toMatchObject({ state: 'rejected', error: { code: 'jira-rejected' } });
    expect(outcomes(delivery)).toEqual({ 'MYT-999': 'unknown' });
    const { body } = await hub().call('GET', `/api/v1/deliveries/${delivery.id}/bodies`);
    const [message] = body.requests[0].answer.rejectedBuilds[0].errors;
    expect(delivery.error.message).toContain(message.message);
  });

  it('of more issues than Jira takes for one names those that were left out', async () => {
    const issueKeys = ['MYT-1', ...Array.from({ length: 100 }, (_, n) => `MYT-${1_000 + n}`)];
    const delivery = await send('builds', build({ issueKeys }));
    expect(delivery.state).toBe('partial');
    expect(delivery.issues[0]).toEqual({ key: 'MYT-1', outcome: 'linked' });
    expect(delivery.issues.at(-1)).toMatchObject({
      key: 'MYT-1099',
      outcome: 'left-out',
      message: expect.stringContaining('more issues than Jira takes'),
    });
  });

  it('that Jira cannot take now waits, and arrives when Jira is back', async () => {
    const fault = hub().simulator.faults.unavailable();
    const report = build();
    const { body } = await post('builds', report);
    let delivery = (await hub().call('GET', `/api/v1/deliveries/${body.delivery}`)).body;
    while (delivery.attempts < 2)
      delivery = (await hub().call('GET', `/api/v1/deliveries/${body.delivery}`)).body;
    expect(delivery).toMatchObject({ final: false, issues: [{ outcome: 'pending' }] });
    hub().simulator.faults.remove(fault);
    expect((await wait(body.delivery)).body).toMatchObject({ state: 'delivered', error: null });
    expect(builds('MYT-1', report.buildNumber)).toHaveLength(1);
  });
});

describe('the same report', () => {
  it.each<[string, (report: object) => [object, Record<string, string>]]>([
    ['by its id', (report) => [report, {}]],
    ['by its Idempotency-Key', (report) => [{ ...report, id: undefined }, { 'idempotency-key': 'run-7' }]],
    ['by its content', (report) => [{ ...report, id: undefined }, {}]],
  ])('is taken once, %s', async (_name, posted) => {
    const [body, headers] = posted(build());
    const first = await post('builds', body, key(), headers);
    const second = await post('builds', body, key(), headers);
    expect(first.body.duplicate).toBe(false);
    expect(second).toMatchObject({ status: 202, body: { delivery: first.body.delivery, duplicate: true } });
  });

  it.each<[string, (report: object) => [object, Record<string, string>]]>([
    ['id', (report) => [report, {}]],
    ['Idempotency-Key', (report) => [{ ...report, id: undefined }, { 'idempotency-key': 'run-8' }]],
  ])(
    'is not another one under the same %s, which is refused and leaves the first as it was',
    async (_name, posted) => {
      const [body, headers] = posted(build());
      const first = await post('builds', body, key(), headers);
      const other = await post('builds', { ...body, state: 'failed' }, key(), headers);
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
      expect(other.body.detail).toContain(first.body.delivery);
      expect((await wait(first.body.delivery)).body).toMatchObject({ state: 'delivered' });
    },
  );

  it('is no secret between connect keys: each has a delivery of its own', async () => {
    const report = build();
    const other = await hub().makeKey(connection());
    const first = await post('builds', report);
    const second = await post('builds', report, other);
    expect(second.body).toMatchObject({ duplicate: false });
    expect((await wait(second.body.delivery, other)).status).toBe(200);
    expect((await wait(first.body.delivery, other)).status).toBe(404);
  });

  it.each(['x'.repeat(256), 'ü'])('has no odd Idempotency-Key such as %s', async (odd) => {
    const { id: _, ...report } = build();
    expect(await post('builds', report, key(), { 'idempotency-key': odd })).toMatchObject({ status: 400 });
  });
});
