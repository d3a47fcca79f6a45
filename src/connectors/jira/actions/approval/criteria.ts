import { z } from 'zod';
import { asTielineError, TielineError } from '../../../../kit/errors.ts';
import { compileCondition, type ExpressionMap, withMissingAsNull } from '../../../../kit/expression/index.ts';
import { splitList } from '../../fields/split-list.ts';

const operators = ['equals', 'not equals', 'in', 'not in'] as const;

const condition = z.strictObject({
  key: z.string().min(1).meta({ description: 'The name of a field as Jira shows it, e.g. Status.' }),
  operator: z.enum(operators),
  value: z.string(),
});
export type Condition = z.output<typeof condition>;

const keyValues = z.strictObject({
  type: z.literal('key-values'),
  matchAny: z.boolean().default(false).meta({ description: 'Whether one condition is enough.' }),
  conditions: z.array(condition).max(100),
});
const jexl = z.strictObject({
  type: z.literal('jexl'),
  expression: z.string().meta({ description: 'Of the issue alone, e.g. <+issue.Status> == "Done".' }),
});

/** What makes an issue approved, or rejected. */
export const criteria = z.discriminatedUnion('type', [keyValues, jexl]);
export type Criteria = z.output<typeof criteria>;

/** Criteria, ready to be held against an issue. */
export interface Criterion {
  /** The fields that it looks at, by the names that people read; undefined: it may look at any. */
  names: string[] | undefined;
  /** @throws approval-criteria-invalid when they cannot be evaluated on this issue */
  matches(issue: ExpressionMap, now: Date): boolean;
  /** Of the names those that count for what {@link matches} says. */
  deciding(issue: ExpressionMap): string[];
}

/** What criteria are for, as errors call them. */
export type Purpose = 'approval' | 'rejection';

const fatal = (purpose: Purpose, message: string, cause?: unknown) =>
  new TielineError('approval-criteria-invalid', `The ${purpose} criteria cannot be evaluated: ${message}`, {
    cause,
  });

/**
 * Prepares criteria; undefined when there is nothing in them.
 * @throws approval-criteria-invalid for an expression that cannot be read, and a value that was not resolved
 */
export function compileCriteria(given: Criteria, purpose: Purpose): Criterion | undefined {
  if (given.type === 'jexl') return compileJexl(given.expression, purpose);
  if (given.conditions.length === 0) return undefined;
  for (const { key, value } of given.conditions) {
    if (value.includes('<+'))
      throw fatal(purpose, `The condition on "${key}" has the value ${value}, which is not resolved`);
  }
  return compileKeyValues(given, purpose);
}

function compileKeyValues({ conditions, matchAny }: z.output<typeof keyValues>, purpose: Purpose): Criterion {
  const holds = (one: Condition, issue: ExpressionMap): boolean => {
    const actual = Object.hasOwn(issue, one.key) ? (issue[one.key] ?? null) : null;
    if (actual === null || typeof actual === 'string') return compare[one.operator](actual, one.value);
    throw fatal(
      purpose,
      `"${one.key}" holds ${Array.isArray(actual) ? 'a list' : `a ${kindOf(actual)}`}, and only fields with a text or a single choice can be compared; use an expression`,
    );
  };
  return {
    names: conditions.map(({ key }) => key),
    matches: (issue) =>
      matchAny ? conditions.some((one) => holds(one, issue)) : conditions.every((one) => holds(one, issue)),
    deciding: (issue) =>
      (matchAny ? conditions.filter((one) => holds(one, issue)) : conditions).map(({ key }) => key),
  };
}

const kindOf = (value: unknown) => (value instanceof Date ? 'date' : typeof value);

const isBlank = (text: string | null): text is null | '' => text === null || text.trim() === '';
const equals = (actual: string | null, expected: string) =>
  isBlank(expected) ? isBlank(actual) : actual === expected;
const isIn = (actual: string | null, expected: string) =>
  actual !== null && splitList(expected).includes(actual);

/** How a text is compared with what a condition says. Case counts. */
export const compare: Record<Condition['operator'], (actual: string | null, expected: string) => boolean> = {
  equals,
  'not equals': (actual, expected) => !equals(actual, expected),
  in: isIn,
  'not in': (actual, expected) => !isIn(actual, expected),
};

function compileJexl(expression: string, purpose: Purpose): Criterion {
  const compiled = (() => {
    try {
      return compileCondition(expression);
    } catch (thrown) {
      const error = asTielineError(thrown);
      throw fatal(purpose, error.message, error);
    }
  })();
  const ofIssue = compiled.paths.filter(([root]) => root === 'issue').map(([, name]) => name);
  const names = ofIssue.filter((name) => name !== undefined);
  return {
    names: names.length < ofIssue.length ? undefined : [...new Set(names)],
    matches(issue, now) {
      const root = withMissingAsNull(issue);
      try {
        return compiled.matches({
          find: (name) => (name === 'issue' ? root : undefined),
          names: () => ['issue'],
          now: () => now,
        });
      } catch (thrown) {
        const error = asTielineError(thrown);
        throw fatal(purpose, error.message, error);
      }
    },
    deciding: () => [...new Set(names)],
  };
}
