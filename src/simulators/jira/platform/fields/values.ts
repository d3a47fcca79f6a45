import type { Issue } from '../platform.ts';
import type { RichText } from '../rich-text.ts';
import type { Field, FieldContext } from './element.ts';

/** What an issue holds in a field, as it is kept; null or an empty list when nothing. */
export function keptIn(issue: Issue, { id, isArray }: Pick<Field, 'id' | 'isArray'>): unknown {
  if (id === 'summary') return issue.summary;
  if (id === 'description') return issue.description;
  if (id === 'labels') return issue.labels;
  return issue.values.get(id) ?? (isArray ? [] : null);
}

/** Puts what was read into a field of an issue. */
export function keepIn(issue: Issue, { id }: Pick<Field, 'id'>, kept: unknown): void {
  if (id === 'summary') issue.summary = String(kept);
  else if (id === 'description') issue.description = kept as RichText | null;
  else if (id === 'labels') issue.labels = kept as string[];
  else if (kept === null) issue.values.delete(id);
  else issue.values.set(id, kept);
}

/** What an issue holds in a field, as the API shows it. */
export function showValue(field: Field, kept: unknown, context: FieldContext): unknown {
  if (!field.isArray)
    return kept === null && field.id !== 'timetracking' ? null : field.element.show(kept, context);
  const list = Array.isArray(kept) ? kept : [];
  // A custom field without a value is null, one of Jira's own an empty list.
  if (list.length === 0 && field.isCustom) return null;
  return list.map((one) => field.element.show(one, context));
}

/** The same in words, for histories; null when there is nothing. */
export function nameValue(field: Field, kept: unknown, context: FieldContext): string | null {
  if (kept === null || (Array.isArray(kept) && kept.length === 0)) return null;
  const list = Array.isArray(kept) ? kept : [kept];
  return list.map((one) => field.element.name(one, context)).join(field.id === 'labels' ? ' ' : ', ');
}
