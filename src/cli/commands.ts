import type { MakeCommand } from './cli.ts';

/** A command of the binary: what it is for, and where its code is loaded from when it is called. */
export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<{ make: MakeCommand }>;
}

/** Every command, in the order of the help. */
export const commands: CommandEntry[] = [
  { name: 'serve', summary: 'run the hub', load: () => import('./serve.ts') },
  {
    name: 'demo',
    summary: 'a simulated Jira, a hub and three reports, to see it work',
    load: () => import('./demo.ts'),
  },
  {
    name: 'report',
    summary: 'report a build or a deployment from a pipeline',
    load: () => import('./report.ts'),
  },
  {
    name: 'step',
    summary: 'create or update issues, or wait for an approval: one step from a file',
    load: () => import('./step.ts'),
  },
  { name: 'run', summary: 'the Jira steps of a pipeline file', load: () => import('./run.ts') },
  {
    name: 'runs',
    summary: 'what runs did, to watch, end and repeat them',
    load: () => import('./runs.ts'),
  },
  { name: 'connection', summary: 'make, test and list connections', load: () => import('./connection.ts') },
  { name: 'secret', summary: 'store and list secrets', load: () => import('./secret.ts') },
  {
    name: 'connect-key',
    summary: 'make, list, rotate and revoke connect keys',
    load: () => import('./connect-key.ts'),
  },
  {
    name: 'link',
    summary: 'tie a code host to Jira, backfill, disconnect',
    load: () => import('./link.ts'),
  },
  {
    name: 'apply',
    summary: 'bring connections, secrets, keys, links and roles to what files say',
    load: () => import('./apply.ts'),
  },
  { name: 'export', summary: 'write them as such files', load: () => import('./export.ts') },
  {
    name: 'delivery',
    summary: 'what was sent, what Jira said, and once more',
    load: () => import('./delivery.ts'),
  },
  {
    name: 'explain',
    summary: 'everything that was sent for an issue, and why something is not there',
    load: () => import('./explain.ts'),
  },
  { name: 'user', summary: 'make, list and shut out users', load: () => import('./user.ts') },
  {
    name: 'service-account',
    summary: 'make, list and shut out service accounts',
    load: () => import('./service-account.ts'),
  },
  { name: 'role', summary: 'who may do what where', load: () => import('./role.ts') },
  { name: 'token', summary: 'make, list and revoke API tokens', load: () => import('./token.ts') },
  { name: 'audit', summary: 'who changed what', load: () => import('./audit.ts') },
  { name: 'simulate', summary: 'run a stand-in for an outside product', load: () => import('./simulate.ts') },
];
