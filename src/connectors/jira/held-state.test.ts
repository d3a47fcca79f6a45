import { afterEach, expect, it } from 'vitest';
import type { JiraClient } from '../../kit/jira.ts';
import { aBuild, aDeployment } from './fixtures/entities.ts';
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
  const clientOf = async (settings: object) => opened(jira.jira?.(await cloud.connect(settings)));
  return { cloud, clientOf, client: await clientOf(cloud.app('Tieline')) };
}

const buildKey = { pipelineId: 'shop/main', buildNumber: 17 };
const deploymentKey = { pipelineId: 'shop', environmentId: 'us-prod-1', deploymentNumber: 4 };

it('what Jira holds is the state with the highest sequence, whatever came last', async () => {
  const { client } = await startCloud();
  const at = new Date('2026-11-20T11:00:00Z');
  await client.builds.submit([aBuild({ state: 'successful', sequence: 101, lastUpdated: at })]);
  await client.builds.submit([aBuild({ state: 'failed', sequence: 100 })]);
  await client.deployments.submit([aDeployment()]);
  expect(await client.builds.find(buildKey)).toEqual({ state: 'successful', sequence: 101, lastUpdated: at });
  expect(await client.deployments.find(deploymentKey)).toEqual({
    state: 'successful',
    sequence: 100,
    lastUpdated: aDeployment().lastUpdated,
  });
});

it('nothing is held of what was never sent or rejected, nor for another credential', async () => {
  const { client, clientOf, cloud } = await startCloud();
  await client.builds.submit([aBuild({ issueKeys: ['MYT-998'] })]);
  expect(await client.builds.find(buildKey)).toBeUndefined();
  expect(await client.deployments.find(deploymentKey)).toBeUndefined();
  await client.builds.submit([aBuild()]);
  const buildsOnly = await clientOf(cloud.app('Builds only'));
  expect(await buildsOnly.builds.find(buildKey)).toBeUndefined();
  // Its credential lacks the other API.
  await expect(buildsOnly.deployments.find(deploymentKey)).rejects.toMatchObject({
    code: 'remote-forbidden',
  });
});

it('ids of any length and letters are found as they were sent', async () => {
  const { client } = await startCloud();
  const id = 'é/ä '.repeat(100);
  const { pipeline, environment } = aDeployment();
  await client.builds.submit([aBuild({ pipelineId: id })]);
  await client.deployments.submit([
    aDeployment({ pipeline: { ...pipeline, id }, environment: { ...environment, id } }),
  ]);
  expect(await client.builds.find({ ...buildKey, pipelineId: id })).toMatchObject({ sequence: 100 });
  expect(
    await client.deployments.find({ ...deploymentKey, pipelineId: id, environmentId: id }),
  ).toMatchObject({ sequence: 100 });
});

it.each<[string, object, object]>([
  ['a refusal', { status: 403 }, { code: 'remote-forbidden', retry: 'never' }],
  ['a failure', { status: 503 }, { code: 'remote-failed', retry: 'soon' }],
  ['another answer', { status: 200, body: { state: 'failed' } }, { code: 'answer-unexpected' }],
  [
    'a page',
    { status: 200, headers: { 'content-type': 'text/html' }, body: 'Sign in' },
    { code: 'answer-unexpected' },
  ],
])('%s is not taken for nothing', async (_name, answer, error) => {
  const { client, cloud } = await startCloud();
  await client.builds.submit([aBuild()]);
  cloud.simulator.faults.add({
    match: { method: 'GET', path: '/pipelines/' },
    answer: { status: 0, ...answer },
  });
  await expect(client.builds.find(buildKey)).rejects.toMatchObject(error);
  await expect(client.deployments.find(deploymentKey)).rejects.toMatchObject(error);
});

it('words and numbers that Jira may write otherwise are read', async () => {
  const { client, cloud } = await startCloud();
  const body = {
    state: 'paused',
    updateSequenceNumber: '1790000000000',
    lastUpdated: '2026-11-20T10:00:00Z',
  };
  cloud.simulator.faults.add({ match: { path: '/pipelines/' }, answer: { status: 200, body } });
  expect(await client.builds.find(buildKey)).toMatchObject({ state: 'paused', sequence: 1_790_000_000_000 });
});

it('without an OAuth credential, and of a self-hosted Jira, it cannot be asked', async () => {
  const { clientOf, cloud } = await startCloud();
  const asUser = await clientOf(cloud.user('admin'));
  await expect(asUser.builds.find(buildKey)).rejects.toMatchObject({ code: 'jira-credential-absent' });

  const site = await startSimulatedDataCenter();
  closing.push(() => site.close());
  const { builds, deployments } = opened(jira.jira?.(await site.connect(site.byToken('admin'))));
  const error = { code: 'jira-edition-unsuited', retry: 'never' };
  await expect(builds.find(buildKey)).rejects.toMatchObject(error);
  await expect(deployments.find(deploymentKey)).rejects.toMatchObject(error);
});
