import type { HarnessCodeSimulator } from './index.ts';

/** Everything that a client needs to be pointed at the simulator. */
export interface HarnessCodeDescription {
  identity: string;
  site: string;
  api: string;
  accounts: { uid: string; displayName: string; token: string; may: string }[];
  repositories: string[];
  control: { faults: string; state: string };
}

/** Addresses, accounts and tokens as data. The tokens are the simulator's own and protect nothing. */
export function describeHarnessCode(simulator: HarnessCodeSimulator): HarnessCodeDescription {
  const { identity, url, apiUrl } = simulator;
  return {
    identity,
    site: url,
    api: apiUrl,
    accounts: simulator.accounts.map(({ uid, displayName, token, admin }) => ({
      uid,
      displayName,
      token,
      may: admin ? 'everything' : 'only what the seed grants',
    })),
    repositories: simulator.listRepositories(),
    control: { faults: `${url}/_simulator/faults`, state: `${url}/_simulator/state` },
  };
}

/** The same for people to read. */
export function describeAsText(description: HarnessCodeDescription): string {
  const { identity, site, api, accounts, repositories, control } = description;
  const how =
    identity === 'Harness' ? 'header X-Api-Key' : 'Authorization: Bearer, or Basic with it as the password';
  const lines = [
    `Simulated Harness Code (${identity})`,
    '',
    `  Site  ${site}      open it in a browser`,
    `  API   ${api}`,
    '',
    `Accounts (${how})`,
    ...accounts.map((one) => `  ${one.displayName} (${one.uid}), may do ${one.may}\n    ${one.token}`),
    '',
    'Repositories',
    ...repositories.map((path) => `  ${path}`),
    '',
    'Control',
    `  ${control.faults}   GET, POST, DELETE`,
    `  ${control.state}    GET`,
  ];
  return `${lines.join('\n')}\n`;
}
