import { describe, expect, it } from 'vitest';
import { deployment, useHub } from './fixtures/reports.ts';

const { hub, connection, key, post, send } = useHub();

const minute = (number: number) => new Date(Date.UTC(2026, 10, 20, 10, number)).toISOString();
const last = async (pipeline: string, environment = 'prod', by = key()) => {
  const query = new URLSearchParams({ pipeline, environment });
  return hub().call('GET', `/api/v1/deployments/last-successful?${query}`, undefined, by);
};

describe('the last successful deployment to an environment', () => {
  const pipeline = { id: 'api', displayName: 'API', url: 'https://ci.example.com/api' };
  const deploy = (number: number, changes: object) =>
    post('deployments', deployment({ pipeline, deploymentNumber: number, ...changes }));

  it('is remembered with its commit, and a later failure, another environment or pipeline changes nothing', async () => {
    expect(await last('api')).toMatchObject({ status: 200, body: { deployment: null } });
    await deploy(1, { lastUpdated: minute(1), commit: { id: 'c1' } });
    await deploy(2, {
      lastUpdated: minute(2),
      commit: { id: 'c2', repositoryUrl: 'https://code.example.com/api' },
    });
    await deploy(3, { lastUpdated: minute(3), commit: { id: 'c3' }, state: 'failed' });
    const environment = { id: 'test', displayName: 'Test', type: 'testing' };
    await deploy(4, { lastUpdated: minute(4), environment });
    const second = { deployment: { commit: 'c2', deploymentNumber: 2, at: minute(2) } };
    expect((await last('api')).body).toEqual(second);
    expect((await last('api', 'test')).body).toEqual({
      deployment: { commit: null, deploymentNumber: 4, at: minute(4) },
    });
    expect((await last('other')).body).toEqual({ deployment: null });

    await deploy(1, { lastUpdated: minute(0), commit: { id: 'late news' } });
    expect((await last('api')).body).toEqual(second);
  });

  it('is the one before, once it was rolled back', async () => {
    const own = { pipeline: { ...pipeline, id: 'web' } };
    await deploy(1, { ...own, lastUpdated: minute(1), commit: { id: 'c1' } });
    await deploy(2, { ...own, lastUpdated: minute(2), commit: { id: 'c2' } });
    await deploy(2, { ...own, lastUpdated: minute(3), commit: { id: 'c2' }, state: 'rolled_back' });
    expect((await last('web')).body).toMatchObject({ deployment: { commit: 'c1' } });
  });

  it('is remembered through a replay', async () => {
    const own = { pipeline: { ...pipeline, id: 'replayed' }, commit: { id: 'c1' } };
    const delivery = await send('deployments', deployment(own));
    await hub().call('POST', '/api/v1/deliveries/replay', { ids: [delivery.id] });
    expect((await last('replayed')).body).toMatchObject({ deployment: { commit: 'c1' } });
  });

  it('is told to the connect keys of its connection that may report for it only', async () => {
    await deploy(1, { pipeline: { ...pipeline, id: 'private' } });
    const elsewhere = await hub().makeKey((await hub().connectJira()).id);
    const otherEnvironment = await hub().makeKey(connection(), { environments: ['Test'] });
    const other = await hub().makeKey(connection(), { environments: ['Production'] });
    expect((await last('private', 'prod', elsewhere)).body).toEqual({ deployment: null });
    expect((await last('private', 'prod', otherEnvironment)).body).toEqual({ deployment: null });
    expect((await last('private', 'prod', other)).body.deployment).not.toBeNull();
    expect((await last('private', 'prod', hub().token)).status).toBe(403);
    expect((await last('')).status).toBe(400);
  });
});

describe('the type of an environment', () => {
  const shown = async (displayName: string, type?: string) => {
    const site = (await hub().connectJira()).id;
    const rules = { production: ['live-*', 'EU?'], staging: ['*-canary'], testing: ['live-test'] };
    const path = `/api/v1/connections/${site}/environment-rules`;
    expect(await hub().call('PUT', path, rules)).toMatchObject({
      status: 200,
      body: { environmentRules: rules },
    });
    const environment = { id: displayName, displayName, ...(type === undefined ? {} : { type }) };
    const report = deployment({ environment });
    const delivery = await send('deployments', report, await hub().makeKey(site));
    expect(delivery.state).toBe('delivered');
    const found = hub()
      .simulator.state.deployments('MYT-1')
      .find(({ deploymentSequenceNumber }) => deploymentSequenceNumber === report.deploymentNumber);
    return found?.environment;
  };

  it.each([
    ['Live-EU', undefined, 'production'],
    ['eu1', undefined, 'production'],
    ['web-canary', undefined, 'staging'],
    ['live-test', undefined, 'testing'],
    ['qa7', undefined, 'testing'],
    ['somewhere', undefined, 'unmapped'],
    ['Live-EU', 'development', 'development'],
    ['Live-EU', 'unmapped', 'unmapped'],
  ])('%s, given as %s, is %s at Jira, under its own name', async (name, type, expected) => {
    expect(await shown(name, type)).toMatchObject({ displayName: name, type: expected });
  });

  it('is ruled by editors, in types that exist', async () => {
    const path = `/api/v1/connections/${connection()}/environment-rules`;
    const operator = await hub().makeToken('operator');
    expect((await hub().call('PUT', path, {}, operator)).status).toBe(403);
    for (const wrong of [{ prod: ['a'] }, { production: 'a' }, { production: [''] }]) {
      expect((await hub().call('PUT', path, wrong)).status).toBe(400);
    }
  });
});
