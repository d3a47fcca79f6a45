import { afterEach, describe, expect, it } from 'vitest';
import { gatingStates, type JiraClient } from '../../kit/jira.ts';
import { aDeployment } from './fixtures/entities.ts';
import { startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import { startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';
import jira from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function opened(client: JiraClient | undefined): JiraClient {
  if (client === undefined) throw new Error('the connector gives no client');
  return client;
}

async function startCloud() {
  const cloud = await startSimulatedCloud();
  closing.push(() => cloud.close());
  const { deployments } = opened(jira.jira?.(await cloud.connect(cloud.app('Tieline'))));
  return { cloud, deployments };
}

const change = aDeployment({ services: ['checkout'], issueKeys: ['OPS-2'] });
const key = { pipelineId: 'shop', environmentId: 'us-prod-1', deploymentNumber: 4 };

describe('a deployment that asks for a decision', () => {
  it('is pending whatever its state, and waits', async () => {
    const { cloud, deployments } = await startCloud();
    const { outcomes } = await deployments.gate([{ ...change, state: 'in_progress' }], {
      properties: { tieline: 'c1' },
    });
    expect(outcomes).toMatchObject([{ state: 'accepted', unknownServices: [] }]);
    expect(cloud.simulator.state.deployments('OPS-2')).toMatchObject([{ state: 'pending' }]);
    expect(await deployments.gatingStatus(key)).toEqual({
      status: 'awaiting',
      updatedAt: expect.any(Date),
      details: [{ issueKey: 'OPS-2', issueUrl: `${cloud.simulator.siteUrl}/browse/OPS-2` }],
    });
  });

  it.each(gatingStates)('is told when it is %s', async (status) => {
    const { cloud, deployments } = await startCloud();
    await deployments.gate([change]);
    const { deploymentNumber: deploymentSequenceNumber, ...rest } = key;
    expect(cloud.simulator.state.decideGate({ ...rest, deploymentSequenceNumber }, status)).toBe(true);
    expect((await deployments.gatingStatus(key)).status).toBe(status);
  });

  it('goes on under the same key once it is allowed', async () => {
    const { cloud, deployments } = await startCloud();
    cloud.simulator.state.decideGates('allowed');
    await deployments.gate([change]);
    expect((await deployments.gatingStatus(key)).status).toBe('allowed');
    await deployments.submit([{ ...change, state: 'successful', sequence: 101 }]);
    expect(cloud.simulator.state.deployments('OPS-2')).toMatchObject([{ state: 'successful' }]);
    expect((await deployments.gatingStatus(key)).status).toBe('allowed');
  });

  it('without a service is not sent: there is nobody to ask', async () => {
    const { cloud, deployments } = await startCloud();
    const { outcomes, requests } = await deployments.gate([aDeployment()]);
    expect(outcomes).toMatchObject([{ state: 'rejected', errors: [expect.stringContaining('service')] }]);
    expect(requests).toEqual([]);
    expect(cloud.simulator.state.deployments()).toEqual([]);
  });

  it('of a service that Jira does not know names it, and has no gate', async () => {
    const { deployments } = await startCloud();
    const { outcomes } = await deployments.gate([{ ...change, services: ['nothing'] }]);
    expect(outcomes).toMatchObject([{ state: 'accepted', unknownServices: ['nothing'] }]);
    expect((await deployments.gatingStatus(key)).status).toBe('invalid');
  });

  it('is asked for by ids of any length and letters', async () => {
    const { deployments } = await startCloud();
    const id = `${'é/ä '.repeat(100)}`;
    const odd = {
      ...change,
      pipeline: { ...change.pipeline, id },
      environment: { ...change.environment, id },
    };
    await deployments.gate([odd]);
    const status = await deployments.gatingStatus({ ...key, pipelineId: id, environmentId: id });
    expect(status.status).toBe('awaiting');
  });

  it('that Jira does not show yet is asked about again', async () => {
    const { deployments } = await startCloud();
    await expect(deployments.gatingStatus(key)).rejects.toMatchObject({
      code: 'status-unexpected',
      retry: 'soon',
      message: 'Jira shows no deployment 4 of shop to us-prod-1',
    });
  });

  it('is a thing that self-hosted Jira does not have', async () => {
    const site = await startSimulatedDataCenter();
    closing.push(() => site.close());
    const { deployments } = opened(jira.jira?.(await site.connect(site.byToken('admin'))));
    const error = { code: 'jira-edition-unsuited', retry: 'never' };
    expect((await deployments.gate([change])).outcomes).toMatchObject([{ state: 'failed', error }]);
    await expect(deployments.gatingStatus(key)).rejects.toMatchObject(error);
    expect(site.simulator.state.remoteLinks('OPS-2')).toEqual([]);
  });
});
