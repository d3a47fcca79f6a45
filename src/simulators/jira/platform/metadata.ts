import type { Seed } from '../seed.ts';

/** What all projects share: types, statuses, priorities and the like, with the ids that Jira would give. */
export interface Metadata {
  issueTypes: IssueType[];
  statuses: Status[];
  priorities: Choice[];
  resolutions: Choice[];
  linkTypes: (Choice & { inward: string; outward: string })[];
  groups: string[];
  /** The workflow of a project's issue type. */
  workflowOf(projectKey: string, issueType: string): Seed['workflows'][number];
}

/** Something to choose. */
export interface Choice {
  id: string;
  name: string;
}

export interface IssueType extends Choice {
  description: string;
  /** -1 is a sub-task, 0 an ordinary issue, 1 an epic. */
  level: number;
}

export interface Status extends Choice {
  category: 'new' | 'indeterminate' | 'done';
}

const numbered = (names: string[], first: number): Choice[] =>
  names.map((name, index) => ({ id: String(first + index), name }));

/** True when a rule of the seed is for this project and issue type: what it does not name is all. */
export const isFor = (
  rule: { projects?: string[]; issueTypes?: string[] },
  projectKey: string,
  issueType: string,
): boolean => rule.projects?.includes(projectKey) !== false && rule.issueTypes?.includes(issueType) !== false;

/** Reads what all projects share out of a seed. */
export function createMetadata(seed: Seed): Metadata {
  const typeNames = [...new Set(seed.projects.flatMap((project) => project.issueTypes))];
  const [firstWorkflow] = seed.workflows;
  if (firstWorkflow === undefined) throw new Error('seed lets no workflow through');
  return {
    issueTypes: numbered(typeNames, 10_001).map((type) => {
      const described = seed.issueTypes.find((one) => one.name === type.name);
      return { ...type, description: described?.description ?? '', level: described?.level ?? 0 };
    }),
    statuses: seed.statuses.map((status, index) => ({ ...status, id: String(10_000 + index) })),
    priorities: numbered(seed.priorities, 1),
    resolutions: numbered(seed.resolutions, 10_000),
    linkTypes: seed.linkTypes.map((type, index) => ({ ...type, id: String(10_000 + index) })),
    groups: [...new Set(['jira-software-users', ...seed.accounts.flatMap((account) => account.groups)])],
    workflowOf: (projectKey, issueType) =>
      seed.workflows.find((one) => isFor(one, projectKey, issueType)) ?? firstWorkflow,
  };
}
