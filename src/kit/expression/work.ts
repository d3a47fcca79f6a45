import type { RE2JS } from 're2js';
import { TielineError } from '../errors.ts';
import { limits } from './limits.ts';
import { excerpt, placeOf, shownPlace, tooLargeAt } from './places.ts';
import type { Node } from './tree.ts';
import { described, type ExpressionScope, type ValueKind } from './value.ts';

/** Regular expressions that were compiled, by how they are written: kept with a template, so that it costs once. */
export type PatternCache = Map<string, RE2JS>;

/** One evaluation under way. */
export interface Work {
  scope: ExpressionScope;
  /** The text in which the expression stands. */
  text: string;
  /** The expression that is evaluated, for messages. */
  whole: Node;
  /** What is being worked out at this moment. */
  current: Node;
  /** Steps so far. */
  spent: number;
  patterns: PatternCache;
}

/** Counts steps. Throws `expression-too-large` once there were too many. */
export function spend(work: Work, steps: number): void {
  work.spent += steps;
  if (work.spent > limits.steps) {
    throw tooLargeAt(work.text, work.whole.at, `An expression needs more than ${limits.steps} steps`);
  }
}

/** Counts a text that an evaluation makes, by its length; one over the limit throws `expression-too-large`. */
export function boundedLength(length: number, work: Work): void {
  if (length > limits.result) {
    const what = `An expression makes a text of more than ${limits.result} characters`;
    throw tooLargeAt(work.text, work.whole.at, what);
  }
  spend(work, length / 1024);
}

/** The text, counted as {@link boundedLength} does. */
export function bounded(text: string, work: Work): string {
  boundedLength(text.length, work);
  return text;
}

/** What every error of an evaluation tells: the expression, and where it stands. */
function told(work: Work): { expression: string; line: number; column: number } {
  const expression = excerpt(work.text.slice(work.whole.at, work.whole.end));
  return { expression, ...placeOf(work.text, work.current.at) };
}

/** The error `expression-failed`: what cannot be worked out, at what is worked on. */
export function failed(work: Work, what: string): TielineError {
  const facts = told(work);
  const message = `${facts.expression} (${shownPlace(work.text, facts)}): ${what}`;
  return new TielineError('expression-failed', message, { details: facts });
}

/** A regular expression, a path or a format, which must not be longer than its limit. */
export function shortEnough(written: string, work: Work): string {
  if (written.length <= limits.pattern) return written;
  throw failed(work, `a pattern, a path or a format may have ${limits.pattern} characters`);
}

/** The error `expression-unresolved`: what is not there, and what is. */
export function unresolved(
  work: Work,
  what: string,
  details: { known?: string[]; secret?: string } = {},
): TielineError {
  const facts = told(work);
  const known = details.known?.length ? `; known there: ${details.known.join(', ')}` : '';
  const message = `${facts.expression} (${shownPlace(work.text, facts)}): ${what}${known}`;
  return new TielineError('expression-unresolved', message, { details: { ...facts, ...details } });
}

/** The error for a secret where only a value may stand. */
export function secretMisused(work: Work, what: string): TielineError {
  return failed(work, `${what} cannot be done with a secret: it can only be passed on, or joined with text`);
}

/** The error for a value of another kind than the one wanted. Never shows the value. */
export function wrongKind(work: Work, what: string, wanted: string, found: ValueKind): TielineError {
  return found === 'secret'
    ? secretMisused(work, what)
    : failed(work, `${what} needs ${wanted}, and this is ${described(found)}`);
}
