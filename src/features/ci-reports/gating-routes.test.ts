import { describe, expect, it } from 'vitest';
import { build, deployment, useHub } from './fixtures/reports.ts';

const { hub, connection, key, post, send } = useHub();

const gated = (changes: object = {}) =>
  deployment({ state: 'pending', services: ['checkout'], gate: true, ...changes });
const status = (id: string, by?: string) =>
  hub().call('GET', `/api/v1/deliveries/${id}/gating-status`, undefined, by);

describe('the decision on a deployment', () => {
  it('is awaited, then taken, and Jira shows the deployment as pending all the while', async () => {
    const report = gated();
    const { id, state } = await send('deployments', report);
    expect(state).toBe('delivered');
    const request = { issueKey: 'MYT-1', issueUrl: `${hub().simulator.siteUrl}/browse/MYT-1` };
    expect(await status(id)).toMatchObject({
      status: 200,
      body: { status: 'awaiting', details: [request] },
    });
    const gate = {
      pipelineId: 'shop',
      environmentId: 'prod',
      deploymentSequenceNumber: report.deploymentNumber,
    };
    expect(hub().simulator.state.decideGate(gate, 'prevented')).toBe(true);
    expect((await status(id, key())).body).toMatchObject({ status: 'prevented', details: [request] });
  });

  it('is invalid where none was asked for', async () => {
    const { id } = await send('deployments', deployment({ services: ['checkout'] }));
    expect((await status(id)).body).toMatchObject({ status: 'invalid', details: [] });
  });

  it('is no question about a build, nor for those who may not see the delivery', async () => {
    const { id } = await send('builds', build());
    expect(await status(id)).toMatchObject({
      status: 400,
      body: { code: 'request-invalid', detail: expect.stringContaining('is a build') },
    });
    const gate = await send('deployments', gated());
    expect((await status(gate.id, await hub().makeKey(connection()))).status).toBe(404);
    expect((await status(gate.id, await hub().makeToken('viewer', 'acme'))).status).toBe(404);
    expect((await status(gate.id, await hub().makeToken('viewer'))).status).toBe(200);
    expect((await status(crypto.randomUUID())).status).toBe(404);
  });

  it('is told with the verdict of the error when Jira does not answer', async () => {
    const { id } = await send('deployments', gated());
    const answers = [404, 403].map((code) => ({ status: code }));
    for (const answer of answers) {
      hub().simulator.faults.add({ match: { path: '/gating-status' }, times: 1, answer });
    }
    expect((await status(id)).body).toMatchObject({ code: 'status-unexpected', retry: 'soon' });
    expect((await status(id)).body).toMatchObject({ code: 'remote-forbidden', retry: 'never' });
  });

  it('is refused without a service, and once the deployment has begun', async () => {
    for (const [changes, path] of [
      [{ services: [] }, 'services'],
      [{ state: 'successful' }, 'state'],
    ] as const) {
      const answer = await post('deployments', gated(changes));
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    }
  });
});

it('a service that Jira does not know is named on the delivery', async () => {
  const delivery = await send('deployments', deployment({ services: ['checkout', 'till'] }));
  expect(delivery).toMatchObject({ state: 'partial', unknownServices: ['till'] });
  const known = await send('deployments', deployment({ services: ['checkout'] }));
  expect(known).toMatchObject({ state: 'delivered', unknownServices: [] });
});
