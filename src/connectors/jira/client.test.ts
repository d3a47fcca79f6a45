import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildStates, type JiraClient } from '../../kit/jira.ts';
import { aBuild as build, aDeployment as deployment } from './fixtures/entities.ts';
import { type SimulatedCloud, startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import jiraConnector from './index.ts';

let cloud: SimulatedCloud;
beforeEach(async () => {
  cloud = await startSimulatedCloud();
});
afterEach(() => cloud.close());

async function open(settings: object = cloud.app('Tieline')): Promise<JiraClient> {
  const client = jiraConnector.jira?.(await cloud.connect(settings));
  if (client === undefined) throw new Error('the connector gives no client');
  return client;
}

const bulkRequests = () => cloud.simulator.state.requests.filter(({ path }) => path.endsWith('/bulk'));

describe('builds and deployments on issues of Jira Cloud', () => {
  it('a build fails, then succeeds, and the issues show the last state', async () => {
    const jira = await open();
    expect((await jira.builds.submit([build()])).outcomes).toEqual([
      {
        state: 'accepted',
        unknownIssueKeys: [],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
    await jira.builds.submit([build({ state: 'successful', sequence: 101 })]);
    expect(cloud.simulator.state.builds('MYT-2')).toMatchObject([{ buildNumber: 17, state: 'successful' }]);
    // The cloud id and the token are asked for once.
    const asked = cloud.simulator.state.requests.map(({ path }) =>
      path.replace(cloud.simulator.cloudId, 'C'),
    );
    expect(asked).toEqual([
      '/_edge/tenant_info',
      '/oauth/token',
      '/jira/builds/0.1/cloud/C/bulk',
      '/jira/builds/0.1/cloud/C/bulk',
    ]);
  });

  it('an older state that comes late is taken and changes nothing', async () => {
    const jira = await open();
    await jira.builds.submit([build({ state: 'successful', sequence: 101 })]);
    expect(
      (await jira.builds.submit([build({ state: 'in_progress', sequence: 100 })])).outcomes,
    ).toMatchObject([{ state: 'accepted' }]);
    expect(cloud.simulator.state.builds()).toMatchObject([{ state: 'successful' }]);
  });

  it('two states of one build at once leave the newer one, whatever their order', async () => {
    const jira = await open();
    const { outcomes } = await jira.builds.submit([build({ state: 'successful', sequence: 101 }), build()]);
    expect(outcomes.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    expect(cloud.simulator.state.builds()).toMatchObject([{ state: 'successful' }]);
  });

  it('a deployment shows its environment by its own name, and its services', async () => {
    const jira = await open();
    const { outcomes, requests } = await jira.deployments.submit([deployment({ services: ['checkout'] })]);
    expect(outcomes).toEqual([
      {
        state: 'accepted',
        unknownIssueKeys: [],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
    expect(requests).toMatchObject([{ status: 202, entities: 1, answer: { acceptedDeployments: [{}] } }]);
    expect(cloud.simulator.state.deployments('MYT-1')).toMatchObject([
      { environment: { displayName: 'us-prod-1', type: 'production' }, state: 'successful' },
    ]);
  });

  it('issue keys that Jira does not know come back with the entity that named them', async () => {
    const jira = await open();
    const { outcomes } = await jira.builds.submit([
      build({ issueKeys: ['MYT-1', 'UTF-8'] }),
      build({ buildNumber: 18, issueKeys: ['SHA-256'] }),
      build({ buildNumber: 19, issueKeys: ['MYT-2'] }),
    ]);
    expect(outcomes).toMatchObject([
      {
        state: 'accepted',
        unknownIssueKeys: ['UTF-8'],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
      {
        state: 'rejected',
        unknownIssueKeys: ['SHA-256'],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
        errors: [expect.stringContaining('No valid issues')],
      },
      {
        state: 'accepted',
        unknownIssueKeys: [],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
    const { outcomes: deployed } = await jira.deployments.submit([
      deployment({ issueKeys: ['MYT-1', 'GONE-1'] }),
      deployment({ deploymentNumber: 5, issueKeys: ['GONE-2'] }),
    ]);
    expect(deployed).toMatchObject([
      {
        state: 'accepted',
        unknownIssueKeys: ['GONE-1'],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
      {
        state: 'rejected',
        unknownIssueKeys: ['GONE-2'],
        refusedIssueKeys: [],
        leftOutIssueKeys: [],
        unknownServices: [],
      },
    ]);
  });

  it('services that Jira does not know, or takes no more of, come back with their deployment', async () => {
    const jira = await open();
    const long = 's'.repeat(256);
    const { outcomes } = await jira.deployments.submit([
      deployment({ services: ['checkout', 'nothing', long] }),
      deployment({ deploymentNumber: 5, services: ['checkout'] }),
    ]);
    expect(outcomes).toMatchObject([
      { state: 'accepted', unknownIssueKeys: [], unknownServices: ['nothing', long] },
      { state: 'accepted', unknownServices: [] },
    ]);
  });

  it('what Jira finds wrong with one build is told of that build', async () => {
    const jira = await open();
    const { outcomes } = await jira.builds.submit([build(), build({ buildNumber: 18, url: 'no address' })]);
    expect(outcomes).toMatchObject([
      { state: 'accepted' },
      { state: 'rejected', errors: [expect.stringContaining('url')] },
    ]);
  });

  it('a Jira that takes less than it says gets all of them in smaller parts', async () => {
    cloud.simulator.faults.tooLargeOver(30);
    const jira = await open();
    const many = Array.from({ length: 120 }, (_, n) => build({ buildNumber: n + 1 }));
    const { outcomes } = await jira.builds.submit(many);
    expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['accepted']));
    expect(cloud.simulator.state.counts().builds).toBe(120);
    expect(bulkRequests().map(({ entities, status }) => [entities, status])).toEqual([
      [100, 413],
      [50, 413],
      [25, 202],
      [25, 202],
      [50, 413],
      [25, 202],
      [25, 202],
      [20, 202],
    ]);
  });

  it('an access token that ends early is renewed without a word', async () => {
    const jira = await open();
    await jira.builds.submit([build()]);
    cloud.simulator.faults.expireTokens();
    const { outcomes } = await jira.builds.submit([build({ buildNumber: 18 })]);
    expect(outcomes).toMatchObject([{ state: 'accepted' }]);
  });

  it('a rate limit ends the round and says when to come back', async () => {
    cloud.simulator.faults.rateLimit('jira-burst-based', {
      match: { path: '/bulk' },
      after: 1,
      retryAfterSeconds: 40,
    });
    const jira = await open();
    const many = Array.from({ length: 300 }, (_, n) => build({ buildNumber: n + 1 }));
    const { outcomes } = await jira.builds.submit(many);
    expect(outcomes[99]).toMatchObject({ state: 'accepted' });
    expect(outcomes[100]).toMatchObject({
      state: 'failed',
      error: { code: 'rate-limited', retry: { after: expect.any(Date) } },
    });
    expect(outcomes[299]).toEqual(outcomes[100]);
    expect(bulkRequests()).toHaveLength(2);
  });

  it('a connection that breaks after Jira took the build does not double it when it is sent again', async () => {
    cloud.simulator.faults.add({ match: { path: '/bulk' }, times: 1, answer: 'apply-then-drop' });
    const jira = await open();
    expect((await jira.builds.submit([build()])).outcomes).toMatchObject([
      { state: 'failed', error: { code: 'network-failed', retry: 'soon' } },
    ]);
    expect((await jira.builds.submit([build()])).outcomes).toMatchObject([{ state: 'accepted' }]);
    expect(cloud.simulator.state.counts().builds).toBe(1);
  });

  it.each([
    [
      'a wrong client secret',
      () => cloud.app('Tieline', 'a-wrong-client-secret'),
      'remote-unauthorized',
      'once-repaired',
    ],
    ['a credential for builds alone', () => cloud.app('Builds only'), 'remote-forbidden', 'never'],
    ['no OAuth credential', () => cloud.user('admin'), 'jira-credential-absent', 'once-repaired'],
    [
      'the cloud id of nobody',
      () => ({ ...cloud.app('Tieline'), cloudId: '11111111-2222-4333-8444-555555555555' }),
      'jira-site-unknown',
      'never',
    ],
  ])('with %s deployments fail and say why', async (_, settings, code, retry) => {
    const jira = await open(settings());
    const { outcomes } = await jira.deployments.submit([deployment()]);
    expect(outcomes).toMatchObject([{ state: 'failed', error: { code, retry } }]);
  });

  it('nothing that is well typed is refused for its form, however odd its texts', async () => {
    const jira = await open();
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('👨‍👩‍👧', 'é', '\uD800', 'x').map((piece) => piece.repeat(300)),
    );
    const anyBuild = fc.record({
      pipelineId: text,
      displayName: text,
      description: text,
      label: text,
      state: fc.constantFrom(...buildStates),
      issueKeys: fc.array(fc.constantFrom('MYT-1', 'MYT-2', 'odd', 'NO-1')).map((keys) => ['MYT-3', ...keys]),
      references: fc.array(
        fc.record({
          commit: fc.record({ id: text, repositoryUrl: fc.webUrl() }),
          ref: fc.record({ name: text, url: fc.webUrl() }),
        }),
        { maxLength: 6 },
      ),
    });
    let sequence = 1;
    await fc.assert(
      fc.asyncProperty(fc.array(anyBuild, { maxLength: 20 }), async (drawn) => {
        const given = drawn.map((changes) => build({ ...changes, sequence: sequence++ }));
        const { outcomes } = await jira.builds.submit(given);
        expect(outcomes.filter(({ state }) => state !== 'accepted')).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});
