import { Secret } from '../secret.ts';

/** What an expression can be worth. A Secret is only ever passed on, or joined with text. */
export type ExpressionValue =
  | null
  | boolean
  | number
  | string
  | Date
  | Secret
  | ExpressionValue[]
  | { [name: string]: ExpressionValue };

/** A map of values by name. */
export type ExpressionMap = { [name: string]: ExpressionValue };

/** What an expression may see. */
export interface ExpressionScope {
  /** A root, e.g. `pipeline`, `issue`, `execution`; undefined: there is none of that name. */
  find(root: string): ExpressionValue | undefined;
  /** The roots that there are, for the error about one that is not. */
  names?(): readonly string[];
  /** What `secrets.getValue("id")` gives; undefined: not opened yet, or not there. Absent in a criterion, which decides by none. */
  secret?(reference: string): Secret | undefined;
  now(): Date;
}

const missingAsNull = new WeakSet<object>();
const wholeDays = new WeakSet<Date>();

/** Marks a map, of whose members those that it lacks are null instead of an error: the fields of an issue. */
export function withMissingAsNull<T extends ExpressionMap>(map: T): T {
  missingAsNull.add(map);
  return map;
}

/** Whether {@link withMissingAsNull} has marked the map. */
export function hasMissingAsNull(map: ExpressionMap): boolean {
  return missingAsNull.has(map);
}

/** A moment as a day of the calendar (UTC), which is written without a time. */
export function asDay(moment: Date): Date {
  const day = new Date(moment);
  day.setUTCHours(0, 0, 0, 0);
  wholeDays.add(day);
  return day;
}

/** Whether the date is a day, made by {@link asDay}. */
export function isDay(date: Date): boolean {
  return wholeDays.has(date);
}

/** A date as text: `2026-11-22` for a day, else the moment in UTC as ISO 8601. */
export function dateText(date: Date): string {
  return isDay(date) ? date.toISOString().slice(0, 10) : date.toISOString();
}

/** The kind of a value, in the words of messages. */
export type ValueKind = 'null' | 'boolean' | 'number' | 'text' | 'date' | 'secret' | 'list' | 'map';

/** The kind of a value as a message says it. */
export const described = (kind: ValueKind): string => (kind === 'null' ? 'null' : `a ${kind}`);

/** The kind of a value. */
export function kindOf(value: ExpressionValue): ValueKind {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Secret) return 'secret';
  return value instanceof Date ? 'date' : 'map';
}

/** Whether a value is a map of values by name. */
export function isMap(value: ExpressionValue | undefined): value is ExpressionMap {
  return value !== undefined && kindOf(value) === 'map';
}
