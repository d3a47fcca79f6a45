import type { JiraSimulator } from './index.ts';

/** Everything that another Jira client needs to be pointed at the simulator. */
export interface SimulatorDescription {
  edition: string;
  name: string;
  site: string;
  gateway: string;
  tokenUrl: string;
  cloudId: string;
  accounts: { email: string; apiToken: string; displayName: string; may: string }[];
  clients: { name: string; clientId: string; clientSecret: string; scopes: string[] }[];
  apps: { key: string; token: string; modules: string[] }[];
  projects: { key: string; name: string }[];
  control: { faults: string; gates: string; state: string };
}

/** Addresses, accounts and credentials as data. The secrets are the simulator's own and protect nothing. */
export function describeSimulator(simulator: JiraSimulator): SimulatorDescription {
  const { edition, name, siteUrl, gatewayUrl, cloudId } = simulator;
  return {
    edition,
    name,
    site: siteUrl,
    gateway: gatewayUrl,
    tokenUrl: `${gatewayUrl}/oauth/token`,
    cloudId,
    accounts: simulator.accounts.map(({ email, apiToken, displayName, permissions }) => ({
      email,
      apiToken,
      displayName,
      may: permissions === 'all' ? 'everything' : 'only what the seed grants',
    })),
    clients: simulator.clients.map((client) => ({ ...client })),
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
