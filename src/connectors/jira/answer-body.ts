import { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';

/** An answer as JSON, its text when it is none (a proxy's 413, Jira's own 403 are pages), null when it is empty. */
export function bodyOf(answer: HttpAnswer): unknown {
  if (answer.text === '') return null;
  try {
    return answer.json();
  } catch (thrown) {
    if (thrown instanceof TielineError && thrown.code === 'answer-unexpected') return answer.text;
    throw thrown;
  }
}
