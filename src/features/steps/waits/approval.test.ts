import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../../../../test/free-port.ts';
import { startTestHubWithJira, type TestHubWithJira } from '../../../../test/hub.ts';

const hour = 3_600_000;
/** Passwords are not what is tested here. */
const passwordCost = { N: 1_024, r: 8, p: 1 };
let hub: TestHubWithJira;
let connection: { id: string };
beforeAll(async () => {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  hub = await startTestHubWithJira({ signIn: { local: true, publicUrl, passwordCost } });
  await hub.serve(port);
  connection = await hub.connectJira();
});
afterAll(() => hub.close());

/** Asks for the approval of an issue, which is looked at once an hour. Gives the run's id. */
async function ask(issue: string): Promise<string> {
  const conditions = [{ key: 'Status', operator: 'equals', value: 'Done' }];
  const { status, body } = await hub.call('POST', '/api/v1/actions/jira.wait-for-approval/run', {
    connection: connection.id,
    input: { issue, everyMs: hour, approve: { type: 'key-values', conditions } },
    timeoutMs: 14 * 24 * hour,
  });
  expect(status).toBe(201);
  return body.id;
}

// biome-ignore lint/suspicious/noExplicitAny: a test says of the answer what it expects
const until = (id: string, state: string): Promise<any> =>
  vi.waitFor(
    async () => {
      const { body } = await hub.call('GET', `/api/v1/runs/${id}`);
      expect(body.state).toBe(state);
      return body;
    },
    { timeout: 10_000 },
  );

async function approve(issue: string): Promise<void> {
  const { accounts, siteUrl } = hub.simulator;
  const person = accounts.find(({ email }) => email.startsWith('dana'));
  const answer = await fetch(`${siteUrl}/rest/api/3/issue/${issue}/transitions`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${person?.email}:${person?.apiToken}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ transition: { id: '31' } }),
  });
  expect(answer.status).toBe(204);
}

it('an approval is decided as soon as Jira tells of it, hours before the next look', async () => {
  const id = await ask('MYT-3');
  await until(id, 'waiting');
  await vi.waitFor(() => expect(hub.simulator.state.webhooks().admin).toHaveLength(1));
  await approve('MYT-3');
  const run = await until(id, 'succeeded');
  expect(run.steps[0].output).toMatchObject({
    decided: 'approved',
    by: 'Dana Developer',
    field: 'Status',
    to: 'Done',
    issue: { key: 'MYT-3', status: 'Done' },
  });
  const { body } = await hub.call('GET', '/api/v1/deliveries');
  expect(body.items).toEqual([]);
});

it('a connection at which a step waits is not deleted', async () => {
  const id = await ask('MYT-4');
  await until(id, 'waiting');
  const refused = await hub.call('DELETE', `/api/v1/connections/${connection.id}`);
  expect(refused).toMatchObject({ status: 409, body: { code: 'resource-in-use' } });
  expect(refused.text).toContain('MYT-4');
  expect((await hub.call('POST', `/api/v1/runs/${id}/cancel`, {})).status).toBe(202);
  await until(id, 'aborted');
});

it('the secret of the webhook is nowhere in the clear', async () => {
  const [hook] = hub.simulator.state.webhooks().admin;
  expect(hook?.secret).toMatch(/^[\w-]{43}$/);
  expect(await hub.dump()).not.toContain(hook?.secret);
  expect(hub.log.join('')).not.toContain(hook?.secret);
});
