import { TielineError } from '../../../kit/errors.ts';
import { showPath } from '../documents/wrong-places.ts';
import type { RunnableStep, RunPlan } from './run.ts';

/** Says where a text of a step stands, by its path within the step or by its place in the document. */
export type NameField = (place: readonly string[] | string) => string;

/**
 * Names the fields of a step as its author finds them: `spec.fields[0].value of the step create, line 12 of the document`.
 * Where the line is not known, as in a plan of an earlier version, it is left out.
 */
export function fieldNames({ lines = {} }: Pick<RunPlan, 'lines'>, step: RunnableStep): NameField {
  const { identifier, at } = step;
  const within = at === '' ? '' : `${at}.`;
  return (given) => {
    const place = typeof given === 'string' ? given : `${within}${showPath(given)}`;
    const field = place.startsWith(within)
      ? `${place.slice(within.length)} of the step ${identifier}`
      : `${place}, for the step ${identifier}`;
    const line = Object.hasOwn(lines, place) ? `, line ${lines[place]} of the document` : '';
    return field + line;
  };
}

/** The same error, with the name of the field before its message. What is no error of ours stays as it is. */
export function inField(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof TielineError)) return thrown;
  const { code, message, hint, retry, fields, details } = thrown;
  return new TielineError(code, `${name}: ${message}`, { hint, retry, fields, details, cause: thrown });
}
