import { TielineError } from '../../../kit/errors.ts';

/** An issue that could not be changed. */
export interface FailedIssue {
  key: string;
  error: TielineError;
}

/** One error for all of them: which issues were changed, why which were not, and which were not tried. */
export function failureOfSeveral(keys: string[], changed: string[], failed: FailedIssue[]): TielineError {
  const [first] = failed;
  if (first === undefined) throw new RangeError('nothing has failed');
  if (keys.length === 1) return first.error;
  const left = keys.filter((key) => !changed.includes(key) && failed.every((one) => one.key !== key));
  const parts = [
    `${changed.length} of ${keys.length} issues were changed: ${changed.join(', ') || 'none'}`,
    ...failed.map(({ key, error }) =>
      error.message.includes(key) ? error.message : `${key}: ${error.message}`,
    ),
    ...(left.length === 0 ? [] : [`Not tried: ${left.join(', ')}`]),
  ];
  // Only the last one may be worth another try: after it nothing was tried.
  const { retry } = failed.at(-1)?.error ?? first.error;
  return new TielineError(first.error.code, parts.join('. '), {
    hint: first.error.hint,
    retry,
    fields: failed.flatMap(({ key, error }) =>
      error.fields.map(({ path, message }) => ({ path: `${key}: ${path}`, message })),
    ),
    details: { changed, failed: failed.map(({ key, error }) => ({ issue: key, code: error.code })), left },
    cause: first.error,
  });
}
