import { parseSeed, type Seed } from './seed.ts';

const readOnly = ['BROWSE_PROJECTS', 'VIEW_DEV_TOOLS', 'VIEW_READONLY_WORKFLOW', 'VIEW_VOTERS_AND_WATCHERS'];

/** The self-hosted site: the same, with user names and passwords, and a project key that Cloud does not allow. */
export function defaultDataCenterSeed(): Seed {
  const { cloudId: _cloudId, clients: _clients, apps: _apps, services: _services, ...seed } = defaultSeed();
  const secrets: Record<string, { apiToken: string; password: string }> = {
    'Ada Admin': { apiToken: 'simulated-admin-personal-token', password: 'simulated-admin-password' },
    'Rita Reader': { apiToken: 'simulated-reader-personal-token', password: 'simulated-reader-password' },
  };
  return parseSeed({
    ...seed,
    accounts: seed.accounts.map((account) => ({ ...account, ...secrets[account.displayName] })),
    projects: [...seed.projects, { key: 'PAY_EU', name: 'Payments Europe' }],
    issues: [
      ...seed.issues,
      { key: 'PAY_EU-1', summary: 'Refunds in instalments', type: 'Story', status: 'To Do' },
    ],
  });
}

/** The site that a simulator shows when it is given no seed: `tieline-demo` with projects MYT and OPS. */
export function defaultSeed(): Seed {
  return parseSeed({
    name: 'tieline-demo',
    accounts: [
      {
        email: 'admin@tieline-demo.example',
        apiToken: 'simulated-admin-api-token',
        displayName: 'Ada Admin',
        accountId: '5b10ac8d82e05b22cc7d4e01',
        permissions: 'all',
      },
      {
        email: 'reader@tieline-demo.example',
        apiToken: 'simulated-reader-api-token',
        displayName: 'Rita Reader',
        accountId: '5b10ac8d82e05b22cc7d4e02',
        permissions: { global: ['USER_PICKER'], projects: { '*': readOnly } },
      },
    ],
    projects: [
      { key: 'MYT', name: 'My Team' },
      { key: 'OPS', name: 'Operations', issueTypes: ['Task', 'Incident', 'Change'] },
    ],
    issues: [
      {
        key: 'MYT-1',
        summary: 'Checkout shows the total in the shopper’s own currency',
        type: 'Story',
        status: 'In Progress',
        labels: ['checkout'],
        description:
          'As a shopper I want to see the total in my own currency, so that I know what I pay.\n\n' +
          'Rates come from the pricing service and are rounded at the last step only.',
      },
      {
        key: 'MYT-2',
        summary: 'Rounding error of one cent in the basket',
        type: 'Bug',
        status: 'In Progress',
        labels: ['checkout', 'regression'],
        description: 'Three items at 0.335 are shown as 1.00 instead of 1.01.',
      },
      { key: 'MYT-3', summary: 'Move the price cache to the new cluster', status: 'To Do' },
      { key: 'MYT-4', summary: 'Search forgets the filter when going back', type: 'Bug', status: 'To Do' },
      { key: 'MYT-5', summary: 'Invoice as PDF in the order history', type: 'Story', status: 'Done' },
      {
        key: 'OPS-1',
        summary: 'Checkout answers slowly in eu-west',
        type: 'Incident',
        status: 'In Progress',
      },
      { key: 'OPS-2', summary: 'Roll out checkout 2.4 to production', type: 'Change', status: 'To Do' },
    ],
    clients: [
      {
        name: 'Tieline',
        clientId: 'simulated-client-all',
        clientSecret: 'simulated-secret-all',
        scopes: ['builds', 'deployments', 'devinfo'],
      },
      {
        name: 'Builds only',
        clientId: 'simulated-client-builds',
        clientSecret: 'simulated-secret-builds',
        scopes: ['builds'],
      },
    ],
    apps: [
      {
        key: 'simulated-app',
        token: 'simulated-app-token',
        modules: ['builds', 'deployments', 'devinfo'],
      },
    ],
    services: ['checkout', 'pricing'],
  });
}
