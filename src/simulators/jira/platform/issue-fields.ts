import type { Edition } from '../edition.ts';
import { isObject } from '../route.ts';
import type { Issue, Platform, Project } from './platform.ts';
import { isDocument, type RichText } from './rich-text.ts';

/** The fields that a body may set, read. An absent field is one that the body does not set. */
export interface IssueFields {
  project?: Project;
  issueType?: { id: string; name: string };
  summary?: string;
  description?: RichText | null;
  labels?: string[];
}

/** Reads one field into `fields`, or says what is wrong with it. */
type FieldReader = (value: unknown, fields: IssueFields) => string | undefined;

function readSummary(value: unknown, fields: IssueFields): string | undefined {
  if (typeof value !== 'string') return 'Operation value must be a string';
  if (value.trim() === '') return 'You must specify a summary of the issue.';
  if (/[\r\n]/.test(value)) return 'The summary is invalid because it contains newline characters.';
  if (value.length > 255) return "Summary can't exceed 255 characters.";
  fields.summary = value;
  return undefined;
}

function readLabels(value: unknown, fields: IssueFields): string | undefined {
  if (!Array.isArray(value) || !value.every((label) => typeof label === 'string')) {
    return 'data was not an array';
  }
  const spaced = value.find((label) => /\s/.test(label) || label === '');
  if (spaced !== undefined) return `The label '${spaced}' contains spaces which is invalid.`;
  fields.labels = [...new Set(value)];
  return undefined;
}

/** API v3 takes a document, v2 a text; each refuses the other's. */
const descriptionReader =
  (api: string, edition: Edition): FieldReader =>
  (value, fields) => {
    if (value === null) fields.description = null;
    else if (api === '2') {
      if (typeof value !== 'string') return 'Operation value must be a string';
      fields.description = value === '' ? null : edition.keepText(value);
    } else {
      if (!isDocument(value)) {
        return 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
      }
      fields.description = value;
    }
    return undefined;
  };

const projectReader =
  (find: (idOrKey: string) => Project | undefined): FieldReader =>
  (value, fields) => {
    const name = isObject(value) ? (value.key ?? value.id) : undefined;
    const project = typeof name === 'string' ? find(name) : undefined;
    if (project === undefined) return 'Specify a valid project ID or key';
    fields.project = project;
    return undefined;
  };

const issueTypeReader =
  (project: Project | undefined): FieldReader =>
  (value, fields) => {
    const type = project?.issueTypes.find(
      (one) => isObject(value) && (value.id === undefined ? value.name === one.name : value.id === one.id),
    );
    if (type === undefined) return 'Specify a valid issue type';
    fields.issueType = type;
    return undefined;
  };

/** What reading a body's fields gave: the fields, and for each wrong one a sentence. */
export interface ReadFields {
  fields: IssueFields;
  errors: Record<string, string>;
}

/** By which rules fields are read. */
export interface FieldRules {
  api: string;
  edition: Edition;
  /** Sees only the projects in which the account may do this. */
  findProject: Platform['findProject'];
  /** The one being edited; its project cannot change. */
  issue?: Issue;
}

/** Reads `fields` of a create or edit body. */
export function readIssueFields(
  given: Record<string, unknown>,
  { api, edition, findProject, issue }: FieldRules,
): ReadFields {
  const read: ReadFields = { fields: {}, errors: {} };
  const readers: Record<string, FieldReader> = {
    ...(issue === undefined ? { project: projectReader(findProject) } : {}),
    issuetype: (value, fields) => issueTypeReader(issue?.project ?? fields.project)(value, fields),
    summary: readSummary,
    description: descriptionReader(api, edition),
    labels: readLabels,
  };
  for (const [name, reader] of Object.entries(readers)) {
    if (given[name] === undefined) continue;
    const wrong = reader(given[name], read.fields);
    if (wrong !== undefined) read.errors[name] = wrong;
  }
  for (const name of Object.keys(given).filter((one) => readers[one] === undefined)) {
    read.errors[name] = `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`;
  }
  return read;
}

/** What `update` of an edit body does to labels, e.g. `[{ "add": "x" }, { "remove": "y" }]`. */
export function applyLabelOperations(labels: string[], operations: unknown): string[] | undefined {
  if (!Array.isArray(operations)) return undefined;
  let result = [...labels];
  for (const operation of operations) {
    if (!isObject(operation)) return undefined;
    const [[verb, value] = ['', undefined]] = Object.entries(operation);
    if (verb === 'set' && Array.isArray(value)) result = value.map(String);
    else if (verb === 'add' && typeof value === 'string') result = [...result, value];
    else if (verb === 'remove' && typeof value === 'string') result = result.filter((one) => one !== value);
    else return undefined;
  }
  return [...new Set(result)];
}
