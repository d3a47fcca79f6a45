import type { JiraSimulator } from './index.ts';

/** An answer as a caller sees it. */
export interface Received {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  json: any;
}

/** What to send, and as whom: an account's e-mail, or a client's id for the gateway. */
export interface Sent {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Callers of a simulator over real HTTP, for its tests. */
export function callersOf(simulator: JiraSimulator) {
  async function send(url: string, { method = 'GET', body, headers = {} }: Sent = {}): Promise<Received> {
    const response = await fetch(url, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  const basic = (email: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${email}:${secret}`).toString('base64')}`,
  });

  /** Sends as an account of the seed; its first one when none is named. */
  function asAccount(path: string, sent: Sent = {}, email = simulator.accounts[0]?.email ?? '') {
    const account = simulator.accounts.find((one) => one.email === email);
    const headers = { ...basic(email, account?.apiToken ?? ''), ...sent.headers };
    return send(simulator.siteUrl + path, { ...sent, headers });
  }

  /** A fresh access token of a client; the seed's first when none is named. */
  async function tokenOf(clientId = simulator.clients[0]?.clientId ?? ''): Promise<string> {
    const client = simulator.clients.find((one) => one.clientId === clientId);
    const { json } = await send(`${simulator.gatewayUrl}/oauth/token`, {
      method: 'POST',
      body: {
        audience: 'api.atlassian.com',
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: client?.clientSecret,
      },
    });
    return json.access_token;
  }

  /** Sends to an API at the gateway, e.g. `builds/0.1` and `/bulk`, with a token. */
  function atGateway(token: string, api: string, path: string, sent: Sent = {}) {
    const url = `${simulator.gatewayUrl}/jira/${api}/cloud/${simulator.cloudId}${path}`;
    return send(url, { ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers } });
  }

  return { send, basic, asAccount, tokenOf, atGateway };
}

/** A build that Jira takes. */
export const build = (more: Record<string, unknown> = {}) => ({
  schemaVersion: '1.0',
  pipelineId: 'checkout',
  buildNumber: 12,
  updateSequenceNumber: 1,
  displayName: 'Checkout',
  description: 'Unit and integration tests',
  label: 'main',
  url: 'https://ci.example/checkout/12',
  state: 'successful',
  lastUpdated: '2026-11-22T07:00:00Z',
  issueKeys: ['MYT-1'],
  testInfo: { totalNumber: 10, numberPassed: 9, numberFailed: 0, numberSkipped: 1 },
  references: [
    {
      commit: { id: 'a7727ee', repositoryUri: 'https://git.example/checkout' },
      ref: { name: 'main', uri: 'https://git.example/checkout/main' },
    },
  ],
  ...more,
});

/** A deployment that Jira takes. */
export const deployment = (more: Record<string, unknown> = {}) => ({
  schemaVersion: '1.0',
  deploymentSequenceNumber: 7,
  updateSequenceNumber: 1,
  associations: [{ associationType: 'issueIdOrKeys', values: ['MYT-1'] }],
  displayName: 'Checkout 2.4',
  url: 'https://ci.example/deployments/7',
  description: 'Blue and green',
  lastUpdated: '2026-11-22T08:00:00Z',
  label: '2.4',
  duration: 90,
  state: 'successful',
  pipeline: { id: 'checkout', displayName: 'Checkout', url: 'https://ci.example/checkout' },
  environment: { id: 'eu-1', displayName: 'eu-prod-1', type: 'production' },
  ...more,
});

/** A commit that Jira takes. */
export const commit = (more: Record<string, unknown> = {}) => ({
  id: 'a7727ee6350c',
  issueKeys: ['MYT-1'],
  updateSequenceId: 1,
  flags: ['MERGE_COMMIT'],
  message: 'MYT-1 round at the last step',
  author: { name: 'Dana', email: 'dana@tieline-demo.example' },
  fileCount: 1,
  url: 'https://git.example/checkout/c/a7727ee',
  files: [
    {
      path: 'src/price.ts',
      url: 'https://git.example/checkout/f/price',
      changeType: 'MODIFIED',
      linesAdded: 3,
      linesRemoved: 1,
    },
  ],
  authorTimestamp: '2026-11-22T06:00:00Z',
  displayId: 'a7727ee',
  ...more,
});

/** A branch that Jira takes. */
export const branch = (more: Record<string, unknown> = {}) => ({
  id: 'branch-1',
  issueKeys: ['MYT-1'],
  updateSequenceId: 1,
  name: 'feature/MYT-1',
  lastCommit: commit(),
  createPullRequestUrl: 'https://git.example/checkout/new',
  url: 'https://git.example/checkout/b/1',
  ...more,
});

/** A pull request that Jira takes. */
export const pullRequest = (more: Record<string, unknown> = {}) => ({
  id: '7',
  issueKeys: ['MYT-1'],
  updateSequenceId: 1,
  status: 'OPEN',
  title: 'MYT-1 Show the own currency',
  author: { name: 'Dana' },
  commentCount: 2,
  sourceBranch: 'feature/MYT-1',
  sourceBranchUrl: 'https://git.example/checkout/b/1',
  lastUpdate: '2026-11-22T06:30:00Z',
  destinationBranch: 'main',
  reviewers: [{ name: 'Rene', approvalStatus: 'APPROVED', email: 'rene@tieline-demo.example' }],
  url: 'https://git.example/checkout/pull/7',
  displayId: '#7',
  ...more,
});

/** A repository with one entity of each kind. */
export const repository = (more: Record<string, unknown> = {}) => ({
  id: 'checkout',
  name: 'checkout',
  description: 'The shop',
  url: 'https://git.example/checkout',
  updateSequenceId: 1,
  commits: [commit()],
  branches: [branch()],
  pullRequests: [pullRequest()],
  ...more,
});
