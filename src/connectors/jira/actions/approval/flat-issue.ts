import { asDay, type ExpressionMap, type ExpressionValue } from '../../../../kit/expression/index.ts';
import type { SeenIssue } from '../../../../kit/jira-issues.ts';
import type { FieldSchema } from '../../../../kit/jira-metadata.ts';
import { isFields } from '../../json-fields.ts';
import { plainTextOf } from '../../rich-text/plain-text.ts';

/** How the fields of an issue are called and what they hold, by their keys. */
export type FieldNames = SeenIssue['names'];

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : isFields(value) ? plainTextOf(value) : undefined;

function choiceIn(value: unknown): string | undefined {
  if (!isFields(value)) return undefined;
  const called = value.value ?? value.name;
  return typeof called === 'string' ? called : undefined;
}

function momentIn(value: unknown): Date | undefined {
  const at = typeof value === 'string' ? new Date(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at;
}

function dayIn(value: unknown): Date | undefined {
  const at = momentIn(value);
  return at && asDay(at);
}

/** How a criterion sees a value, by the type of its field. A field of any other type it does not see at all. */
const readers: Record<string, (value: unknown) => ExpressionValue | undefined> = {
  string: textIn,
  any: textIn,
  number: (value) => (typeof value === 'number' ? value : undefined),
  date: dayIn,
  datetime: momentIn,
  option: choiceIn,
  resolution: choiceIn,
  component: choiceIn,
  priority: choiceIn,
  version: choiceIn,
  issuelink: (value) => (isFields(value) && typeof value.key === 'string' ? value.key : undefined),
};

/** Fields that are seen under names of their own. */
const special: Record<string, Record<string, (value: Record<string, unknown>) => unknown>> = {
  project: { 'Project Key': ({ key }) => key, 'Project Name': ({ name }) => name },
  issuetype: { 'Issue Type': ({ name }) => name },
  status: { Status: ({ name }) => name },
  timetracking: {
    'Original Estimate': ({ originalEstimate }) => originalEstimate,
    'Remaining Estimate': ({ remainingEstimate }) => remainingEstimate,
  },
};

function read(value: unknown, schema: FieldSchema | undefined): ExpressionValue | undefined {
  if (schema?.type !== 'array') return readers[schema?.type ?? '']?.(value);
  const item = readers[schema.items ?? ''];
  if (item === undefined || !Array.isArray(value)) return undefined;
  return value.flatMap((one) => item(one) ?? []);
}

/**
 * An issue as criteria see it: one flat map by the names that people read. Of two fields of one name the first counts,
 * but a list before it.
 */
export function flattenIssue({ id, key, url, fields }: SeenIssue, names: FieldNames): ExpressionMap {
  const flat = new Map<string, ExpressionValue>([
    ['id', id],
    ['key', key],
    ['url', url],
  ]);
  for (const [field, value] of Object.entries(fields)) {
    if (value === null || value === undefined) continue;
    const own = special[field];
    if (own !== undefined && isFields(value)) {
      for (const [name, part] of Object.entries(own)) {
        const text = part(value);
        if (typeof text === 'string') flat.set(name, text);
      }
      continue;
    }
    const { name = field, schema } = names[field] ?? {};
    const seen = read(value, schema);
    if (seen !== undefined && (!flat.has(name) || Array.isArray(seen))) flat.set(name, seen);
  }
  return Object.fromEntries(flat);
}

/** Whether a field of that name can hold anything that a criterion sees. Others are empty to it for ever. */
export function isSeen(name: string, names: FieldNames): boolean {
  const readable = ({ type, items }: FieldSchema) => (type === 'array' ? (items ?? '') : type) in readers;
  return (
    (keysOfName(name, names) ?? []).some((key) => {
      const schema = names[key]?.schema;
      return key in special || (schema !== undefined && readable(schema));
    }) || ofIssueItself.has(name)
  );
}

/** Names that are no field's. */
const ofIssueItself = new Set(['id', 'key', 'url']);

/** The keys of the fields that are called so; undefined when the issue has none of that name. */
export function keysOfName(name: string, names: FieldNames): string[] | undefined {
  if (ofIssueItself.has(name)) return [];
  const own = Object.entries(special).filter(([, parts]) => Object.hasOwn(parts, name));
  const found = Object.entries(names).filter(([key, field]) => field.name === name && !(key in special));
  const keys = [...own, ...found].map(([key]) => key);
  return keys.length === 0 ? undefined : keys;
}
