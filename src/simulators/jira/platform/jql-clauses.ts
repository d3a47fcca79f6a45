import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { type Clause, JqlError } from './jql.ts';
import type { Issue } from './platform.ts';

/** Who asks: decides what exists for the query. */
export interface Asker {
  world: World;
  account: SeedAccount | undefined;
  /** The issues that the asker may see and search knows of already: its index lags behind. */
  indexed: Issue[];
  /** Takes what is wrong with values; where there is none it is refused. */
  warnings?: string[];
}

export type Matcher = (issue: Issue) => boolean;

/** An operator that a field does not have. */
export const unsupported = ({ operator, field }: Clause) =>
  new JqlError(`The operator '${operator}' is not supported by the '${field}' field.`);
/** Says of values that they are not there: as a refusal, or as a warning. */
export function complain({ warnings }: Asker, ...messages: string[]): void {
  if (messages.length === 0) return;
  if (warnings === undefined) throw new JqlError(...messages);
  warnings.push(...messages);
}
/** Jira's words for a value that a field does not have. */
export const unknownValue = (value: string, field: string) =>
  `The value '${value}' does not exist for the field '${field}'.`;

/** Equality of words whatever their case. What holds nothing is neither equal nor unequal to something. */
export function equality(clause: Clause, read: (issue: Issue) => string[], values = clause.values): Matcher {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const isIn: Matcher = (issue) => read(issue).some((value) => wanted.has(value.toLowerCase()));
  if (clause.operator === '=' || clause.operator === 'in') return isIn;
  if (clause.operator === '!=' || clause.operator === 'not in') {
    return (issue) => read(issue).length > 0 && !isIn(issue);
  }
  if (clause.operator === 'is') return (issue) => read(issue).length === 0;
  if (clause.operator === 'is not') return (issue) => read(issue).length > 0;
  throw unsupported(clause);
}

/** Comparison of numbers; what holds nothing is never in any order. */
export function ordering(
  clause: Clause,
  read: (issue: Issue) => number | undefined,
  border: number,
): Matcher {
  const compare: Partial<Record<Clause['operator'], (value: number) => boolean>> = {
    '>=': (value) => value >= border,
    '>': (value) => value > border,
    '<=': (value) => value <= border,
    '<': (value) => value < border,
    '=': (value) => value === border,
    '!=': (value) => value !== border,
  };
  const holds = compare[clause.operator];
  if (holds === undefined) throw unsupported(clause);
  return (issue) => {
    const value = read(issue);
    return value !== undefined && holds(value);
  };
}

/** IS EMPTY and IS NOT EMPTY; undefined for any other operator. */
export function emptiness(clause: Clause, read: (issue: Issue) => unknown): Matcher | undefined {
  const isEmpty: Matcher = (issue) => [undefined, null, ''].includes(read(issue) as undefined);
  if (clause.operator === 'is') return isEmpty;
  return clause.operator === 'is not' ? (issue) => !isEmpty(issue) : undefined;
}
