import type { DeliveryView } from '../../src/features/deliveries/index.ts';
import type { JiraSimulator } from '../../src/simulators/jira/index.ts';

/** A hub as those who call it know it. */
export interface Caller {
  url: string;
  token: string;
}

/** What a hub answers to a report that it has taken. */
export interface Taken {
  delivery: string;
  state: string;
  duplicate: boolean;
}

/** Calls the API. Throws for every status at 400 and above. */
export async function call<T>(
  { url, token }: Caller,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
): Promise<T> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Ties a hub to a simulated Jira: a secret, a connection and a connect key for it. Names are unique by `name`. */
export async function connectToJira(
  hub: Caller,
  jira: JiraSimulator,
  name: string,
): Promise<{ connectionId: string; connectKey: string }> {
  const [client] = jira.clients;
  if (client === undefined) throw new TypeError('the simulated Jira has no client');
  await call(hub, 'POST', '/api/v1/secrets', { name, value: client.clientSecret });
  const connection = await call<{ id: string }>(hub, 'POST', '/api/v1/connections', {
    name,
    connector: 'jira',
    settings: {
      baseUrl: jira.siteUrl,
      gatewayUrl: jira.gatewayUrl,
      devops: { clientId: client.clientId, clientSecret: { secret: `account.${name}` } },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  const key = await call<{ key: string }>(hub, 'POST', '/api/v1/connect-keys', {
    connection: connection.id,
    name: `pipeline of ${name}`,
  });
  return { connectionId: connection.id, connectKey: key.key };
}

/** A state of a build as a pipeline posts it. */
export function buildReport(pipelineId: string, buildNumber: number, about: object = {}) {
  return {
    id: crypto.randomUUID(),
    pipelineId,
    buildNumber,
    displayName: pipelineId,
    url: `https://ci.example.com/${pipelineId}/${buildNumber}`,
    state: 'successful',
    lastUpdated: new Date().toISOString(),
    issueKeys: ['MYT-1', 'MYT-2'],
    ...about,
  };
}

/** Posts a build once; undefined when the connection broke before there was an answer. */
export async function postBuild(
  url: string,
  connectKey: string,
  report: ReturnType<typeof buildReport>,
): Promise<Taken | undefined> {
  try {
    return await call<Taken>({ url, token: connectKey }, 'POST', '/api/v1/builds', report);
  } catch (error) {
    // fetch throws a TypeError for a network failure and for nothing else that could happen here.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The delivery once it has ended, or as it stands after so many seconds. */
export function waitForEnd(hub: Caller, delivery: string, seconds: number): Promise<DeliveryView> {
  return call<DeliveryView>(hub, 'GET', `/api/v1/deliveries/${delivery}?wait=${seconds}`);
}

/** The newest 200 deliveries. */
export async function listDeliveries(hub: Caller): Promise<DeliveryView[]> {
  return (await call<{ items: DeliveryView[] }>(hub, 'GET', '/api/v1/deliveries?limit=200')).items;
}

/** What Jira shows of a build, and what each sending of it did there. */
export function shownBuild(jira: JiraSimulator, pipelineId: string, buildNumber: number) {
  const effects = jira.state.effects.filter(({ key }) => key === `${pipelineId}#${buildNumber}`);
  const builds = jira.state
    .builds()
    .filter((build) => build.pipelineId === pipelineId && build.buildNumber === buildNumber);
  return {
    builds: builds.map(({ state, updateSequenceNumber }) => ({ state, sequence: updateSequenceNumber })),
    stored: effects.filter(({ outcome }) => outcome === 'stored').length,
    rejected: effects.filter(({ outcome }) => outcome === 'rejected').length,
  };
}
