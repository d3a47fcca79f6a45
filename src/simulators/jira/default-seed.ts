import { siteMetadata } from './default-metadata.ts';
import { parseSeed, type Seed } from './seed.ts';

/** What somebody who works on issues has; no administrator of anything. */
const member = [
  'BROWSE_PROJECTS',
  'VIEW_DEV_TOOLS',
  'VIEW_READONLY_WORKFLOW',
  'VIEW_VOTERS_AND_WATCHERS',
  'CREATE_ISSUES',
  'EDIT_ISSUES',
  'TRANSITION_ISSUES',
  'SCHEDULE_ISSUES',
  'ASSIGN_ISSUES',
  'ASSIGNABLE_USER',
  'RESOLVE_ISSUES',
  'CLOSE_ISSUES',
  'LINK_ISSUES',
  'ADD_COMMENTS',
  'EDIT_OWN_COMMENTS',
  'DELETE_OWN_COMMENTS',
  'CREATE_ATTACHMENTS',
  'DELETE_OWN_ATTACHMENTS',
  'WORK_ON_ISSUES',
  'EDIT_OWN_WORKLOGS',
  'DELETE_OWN_WORKLOGS',
];

const readOnly = ['BROWSE_PROJECTS', 'VIEW_DEV_TOOLS', 'VIEW_READONLY_WORKFLOW', 'VIEW_VOTERS_AND_WATCHERS'];

/** The self-hosted site: the same, with user names and passwords, and a project key that Cloud does not allow. */
export function defaultDataCenterSeed(): Seed {
  const {
    cloudId: _cloudId,
    clients: _clients,
    serviceAccounts: _serviceAccounts,
    oauthApps: _oauthApps,
    apps: _apps,
    services: _services,
    ...seed
  } = defaultSeed();
  return parseSeed({
    ...seed,
    // Epics are two fields of their own there.
    customFields: [
      ...seed.customFields,
      { id: 'customfield_10100', name: 'Epic Link', kind: 'epic-link' },
      { id: 'customfield_10101', name: 'Epic Name', kind: 'epic-name' },
    ],
    accounts: seed.accounts.map((account) => ({
      ...account,
      scopedTokens: [],
      apiToken: account.apiToken.replace('-api-', '-personal-'),
      password: account.apiToken.replace('-api-token', '-password'),
    })),
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
      {
        email: 'dana@tieline-demo.example',
        apiToken: 'simulated-dana-api-token',
        displayName: 'Dana Developer',
        accountId: '5b10ac8d82e05b22cc7d4e03',
        timeZone: 'Europe/Berlin',
        groups: ['developers'],
        permissions: { global: ['USER_PICKER'], projects: { '*': member } },
        scopedTokens: [
          { token: 'simulated-dana-scoped-token', scopes: ['read:jira-work', 'read:jira-user'] },
        ],
      },
      {
        email: 'daniel@tieline-demo.example',
        apiToken: 'simulated-daniel-api-token',
        displayName: 'Daniel Developer',
        accountId: '5b10ac8d82e05b22cc7d4e04',
        groups: ['developers'],
        showsEmail: false,
        permissions: { global: ['USER_PICKER'], projects: { '*': member } },
      },
      {
        email: 'left@tieline-demo.example',
        apiToken: 'simulated-left-api-token',
        displayName: 'Lea Left',
        accountId: '5b10ac8d82e05b22cc7d4e05',
        active: false,
        permissions: { projects: {} },
      },
      {
        email: 'service@tieline-demo.example',
        apiToken: 'simulated-service-api-token',
        displayName: 'Tieline Service',
        accountId: '5b10ac8d82e05b22cc7d4e06',
        permissions: { global: ['USER_PICKER'], projects: { '*': member } },
        scopedTokens: [
          {
            token: 'simulated-service-scoped-token',
            scopes: ['read:jira-work', 'write:jira-work', 'read:jira-user'],
          },
        ],
      },
    ],
    projects: [
      {
        key: 'MYT',
        name: 'My Team',
        issueTypes: ['Story', 'Task', 'Bug', 'Epic', 'Sub-task'],
        components: ['Checkout', 'Search', 'Invoices, orders'],
        versions: [{ name: '2.3', released: true }, { name: '2.4' }, { name: '1.0', archived: true }],
        securityLevels: ['Team only'],
      },
      { key: 'OPS', name: 'Operations', issueTypes: ['Task', 'Incident', 'Change'] },
    ],
    ...siteMetadata,
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
    serviceAccounts: [
      {
        clientId: 'simulated-service-client',
        clientSecret: 'simulated-service-secret',
        account: 'service@tieline-demo.example',
        scopes: ['read:jira-work', 'write:jira-work', 'read:jira-user'],
      },
    ],
    oauthApps: [
      {
        name: 'Tieline',
        clientId: 'simulated-oauth-app',
        clientSecret: 'simulated-oauth-secret',
        redirectUris: ['http://localhost:8080/oauth/callback', 'https://tieline.example/oauth/callback'],
        scopes: ['read:jira-work', 'write:jira-work', 'read:jira-user', 'manage:jira-webhook', 'read:me'],
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
