import { isObject } from '../route.ts';
import type { IssueType } from './metadata.ts';
import type { Platform, Project } from './platform.ts';

/** The project that a body names by key or id, or what is wrong with it. */
export function readProject(value: unknown, findProject: Platform['findProject']): Project | string {
  const name = isObject(value) ? (value.key ?? value.id) : undefined;
  const project = typeof name === 'string' ? findProject(name) : undefined;
  return project ?? 'Specify a valid project ID or key';
}

/** The issue type of a project that a body names by id or name, or what is wrong with it. */
export function readIssueType(value: unknown, project: Project): IssueType | string {
  const type = project.issueTypes.find(
    (one) => isObject(value) && (value.id === undefined ? value.name === one.name : value.id === one.id),
  );
  return type ?? 'Specify a valid issue type';
}
