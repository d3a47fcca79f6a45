import type { Edition } from '../edition.ts';
import { isObject } from '../route.ts';
import type { IssueType } from './metadata.ts';
import type { Platform, Project } from './platform.ts';

/** What Jira says of a body without a good project or issue type; the editions say it differently. */
const words = {
  cloud: {
    project: 'Specify a valid project ID or key',
    noType: 'Specify an issue type',
    issueType: 'Specify a valid issue type',
  },
  'data-center': {
    project: 'valid project is required',
    noType: 'issue type is required',
    issueType: 'valid issue type is required',
  },
};

/** The project that a body names by key or id, or what is wrong with it. */
export function readProject(
  value: unknown,
  { name: edition }: Edition,
  findProject: Platform['findProject'],
): Project | string {
  if (value === undefined && edition === 'data-center') return 'project is required';
  const name = isObject(value) ? (value.key ?? value.id) : undefined;
  const project = typeof name === 'string' ? findProject(name) : undefined;
  return project ?? words[edition].project;
}

/** The issue type of a project that a body names by id or name, or what is wrong with it. */
export function readIssueType(
  value: unknown,
  { name: edition }: Edition,
  project: Project,
): IssueType | string {
  if (value === undefined) return words[edition].noType;
  const type = project.issueTypes.find(
    (one) => isObject(value) && (value.id === undefined ? value.name === one.name : value.id === one.id),
  );
  return type ?? words[edition].issueType;
}
