import type { DataCenterSimulator, JiraSimulator } from './index.ts';

/** Everything that another Jira client needs to be pointed at the simulator. */
export interface SimulatorDescription {
  edition: string;
  name: string;
  site: string;
  gateway: string;
  tokenUrl: string;
  authorizeUrl: string;
  cloudId: string;
  accounts: { email: string; apiToken: string; displayName: string; may: string }[];
  clients: { name: string; clientId: string; clientSecret: string; scopes: string[] }[];
  /** OAuth client credentials for the platform API at the gateway. */
  serviceAccounts: { account: string; clientId: string; clientSecret: string; scopes: string[] }[];
  /** Apps for OAuth 2.0 (3LO), which starts at `authorizeUrl`. */
  oauthApps: {
    name: string;
    clientId: string;
    clientSecret: string;
    redirectUris: string[];
    scopes: string[];
  }[];
  apps: { key: string; token: string; modules: string[] }[];
  projects: { key: string; name: string }[];
  control: { faults: string; gates: string; state: string };
}

const may = (permissions: unknown) => (permissions === 'all' ? 'everything' : 'only what the seed grants');

/** Addresses, accounts and credentials as data. The secrets are the simulator's own and protect nothing. */
export function describeSimulator(simulator: JiraSimulator): SimulatorDescription {
  const { edition, name, siteUrl, gatewayUrl, cloudId } = simulator;
  return {
    edition,
    name,
    site: siteUrl,
    gateway: gatewayUrl,
    tokenUrl: `${gatewayUrl}/oauth/token`,
    authorizeUrl: `${gatewayUrl}/authorize`,
    cloudId,
    accounts: simulator.accounts.map(({ email, apiToken, displayName, permissions }) => ({
      email,
      apiToken,
      displayName,
      may: may(permissions),
    })),
    clients: simulator.clients.map((client) => ({ ...client })),
    serviceAccounts: simulator.serviceAccounts.map((one) => ({ ...one })),
    oauthApps: simulator.oauthApps.map(({ name: app, clientId, clientSecret, redirectUris, scopes }) => ({
      name: app,
      clientId,
      clientSecret,
      redirectUris,
      scopes,
    })),
    apps: simulator.apps.map((app) => ({ ...app })),
    projects: simulator.projects.map(({ key, name: projectName }) => ({ key, name: projectName })),
    control: {
      faults: `${siteUrl}/_simulator/faults`,
      gates: `${siteUrl}/_simulator/gates`,
      state: `${siteUrl}/_simulator/state`,
    },
  };
}

/** The same for people to read. */
export function describeAsText(description: SimulatorDescription): string {
  const lines = [
    `Simulated Jira (${description.edition}) "${description.name}"`,
    '',
    `  Site       ${description.site}      open it in a browser`,
    `  Gateway    ${description.gateway}`,
    `  Token URL  ${description.tokenUrl}`,
    `  Cloud id   ${description.cloudId}`,
    `  Projects   ${description.projects.map((one) => `${one.key} (${one.name})`).join(', ')}`,
    '',
    'Accounts (Basic authentication: e-mail and API token)',
    ...description.accounts.map(
      (one) => `  ${one.displayName}, may do ${one.may}\n    ${one.email}\n    ${one.apiToken}`,
    ),
    '',
    'OAuth clients (client credentials)',
    ...description.clients.map(
      (one) => `  ${one.name}: ${one.scopes.join(', ')}\n    ${one.clientId}\n    ${one.clientSecret}`,
    ),
    '',
    'Service accounts (OAuth client credentials, for the platform API at the gateway)',
    ...description.serviceAccounts.map(
      (one) => `  ${one.account}: ${one.scopes.join(' ')}\n    ${one.clientId}\n    ${one.clientSecret}`,
    ),
    '',
    `OAuth 2.0 (3LO) apps, which start at ${description.authorizeUrl}`,
    ...description.oauthApps.map(
      (one) =>
        `  ${one.name}: ${one.scopes.join(' ')}\n    ${one.clientId}\n    ${one.clientSecret}\n    back to ${one.redirectUris.join(', ')}`,
    ),
    '',
    "App tokens (Bearer, for the site's own DevOps addresses)",
    ...description.apps.map((one) => `  ${one.key}: ${one.modules.join(', ')}\n    ${one.token}`),
    '',
    'Control',
    `  ${description.control.faults}   GET, POST, DELETE`,
    `  ${description.control.gates}    PUT`,
    `  ${description.control.state}    GET`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Everything that another client needs to be pointed at a simulated Data Center. */
export interface DataCenterDescription {
  edition: string;
  version: string;
  name: string;
  site: string;
  accounts: {
    name: string;
    key: string;
    email: string;
    personalAccessToken: string;
    password?: string;
    displayName: string;
    may: string;
  }[];
  projects: { key: string; name: string }[];
  control: { faults: string; state: string };
}

/** As {@link describeSimulator}, for Data Center. */
export function describeDataCenter(simulator: DataCenterSimulator): DataCenterDescription {
  const { edition, version, name, siteUrl, originUrl } = simulator;
  return {
    edition,
    version,
    name,
    site: siteUrl,
    accounts: simulator.accounts.map(({ permissions, ...account }) => ({
      ...account,
      may: may(permissions),
    })),
    projects: simulator.projects.map(({ key, name: projectName }) => ({ key, name: projectName })),
    control: { faults: `${originUrl}/_simulator/faults`, state: `${originUrl}/_simulator/state` },
  };
}

/** The same for people to read. */
export function describeDataCenterAsText(description: DataCenterDescription): string {
  const lines = [
    `Simulated Jira Data Center ${description.version} "${description.name}"`,
    '',
    `  Site       ${description.site}      open it in a browser`,
    `  Projects   ${description.projects.map((one) => `${one.key} (${one.name})`).join(', ')}`,
    '',
    'Accounts (Bearer: personal access token; below Jira 11 also Basic: user name and password)',
    ...description.accounts.map(
      (one) =>
        `  ${one.displayName}, may do ${one.may}\n    ${one.personalAccessToken}\n    ${one.name}${one.password === undefined ? '' : ` / ${one.password}`}`,
    ),
    '',
    'Control',
    `  ${description.control.faults}   GET, POST, DELETE`,
    `  ${description.control.state}    GET`,
  ];
  return `${lines.join('\n')}\n`;
}
