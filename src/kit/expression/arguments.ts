import { textOf } from './convert.ts';
import { type ExpressionValue, kindOf } from './value.ts';
import { failed, type Work, wrongKind } from './work.ts';

/** What a function or a method does with its arguments; undefined: what was asked for is not there. */
export interface Callable<T> {
  /** How many arguments it takes. */
  least: number;
  most: number;
  run(target: T, args: ExpressionValue[], work: Work): ExpressionValue | undefined;
}

/** Declares a callable that takes so many arguments. */
export function takes<T>(counts: number | [number, number], run: Callable<T>['run']): Callable<T> {
  const [least, most] = typeof counts === 'number' ? [counts, counts] : counts;
  return { least, most, run };
}

/** Throws `expression-failed` when there are too many arguments, or too few. */
export function checkCount(
  { least, most }: { least: number; most: number },
  count: number,
  what: string,
  work: Work,
): void {
  if (count >= least && count <= most) return;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  throw failed(work, `${what}() takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${count}`);
}

/** An argument as text. */
export function textAt(args: ExpressionValue[], at: number, work: Work): string {
  return textOf(args[at] ?? null, work, `Argument ${at + 1}`);
}

/** An argument as a whole number; `other` when it is not given. */
export function wholeAt(args: ExpressionValue[], at: number, work: Work, other?: number): number {
  const value = args[at] ?? other ?? null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw wrongKind(work, `Argument ${at + 1}`, 'a whole number', kindOf(value));
}
