import type { z } from 'zod';
import type { customFieldKinds } from './seed-metadata.ts';

/** The parts of a seed that name each other. */
interface Named {
  accounts: { email: string; name?: string; permissions: 'all' | { projects: Record<string, unknown> } }[];
  projects: { key: string; issueTypes: string[]; lead?: string }[];
  issues: {
    key: string;
    type: string;
    status: string;
    assignee?: string;
    reporter?: string;
    parent?: string;
  }[];
  clients: { clientId: string }[];
  serviceAccounts: { clientId: string; account: string }[];
  oauthApps: { clientId: string }[];
  apps: { key: string }[];
  statuses: { name: string }[];
  workflows: {
    statuses: string[];
    transitions: { id: string; from?: string[]; to: string; fields: string[]; required: string[] }[];
  }[];
  customFields: { id: string; kind: (typeof customFieldKinds)[number]; options: unknown[] }[];
}

type Complain = (path: (string | number)[], message: string) => void;

const twice = (list: string, ids: string[], complain: Complain) => {
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) complain([list, index], `${id} is there twice`);
  }
};

function checkIssues(seed: Named, complain: Complain) {
  const projects = new Map(seed.projects.map((one) => [one.key, one]));
  const statuses = new Set(seed.statuses.map((one) => one.name));
  const emails = new Set(seed.accounts.map((one) => one.email));
  const keys = new Set(seed.issues.map((one) => one.key));
  for (const [index, one] of seed.issues.entries()) {
    const owner = projects.get(one.key.slice(0, one.key.lastIndexOf('-')));
    if (owner === undefined) complain(['issues', index, 'key'], `${one.key} is of no project of the seed`);
    else if (!owner.issueTypes.includes(one.type)) {
      complain(['issues', index, 'type'], `${owner.key} has no issue type ${one.type}`);
    }
    if (!statuses.has(one.status)) complain(['issues', index, 'status'], `there is no status ${one.status}`);
    if (one.parent !== undefined && !keys.has(one.parent)) {
      complain(['issues', index, 'parent'], `there is no issue ${one.parent}`);
    }
    for (const role of ['assignee', 'reporter'] as const) {
      const email = one[role];
      if (email !== undefined && !emails.has(email)) {
        complain(['issues', index, role], `there is no account ${email}`);
      }
    }
  }
}

function checkPeople(seed: Named, complain: Complain) {
  const emails = new Set(seed.accounts.map((one) => one.email));
  const projects = new Set(seed.projects.map((one) => one.key));
  for (const [index, one] of seed.accounts.entries()) {
    if (one.permissions === 'all') continue;
    for (const key of Object.keys(one.permissions.projects)) {
      if (key !== '*' && !projects.has(key)) {
        complain(['accounts', index, 'permissions', 'projects', key], 'is no project of the seed');
      }
    }
  }
  for (const [index, one] of seed.serviceAccounts.entries()) {
    if (!emails.has(one.account)) {
      complain(['serviceAccounts', index, 'account'], `there is no account ${one.account}`);
    }
  }
  for (const [index, one] of seed.projects.entries()) {
    if (one.lead !== undefined && !emails.has(one.lead)) {
      complain(['projects', index, 'lead'], `there is no account ${one.lead}`);
    }
  }
}

function checkWorkflows(seed: Named, complain: Complain) {
  const statuses = new Set(seed.statuses.map((one) => one.name));
  for (const [index, flow] of seed.workflows.entries()) {
    const path = ['workflows', index];
    twice(
      'workflows',
      flow.transitions.map((one) => one.id),
      complain,
    );
    const named = [...flow.statuses, ...flow.transitions.flatMap(({ from = [], to }) => [...from, to])];
    for (const name of named) if (!statuses.has(name)) complain(path, `there is no status ${name}`);
    for (const one of flow.transitions) {
      const missing = one.required.find((field) => !one.fields.includes(field));
      if (missing !== undefined) complain(path, `${missing} is required, but not on the screen of ${one.id}`);
    }
  }
}

const withOptions = new Set(['select', 'radio', 'multi-select', 'checkboxes', 'cascading']);

/** What a schema cannot say of one field alone: names that lead nowhere, and names that are there twice. */
export function checkSeed(seed: Named, context: Pick<z.RefinementCtx, 'addIssue'>): void {
  const complain: Complain = (path, message) => context.addIssue({ code: 'custom', path, message });
  checkIssues(seed, complain);
  checkPeople(seed, complain);
  checkWorkflows(seed, complain);
  const emails = seed.accounts.map((one) => one.email.toLowerCase());
  twice('accounts', emails, complain);
  const names = seed.accounts.map((one) => (one.name ?? one.email).toLowerCase());
  twice('accounts', names, complain);
  const ids: [list: string, ids: string[]][] = [
    ['projects', seed.projects.map((one) => one.key)],
    ['issues', seed.issues.map((one) => one.key)],
    ['clients', seed.clients.map((one) => one.clientId)],
    ['serviceAccounts', seed.serviceAccounts.map((one) => one.clientId)],
    ['oauthApps', seed.oauthApps.map((one) => one.clientId)],
    ['apps', seed.apps.map((one) => one.key)],
    ['statuses', seed.statuses.map((one) => one.name)],
    ['customFields', seed.customFields.map((one) => one.id)],
  ];
  for (const [list, of] of ids) twice(list, of, complain);
  for (const [index, one] of seed.customFields.entries()) {
    if (withOptions.has(one.kind) && one.options.length === 0) {
      complain(['customFields', index, 'options'], `a field of kind ${one.kind} needs options`);
    }
  }
}
