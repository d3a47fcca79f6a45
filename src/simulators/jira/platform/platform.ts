import { refuse } from '../answer.ts';
import type { Edition } from '../edition.ts';
import { permissions } from '../permissions.ts';
import type { Seed, SeedAccount } from '../seed.ts';
import type { Switches } from '../world.ts';
import type { RichText } from './rich-text.ts';

/** A project with its place among the site's ids. */
export interface Project {
  id: string;
  key: string;
  name: string;
  issueTypes: { id: string; name: string }[];
}

/** An issue, with what the routes show of it. */
export interface Issue {
  id: string;
  key: string;
  project: Project;
  summary: string;
  description: RichText | null;
  issueType: { id: string; name: string };
  status: string;
  labels: string[];
  createdAt: Date;
  updatedAt: Date;
  creator: SeedAccount | undefined;
  properties: Map<string, unknown>;
}

/** What a new issue needs. */
export interface NewIssue {
  project: Project;
  issueType: { id: string; name: string };
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
  /** Notes a write; throws the 429 of Jira's per-issue limit. */
  noteWrite(issue: Issue): void;
  /** No account is the anonymous reader, who may do nothing. */
  may(account: SeedAccount | undefined, permission: string, project?: Project): boolean;
}

/** A platform filled from a seed. */
export function createPlatform(seed: Seed, now: () => Date, switches: Switches, edition: Edition): Platform {
  const issueTypeNames = [...new Set(seed.projects.flatMap((project) => project.issueTypes))];
  const projects = seed.projects.map(
    (project, index): Project => ({
      id: String(10_000 + index),
      key: project.key,
      name: project.name,
      issueTypes: project.issueTypes.map((name) => ({
        id: String(10_001 + issueTypeNames.indexOf(name)),
        name,
      })),
    }),
  );
  const issues = new Map<string, Issue>();
  const writes = new Map<string, number[]>();
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
    };
    issues.set(key, made);
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
    findIssue: (idOrKey) =>
      issues.get(idOrKey.toUpperCase()) ?? [...issues.values()].find((issue) => issue.id === idOrKey),
    hasIssue: (key) => issues.has(key),
    findProject: (idOrKey) =>
      projects.find((project) => project.id === idOrKey || project.key === idOrKey.toUpperCase()),
    createIssue(issue) {
      const number = (lastNumbers.get(issue.project.key) ?? 0) + 1;
      return store(`${issue.project.key}-${number}`, issue, 'To Do');
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
      issue.updatedAt = now();
    },
    may(account, permission, project) {
      const known = permissions.get(permission);
      if (account === undefined || known === undefined || isRefused(account, permission)) return false;
      if (account.permissions === 'all') return true;
      if (known.type === 'GLOBAL') return account.permissions.global.includes(permission);
      const granted = account.permissions.projects;
      if (granted['*']?.includes(permission)) return true;
      if (project !== undefined) return granted[project.key]?.includes(permission) === true;
      return Object.values(granted).some((list) => list.includes(permission));
    },
  };
}
