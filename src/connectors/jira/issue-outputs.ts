import type { Json } from '../../kit/action.ts';
import type { SeenIssue } from '../../kit/jira-issues.ts';
import type { FieldSchema } from '../../kit/jira-metadata.ts';
import { type Fields, isFields } from './json-fields.ts';
import { plainTextOf } from './rich-text/plain-text.ts';

/** Types whose values are lists of their own, of any length, or counts; nobody reads them from a step. */
const leftOut: ReadonlySet<string> = new Set(['comments-page', 'worklog', 'progress', 'votes', 'watches']);

/** What of a value people see, in the order in which it is looked for. */
const words = ['value', 'displayName', 'name', 'filename', 'key', 'id'] as const;

/** Self-hosted Jira shows a sprint as the text of a Java object. */
const sprintText = /^com\.atlassian\.greenhopper\.[^[]*\[.*?\bname=([^,\]]*)/;

const asText = (value: unknown): Json =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

function ofObject(value: Fields): Json {
  if (value.type === 'doc') return plainTextOf(value);
  // A link shows the issue at its other end.
  const other = value.inwardIssue ?? value.outwardIssue;
  if (isFields(other)) return asText(other.key);
  if (isFields(value.child)) return `${asText(value.value)} > ${asText(value.child.value)}`;
  // Another issue: a parent, a sub-task.
  if (isFields(value.fields)) return asText(value.key);
  const word = words.find((name) => typeof value[name] === 'string' || typeof value[name] === 'number');
  return word === undefined ? toJson(value) : asText(value[word]);
}

function shownAs(value: unknown): Json {
  if (Array.isArray(value)) return value.map(shownAs);
  if (isFields(value)) return ofObject(value);
  if (typeof value === 'string') return sprintText.exec(value)?.[1] ?? value;
  return asText(value);
}

/** Jira's own JSON. */
function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (!isFields(value)) return asText(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one)]));
}

const estimates = (value: unknown): Record<string, Json> => {
  const { originalEstimate, remainingEstimate } = isFields(value) ? value : {};
  return { 'Original Estimate': asText(originalEstimate), 'Remaining Estimate': asText(remainingEstimate) };
};

/** Fields that are more than one output, by the types of their schema. */
const special: Record<string, (value: unknown) => Record<string, Json>> = {
  project: (value) => ({
    'Project Key': isFields(value) ? asText(value.key) : null,
    'Project Name': isFields(value) ? asText(value.name) : null,
    __project: toJson(value),
  }),
  issuetype: (value) => ({ 'Issue Type': shownAs(value), __issuetype: toJson(value) }),
  status: (value) => ({ Status: shownAs(value), __status: toJson(value) }),
  timetracking: estimates,
};

function outputsOfField(key: string, name: string, schema: FieldSchema | undefined, value: unknown) {
  if (schema !== undefined && leftOut.has(schema.type)) return {};
  const split = special[key];
  return split === undefined ? { [name]: shownAs(value) } : split(value);
}

/**
 * An issue as later steps read it: `restUrl`, `id`, `key`, `url`, and every field by its display name, in what people
 * see of it: options, users, versions by their names, an issue by its key, a document by its text. Of fields of one name
 * the first that is not empty stands. Of project, type and status `__project`, `__issuetype`, `__status` are Jira's own JSON.
 */
export function outputsOf(seen: SeenIssue, api: '2' | '3'): Record<string, Json> {
  const outputs: Record<string, Json> = {};
  for (const [key, value] of Object.entries(seen.fields)) {
    const { name, schema } = seen.names[key] ?? { name: key, schema: undefined };
    for (const [label, output] of Object.entries(outputsOfField(key, name, schema, value))) {
      if ((outputs[label] ?? null) === null) outputs[label] = output;
    }
  }
  const base = seen.url.slice(0, seen.url.lastIndexOf('/browse/'));
  const { id, key, url } = seen;
  return { ...outputs, restUrl: `${base}/rest/api/${api}/issue/${id}`, id, key, url };
}
