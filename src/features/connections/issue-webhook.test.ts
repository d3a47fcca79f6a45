import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

let hub: TestHubWithJira;
beforeAll(async () => {
  const passwordCost = { N: 1_024, r: 8, p: 1 };
  hub = await startTestHubWithJira({
    signIn: { local: true, publicUrl: 'http://hub.example', passwordCost },
  });
});
afterAll(() => hub.close());

const registered = () => hub.simulator.state.webhooks().admin;
const eventually = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 15_000 });

/** A connection at which a step has waited, and waits no more. */
async function hasWaited(): Promise<{ id: string }> {
  const connection = await hub.connectJira();
  const made = await hub.call('POST', '/api/v1/actions/jira.wait-for-approval/run', {
    connection: connection.id,
    timeoutMs: 3_600_000,
    input: { issue: 'MYT-1', approve: { type: 'jexl', expression: '<+issue.Status> == "No such status"' } },
  });
  expect(made.status, made.text).toBe(201);
  await eventually(() => expect(registered()).toHaveLength(1));
  const inUse = await hub.call('DELETE', `/api/v1/connections/${connection.id}`);
  expect(inUse).toMatchObject({ status: 409, body: { code: 'resource-in-use' } });
  await hub.call('POST', `/api/v1/runs/${made.body.id}/cancel`, {});
  await eventually(async () => {
    const { rows } = await hub.database.pool.query('select from step_waits');
    expect(rows).toEqual([]);
  });
  expect(registered()).toHaveLength(1);
  return connection;
}

it('a connection that is deleted leaves no webhook at Jira', async () => {
  const { id } = await hasWaited();
  expect((await hub.call('DELETE', `/api/v1/connections/${id}`)).status).toBe(204);
  expect(registered()).toEqual([]);
});

it('a connection is deleted even where its webhook cannot be removed', async () => {
  const { id } = await hasWaited();
  hub.simulator.faults.unavailable();
  expect((await hub.call('DELETE', `/api/v1/connections/${id}`)).status).toBe(204);
  expect((await hub.call('GET', `/api/v1/connections/${id}`)).status).toBe(404);
  expect(registered()).toHaveLength(1);
  hub.simulator.faults.clear();
});
