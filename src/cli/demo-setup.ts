import type { TestReport } from '../kit/connector.ts';
import { TielineError } from '../kit/errors.ts';
import type { HubClient } from './hub-client.ts';
import type { SimulatedSite } from './simulators.ts';

/** The connection to the simulated Jira. */
export const jiraConnectionName = 'demo-jira';
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes what a demo needs by the API that any user has: two secrets, a connection to the simulated Jira, its test,
 * and a connect key. What an earlier demo left is brought up to date.
 */
export async function prepareHub(
  hub: HubClient,
  jira: SimulatedSite | undefined,
  print: (line: string) => void,
): Promise<{ connectKey: string; test: TestReport }> {
  const [account] = jira?.accounts ?? [];
  const [client] = jira?.clients ?? [];
  if (jira === undefined || account === undefined || client === undefined) {
    throw new TielineError('internal-error', 'The simulated Jira has no account or no client');
  }
  await putSecret(hub, 'demo-jira-token', account.apiToken);
  await putSecret(hub, 'demo-jira-client-secret', client.clientSecret);
  print('secrets demo-jira-token, demo-jira-client-secret');
  const id = await putConnection(hub, {
    name: jiraConnectionName,
    connector: 'jira',
    settings: {
      baseUrl: jira.site,
      gatewayUrl: jira.gateway,
      platform: { type: 'api-token', email: account.email, token: { secret: 'account.demo-jira-token' } },
      devops: { clientId: client.clientId, clientSecret: { secret: 'account.demo-jira-client-secret' } },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  print(`connection ${jiraConnectionName}`);
  const expiresAt = new Date(Date.now() + dayMs).toISOString();
  const { key, hint } = await hub.call<{ key: string; hint: string }>('POST', '/api/v1/connect-keys', {
    connection: id,
    name: 'demo pipeline',
    projects: ['MYT'],
    expiresAt,
  });
  print(`connect key ${hint}, for project MYT, for a day`);
  const test = await hub.call<TestReport>('POST', `/api/v1/connections/${id}/test`, { projects: ['MYT'] });
  return { connectKey: key, test };
}

/** Makes a secret of the account, or gives the one of this name the value. */
export async function putSecret(hub: HubClient, name: string, value: string): Promise<void> {
  await createOr(
    () => hub.call('POST', '/api/v1/secrets', { name, value }),
    async () => {
      const page = await hub.call<{ items: { id: string; name: string }[] }>(
        'GET',
        '/api/v1/secrets?limit=200',
      );
      const known = page.items.find((secret) => secret.name === name);
      await hub.call('PUT', `/api/v1/secrets/${known?.id}/value`, { value });
    },
  );
}

/** Makes a connection of the account, or gives the one of this name the settings; the answer is its id. */
export async function putConnection(
  hub: HubClient,
  { name, connector, settings }: { name: string; connector: string; settings: object },
): Promise<string> {
  const connection = await createOr(
    () => hub.call<{ id: string }>('POST', '/api/v1/connections', { name, connector, settings }),
    () => hub.call<{ id: string }>('PUT', `/api/v1/connections/account.${name}`, { name, settings }),
  );
  return connection.id;
}

async function createOr<T>(create: () => Promise<T>, change: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof TielineError && error.code === 'name-taken') return change();
    throw error;
  }
}
