import type { SeedAccount } from '../../seed.ts';
import type { World } from '../../world.ts';
import type { IssueType } from '../metadata.ts';
import type { Issue, Project } from '../platform.ts';

/** Where a value is read or shown. */
export interface FieldContext {
  world: World;
  /** `2` or `3`. */
  api: string;
  project: Project;
  issueType: IssueType;
  /** The field whose value is read. */
  field?: Field;
  /** Absent while it is being made. */
  issue?: Issue;
  account?: SeedAccount;
}

/** A value that a field does not take; the message is Jira's. */
export class FieldProblem extends Error {
  override readonly name = 'FieldProblem';
}

/** What Jira says of a choice that is no object at all. */
export function notAnObject({ world, field }: FieldContext): FieldProblem {
  if (world.edition.name === 'data-center' || field === undefined) {
    return new FieldProblem('data was not an object');
  }
  return new FieldProblem(`Specify a valid 'id' or 'name' for ${field.isCustom ? field.name : field.id}`);
}

/** What one value of a field is: an option, a user, a text. Fields hold one or a list. */
export interface Element {
  /** Jira's name in schemas, e.g. `option`. */
  type: string;
  /** The value as it is kept; null clears. @throws FieldProblem */
  read(value: unknown, context: FieldContext): unknown;
  /** A kept value as an issue shows it. */
  show(kept: unknown, context: FieldContext): unknown;
  /** A kept value in words, for histories. */
  name(kept: unknown, context: FieldContext): string;
  /** What JQL may call it besides its name. */
  words?(kept: unknown, context: FieldContext): string[];
  /** What can be chosen, as metadata shows it. */
  allowedValues?(context: FieldContext): unknown[];
}

/** One field of a site. */
export interface Field {
  id: string;
  name: string;
  element: Element;
  isArray: boolean;
  /** Jira's `schema`, whole. */
  schema: Record<string, unknown>;
  isCustom: boolean;
  /** Where it is; everywhere when neither is given. */
  projects?: string[];
  issueTypes?: string[];
  /** Without this permission in the project the field is on no screen. */
  permission?: string;
  operations: string[];
}
