import { z } from 'zod';
import type { JiraCapabilities } from '../../kit/jira.ts';
import type { SeenIssue } from '../../kit/jira-issues.ts';
import type { FieldSchema } from '../../kit/jira-metadata.ts';
import { fieldsOf, isFields } from './json-fields.ts';

/** What issues are asked with, so that fields can be called as people call them. */
export const expansions = ['names', 'schema'];

const names = z.record(z.string(), z.string()).optional();
const schema = z.record(z.string(), z.unknown()).optional();

/** An issue as Jira sends it. */
export const wireIssue = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  key: z.string(),
  fields: z.record(z.string(), z.unknown()).default({}),
  changelog: z.unknown().optional(),
  names,
  schema,
});
type WireIssue = z.output<typeof wireIssue>;

/** One that was asked for by its key must tell how its fields are called. */
export const issueWithNames = wireIssue.required({ names: true, schema: true });

/** What stays the same from issue to issue. */
export interface SeenFacts {
  baseUrl: string;
  capabilities: JiraCapabilities;
}

/** An issue in the product's own words. In a search names and schemas stand beside the issues. */
export function seenIssue(
  issue: WireIssue,
  beside: Pick<WireIssue, 'names' | 'schema'>,
  { baseUrl, capabilities }: SeenFacts,
): SeenIssue {
  const called = { ...beside.names, ...issue.names };
  const schemas = { ...beside.schema, ...issue.schema };
  const named = Object.entries(called).map(
    ([key, name]) => [key, { name, schema: schemaOf(schemas[key]) }] as const,
  );
  return {
    id: issue.id,
    key: issue.key,
    url: `${baseUrl}/browse/${issue.key}`,
    updatedAt: momentOf(issue.fields.updated),
    fields: issue.fields,
    names: Object.fromEntries(named),
    ...(isFields(issue.changelog) && { changes: changesIn(issue.changelog, called, capabilities) }),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function schemaOf(given: unknown): FieldSchema | undefined {
  if (!isFields(given) || typeof given.type !== 'string') return undefined;
  const { type, items, system, custom } = given;
  const known = { items: textOf(items), system: textOf(system), custom: textOf(custom) };
  const present = Object.entries(known).filter(([, value]) => value !== undefined);
  return { type, ...Object.fromEntries(present) };
}

/** Jira writes `2026-03-04T05:06:07.000+0000`. What it does not tell is long ago. */
function momentOf(written: unknown): Date {
  const at =
    typeof written === 'string' ? new Date(written.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? new Date(0) : at;
}

/** The history, newest first whatever the edition's order. Data Center names fields as people read them, not by key. */
function changesIn(
  changelog: Record<string, unknown>,
  called: Record<string, string>,
  { userId }: JiraCapabilities,
): NonNullable<SeenIssue['changes']> {
  const keys = new Map(Object.entries(called).map(([key, name]) => [name.toLowerCase(), key]));
  const keyOf = (field: string) => (Object.hasOwn(called, field) ? field : keys.get(field.toLowerCase()));
  const entries = fieldsOf(changelog.histories).flatMap((entry) => {
    const author = isFields(entry.author) ? entry.author : {};
    const id = textOf(author[userId]) ?? textOf(author.name) ?? textOf(author.key);
    const by = id === undefined ? undefined : { id, displayName: textOf(author.displayName) ?? id };
    const at = momentOf(entry.created);
    return fieldsOf(entry.items).map((item) => {
      // An object has a `toString` of its own, which is not Jira's.
      const own = (name: string) => (Object.hasOwn(item, name) ? textOf(item[name]) : undefined);
      const field = own('field') ?? '';
      const fieldKey = own('fieldId') ?? keyOf(field) ?? field;
      return {
        at,
        by,
        fieldKey,
        field: called[fieldKey] ?? field,
        from: own('fromString') ?? own('from') ?? '',
        to: own('toString') ?? own('to') ?? '',
      };
    });
  });
  return entries.toSorted((one, other) => other.at.getTime() - one.at.getTime());
}
