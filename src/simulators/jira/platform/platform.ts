import { refuse } from '../answer.ts';
import type { Edition } from '../edition.ts';
import { permissions } from '../permissions.ts';
import type { Seed, SeedAccount } from '../seed.ts';
import type { Switches } from '../world.ts';
import { type Activity, createActivity } from './activity.ts';
import type { Choice, IssueType, Metadata } from './metadata.ts';
import type { RichText } from './rich-text.ts';

/** A project with its place among the site's ids. */
export interface Project {
  id: string;
  key: string;
  name: string;
  issueTypes: IssueType[];
  lead: SeedAccount | undefined;
  components: Choice[];
  versions: (Choice & { released: boolean; archived: boolean })[];
  securityLevels: Choice[];
}

/** An issue, with what the routes show of it. */
export interface Issue {
  id: string;
  key: string;
  project: Project;
  summary: string;
  description: RichText | null;
  issueType: IssueType;
  /** By its name. */
  status: string;
  labels: string[];
  createdAt: Date;
  updatedAt: Date;
  creator: SeedAccount | undefined;
  properties: Map<string, unknown>;
  /** All other fields by id, as they are kept. */
  values: Map<string, unknown>;
  activity: Activity;
}

/** What a new issue needs. */
export interface NewIssue {
  project: Project;
  issueType: IssueType;
  summary: string;
  description: RichText | null;
  labels: string[];
  creator: SeedAccount | undefined;
}

/** Accounts, projects and issues of the site. */
export interface Platform {
  accounts: SeedAccount[];
  projects: Project[];
  listIssues(): Issue[];
  /** By key in any case, or by id. */
  findIssue(idOrKey: string): Issue | undefined;
  /** By the exact key: what the DevOps APIs look for. */
  hasIssue(key: string): boolean;
  findProject(idOrKey: string): Project | undefined;
  createIssue(issue: NewIssue): Issue;
  removeIssue(issue: Issue): void;
  /** Notes a write that is about to be done; throws the 429 of Jira's per-issue limit. */
  noteWrite(issue: Issue): void;
  /** An issue as it was at a moment, as far as search lagged behind since then. */
  asOf(issue: Issue, at: Date): Issue;
  /** No account is the anonymous reader, who may do nothing. */
  may(account: SeedAccount | undefined, permission: string, project?: Project): boolean;
}

/** A platform filled from a seed. */
export function createPlatform(
  seed: Seed,
  now: () => Date,
  switches: Switches,
  edition: Edition,
  metadata: Metadata,
): Platform {
  let nextPart = 10_000;
  const number = (name: string): Choice => ({ id: String(nextPart++), name });
  const projects = seed.projects.map(
    (project, index): Project => ({
      id: String(10_000 + index),
      key: project.key,
      name: project.name,
      issueTypes: metadata.issueTypes.filter(({ name }) => project.issueTypes.includes(name)),
      lead: seed.accounts.find((one) => one.email === project.lead) ?? seed.accounts[0],
      components: project.components.map(number),
      versions: project.versions.map((one) => ({ ...one, ...number(one.name) })),
      securityLevels: project.securityLevels.map(number),
    }),
  );
  const issues = new Map<string, Issue>();
  const byId = new Map<string, Issue>();
  const writes = new Map<string, number[]>();
  const versions = new Map<string, { until: number; issue: Issue }[]>();
  const lastNumbers = new Map<string, number>();
  let nextId = 10_100;

  function store(key: string, issue: NewIssue, status: string): Issue {
    const at = now();
    const made: Issue = {
      ...issue,
      id: String(nextId++),
      key,
      status,
      createdAt: at,
      updatedAt: at,
      properties: new Map(),
      values: new Map(),
      activity: createActivity(),
    };
    issues.set(key, made);
    byId.set(made.id, made);
    const number = Number(key.slice(key.lastIndexOf('-') + 1));
    lastNumbers.set(issue.project.key, Math.max(number, lastNumbers.get(issue.project.key) ?? 0));
    return made;
  }

  for (const given of seed.issues) {
    const project = projects.find((one) => one.key === given.key.slice(0, given.key.lastIndexOf('-')));
    const issueType = project?.issueTypes.find((one) => one.name === given.type);
    if (project === undefined || issueType === undefined) throw new Error(`seed lets ${given.key} through`);
    const description = given.description === '' ? null : edition.keepText(given.description);
    const { summary, labels } = given;
    store(
      given.key,
      { project, issueType, summary, description, labels, creator: seed.accounts[0] },
      given.status,
    );
  }

  function isRefused(account: SeedAccount, permission: string): boolean {
    return switches.refusedPermissions.some(
      (one) => one.permission === permission && (one.email === undefined || one.email === account.email),
    );
  }

  return {
    accounts: seed.accounts,
    projects,
    listIssues: () => [...issues.values()],
    findIssue: (idOrKey) => issues.get(idOrKey.toUpperCase()) ?? byId.get(idOrKey),
    hasIssue: (key) => issues.has(key),
    findProject: (idOrKey) =>
      projects.find((project) => project.id === idOrKey || project.key === idOrKey.toUpperCase()),
    createIssue(issue) {
      const number = (lastNumbers.get(issue.project.key) ?? 0) + 1;
      const workflow = metadata.workflowOf(issue.project.key, issue.issueType.name);
      return store(`${issue.project.key}-${number}`, issue, workflow.statuses[0] ?? 'To Do');
    },
    removeIssue(issue) {
      issues.delete(issue.key);
      byId.delete(issue.id);
    },
    noteWrite(issue) {
      const at = now().getTime();
      const earlier = (writes.get(issue.id) ?? []).filter((one) => at - one < 30_000);
      for (const limit of edition.writeLimits) {
        if (earlier.filter((one) => at - one < limit.withinMs).length < limit.writes) continue;
        const waitMs = limit.withinMs - (at - Math.max(...earlier.slice(0, -limit.writes + 1)));
        throw refuse(429, 'Rate limit exceeded.', {
          'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))),
          'ratelimit-reason': 'jira-per-issue-on-write',
        });
      }
      writes.set(issue.id, [...earlier, at]);
      if (switches.searchLagMs > 0) {
        const before = { ...issue, values: new Map(issue.values), properties: new Map(issue.properties) };
        versions.set(issue.id, [...(versions.get(issue.id) ?? []), { until: at, issue: before }]);
      }
      issue.updatedAt = now();
    },
    asOf: (issue, at) => versions.get(issue.id)?.find(({ until }) => until > at.getTime())?.issue ?? issue,
    may(account, permission, project) {
      const known = permissions.get(permission);
      if (account === undefined || !account.active || known === undefined || isRefused(account, permission))
        return false;
      if (account.permissions === 'all') return true;
      if (known.type === 'GLOBAL') return account.permissions.global.includes(permission);
      const granted = account.permissions.projects;
      if (granted['*']?.includes(permission)) return true;
      if (project !== undefined) return granted[project.key]?.includes(permission) === true;
      return Object.values(granted).some((list) => list.includes(permission));
    },
  };
}
