import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestReport } from '../../kit/connector.ts';
import { type SimulatedCloud, startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import jiraConnector from './index.ts';

let cloud: SimulatedCloud;
beforeEach(async () => {
  cloud = await startSimulatedCloud();
});
afterEach(() => cloud.close());

describe('the test of a connection to Jira Cloud', () => {
  const test = async (settings: object, projects?: string[]): Promise<TestReport> =>
    jiraConnector.test(await cloud.connect(settings), { projects });
  const states = ({ capabilities }: TestReport) =>
    Object.fromEntries(capabilities.map(({ capability, state }) => [capability, state]));
  const capability = ({ capabilities }: TestReport, name: string) =>
    capabilities.find((found) => found.capability === name);

  it('is green for an administrator and a full OAuth credential, and leaves no trace', async () => {
    const report = await test(
      { ...cloud.user('admin'), ...cloud.app('Tieline'), cloudId: cloud.simulator.cloudId },
      ['MYT', 'OPS'],
    );
    expect(report).toMatchObject({
      ok: true,
      product: expect.stringMatching(/^Jira Cloud 100\d/),
      account: { name: 'Ada Admin' },
    });
    expect(states(report)).toEqual({
      site: 'ok',
      account: 'ok',
      permissions: 'ok',
      webhooks: 'ok',
      'cloud-id': 'ok',
      builds: 'ok',
      deployments: 'ok',
      'development-information': 'ok',
      clock: 'ok',
    });
    expect(cloud.simulator.state.counts()).toMatchObject({ builds: 0, deployments: 0, commits: 0 });
  });

  it('names what a reader may not do, in the project asked', async () => {
    const report = await test(cloud.user('reader'), ['MYT', 'NOPE']);
    expect(report.outcome).toBe('limited');
    expect(capability(report, 'permissions')).toMatchObject({
      state: 'missing',
      message: expect.stringContaining('NOPE: no such project'),
      details: expect.arrayContaining([
        { name: 'BROWSE_PROJECTS', project: 'MYT', state: 'ok' },
        { name: 'CREATE_ISSUES', project: 'MYT', state: 'missing' },
      ]),
    });
    expect(states(report)).toMatchObject({
      account: 'ok',
      webhooks: 'not-configured',
      builds: 'not-configured',
    });
  });

  it('tells that a credential for builds is none for the rest', async () => {
    const report = await test(cloud.app('Builds only'));
    expect(states(report)).toMatchObject({
      account: 'not-configured',
      builds: 'ok',
      deployments: 'refused',
      'development-information': 'refused',
    });
    expect(capability(report, 'deployments')?.hint).toContain('permission Deployments');
  });

  it('tells a wrong API token and a wrong client secret apart', async () => {
    const wrongUser = await test({ ...cloud.user('admin', 'a-wrong-api-token'), ...cloud.app('Tieline') });
    expect(states(wrongUser)).toMatchObject({ site: 'ok', account: 'refused', builds: 'ok' });
    const wrongApp = await test({ ...cloud.user('admin'), ...cloud.app('Tieline', 'a-wrong-client-secret') });
    expect(states(wrongApp)).toMatchObject({ site: 'ok', account: 'ok', builds: 'refused' });
    expect(JSON.stringify([wrongUser, wrongApp])).not.toContain('a-wrong');
  });

  it('sees a permission that was taken away', async () => {
    cloud.simulator.faults.refusePermission('TRANSITION_ISSUES');
    expect(capability(await test(cloud.user('admin'), ['MYT']), 'permissions')?.message).toBe(
      'Change statuses in MYT: missing; ask for the Transition Issues permission.',
    );
  });

  it('reports a gateway in maintenance, and the site that still works', async () => {
    cloud.simulator.faults.unavailable({ match: { listener: 'gateway' } });
    expect(states(await test({ ...cloud.user('admin'), ...cloud.app('Tieline') }))).toMatchObject({
      site: 'ok',
      account: 'ok',
      builds: 'failed',
    });
  });
});
