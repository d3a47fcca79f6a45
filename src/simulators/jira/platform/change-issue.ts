import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { HistoryItem } from './activity.ts';
import type { Field, FieldContext } from './fields/element.ts';
import { keepIn, keptIn, nameValue } from './fields/values.ts';
import type { Issue } from './platform.ts';

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const idOf = (kept: unknown): string | null => {
  if (kept === null || typeof kept === 'object') return null;
  return String(kept);
};

function itemOf(field: Field, before: unknown, after: unknown, context: FieldContext): HistoryItem {
  const hasIds = field.element.words !== undefined && !field.isArray;
  return {
    field: field.isCustom ? field.name : field.id,
    fieldtype: field.isCustom ? 'custom' : 'jira',
    fieldId: field.id,
    from: hasIds ? idOf(before) : null,
    fromString: nameValue(field, before, context),
    to: hasIds ? idOf(after) : null,
    toString: nameValue(field, after, context),
  };
}

/** Notes a change in an issue's history, and tells webhooks. Without items nothing changed. */
export function noteHistory(
  world: World,
  issue: Issue,
  author: SeedAccount | undefined,
  items: HistoryItem[],
): void {
  if (items.length === 0) return;
  const entry = { id: world.nextId(), author, at: world.now(), items };
  issue.activity.history.push(entry);
  world.announce.issueUpdated(issue, author, entry);
}

/** Puts values into an issue's fields. Gives what changed, for its history. */
export function changeFields(
  issue: Issue,
  values: Map<Field, unknown>,
  context: FieldContext,
): HistoryItem[] {
  return [...values].flatMap(([field, after]) => {
    const before = keptIn(issue, field);
    if (isSame(before, after)) return [];
    const item = itemOf(field, before, after, context);
    keepIn(issue, field, after);
    return [item];
  });
}

/** Puts an issue into a status. Gives what changed, for its history. */
export function changeStatus(world: World, issue: Issue, name: string): HistoryItem[] {
  if (issue.status === name) return [];
  const idBy = (wanted: string) => world.metadata.statuses.find((one) => one.name === wanted)?.id ?? null;
  const item: HistoryItem = {
    field: 'status',
    fieldtype: 'jira',
    fieldId: 'status',
    from: idBy(issue.status),
    fromString: issue.status,
    to: idBy(name),
    toString: name,
  };
  issue.status = name;
  return [item];
}
