import type { Json } from '../../../../kit/action.ts';
import type { SeenIssue } from '../../../../kit/jira-issues.ts';
import { type FieldNames, keysOfName } from './flat-issue.ts';

/**
 * Who decided, and when: the newest change of a field that counted. Empty when the history has none, as when the issue was
 * created so.
 */
export function decidingChange(seen: SeenIssue, fields: string[], names: FieldNames): Record<string, Json> {
  const keys = new Set(fields.flatMap((name) => [name, ...(keysOfName(name, names) ?? [])]));
  const change = seen.changes?.find(({ fieldKey, field }) => keys.has(fieldKey) || keys.has(field));
  if (change === undefined) return {};
  const { by, at, field, from, to } = change;
  return { ...(by && { by: by.displayName }), at: at.toISOString(), field, from, to };
}

/** The same as the end of a sentence: ` by Ann, who changed Status from "To Do" to "Done"`. */
export function toldOf({ by, field, from, to }: Record<string, Json>): string {
  if (field === undefined) return '';
  const who = by === undefined ? ': somebody' : ` by ${by}, who`;
  return `${who} changed ${field} from "${from}" to "${to}"`;
}
