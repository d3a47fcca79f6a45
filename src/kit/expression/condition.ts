import { TielineError } from '../errors.ts';
import { createParser } from './parser.ts';
import { refuseLongText } from './places.ts';
import { beginWork, evaluateWhole, pathsOf, secretsOf } from './run.ts';
import { described, type ExpressionScope, kindOf } from './value.ts';
import { failed, type PatternCache } from './work.ts';

/** A criterion: an expression that is true or false. */
export interface Condition {
  /**
   * Whether it holds. Throws as a template's `resolve`, and `expression-failed` for a value that is not a boolean.
   */
  matches(scope: ExpressionScope): boolean;
  /** The paths in it as far as they are written out. */
  paths: string[][];
  /** The references of its `secrets.getValue("…")` that are written out. */
  secrets: string[];
}

/**
 * Reads a criterion: JEXL, bare, in which `<+a.b>` may stand. Throws `expression-invalid` with line and column, for a blank
 * one as well, and `expression-too-large`. The syntax: https://commons.apache.org/proper/commons-jexl/reference/syntax.html
 */
export function compileCondition(text: string): Condition {
  refuseLongText(text);
  const node = createParser(text).whole();
  const patterns: PatternCache = new Map();
  return {
    matches(scope) {
      const work = beginWork(text, [node], scope, patterns);
      const value = evaluateWhole(node, work);
      if (typeof value === 'boolean') return value;
      const { message, details } = failed(
        work,
        `a criterion is true or false, and this is ${described(kindOf(value))}`,
      );
      throw new TielineError('expression-failed', message, {
        details,
        hint: 'Compare it with something, e.g. <+issue.Status> == "Done".',
      });
    },
    paths: pathsOf(node),
    secrets: [...new Set(secretsOf(node))],
  };
}
