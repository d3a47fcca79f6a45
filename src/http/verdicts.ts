import type { ErrorCode } from '../kit/error-catalogue.ts';
import { type RetryVerdict, TielineError } from '../kit/errors.ts';
import type { HttpRequest } from '../kit/http.ts';
import { excerpt, type WireAnswer } from './answers.ts';
import { limitReason, retryAt } from './rate-limits.ts';
import { showUrl } from './target-url.ts';

interface Rule {
  from: number;
  to: number;
  code: ErrorCode;
  says: string;
  /** Whether the answer's headers may name a moment before which no retry helps. */
  waits?: true;
}

/** The first rule that holds a status is the verdict on it. */
const rules: Rule[] = [
  { from: 401, to: 401, code: 'remote-unauthorized', says: 'the credentials were refused' },
  { from: 403, to: 403, code: 'remote-forbidden', says: 'the permission was refused' },
  { from: 408, to: 408, code: 'remote-failed', says: 'the other side waited too long', waits: true },
  { from: 425, to: 425, code: 'remote-failed', says: 'it was too early', waits: true },
  { from: 429, to: 429, code: 'rate-limited', says: 'the rate is limited', waits: true },
  { from: 400, to: 499, code: 'status-unexpected', says: 'the request was refused' },
  { from: 500, to: 599, code: 'remote-failed', says: 'the other side failed', waits: true },
  { from: 600, to: 999, code: 'status-unexpected', says: 'the status is not one of HTTP' },
];

/**
 * The error for a status at 400 or above, with the verdict on trying again; undefined below 400.
 * Its details are `{ status, url, answer }`, `reason` for a rate limit, and `headers` when some tell a reason.
 */
export function findStatusError(
  method: HttpRequest['method'],
  answer: WireAnswer,
  now: Date,
  redact: (text: string) => string,
): TielineError | undefined {
  const rule = rules.find(({ from, to }) => answer.status >= from && answer.status <= to);
  if (rule === undefined) return undefined;
  const after = rule.waits && retryAt(answer.headers, now);
  const retry: RetryVerdict | undefined = after && { after };
  const url = showUrl(answer.url);
  const limited = rule.code === 'rate-limited' && { reason: limitReason(answer.headers) };
  const why = limited ? `${rule.says} (${limited.reason})` : rule.says;
  return new TielineError(rule.code, `${method} ${url} answered ${answer.status}: ${why}`, {
    retry,
    details: {
      status: answer.status,
      url,
      answer: excerpt(answer.text, redact),
      ...findReasons(answer.headers, redact),
      ...limited,
    },
  });
}

/** The headers in which products tell why, such as `x-authentication-denied-reason`. */
function findReasons(
  headers: Record<string, string>,
  redact: (text: string) => string,
): { headers?: Record<string, string> } {
  const reasons = Object.entries(headers).filter(([name]) => /^x-.*reason$/.test(name));
  if (reasons.length === 0) return {};
  return { headers: Object.fromEntries(reasons.map(([name, value]) => [name, redact(value)])) };
}
