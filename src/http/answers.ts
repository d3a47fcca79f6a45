import { TielineError } from '../kit/errors.ts';
import type { HttpAnswer, HttpRequest } from '../kit/http.ts';
import { showUrl } from './target-url.ts';

/** What came over the wire. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  url: URL;
  text: string;
}

const keptCharacters = 4_096;

/** More than what is kept, so that a secret at the cut is still whole when it is looked for. */
const redactedCharacters = 16 * keptCharacters;

/** The beginning of an answer, about 4 KB, redacted, as errors carry it. */
export function excerpt(text: string, redact: (text: string) => string): string {
  return redact(text.slice(0, redactedCharacters)).slice(0, keptCharacters);
}

const loginMarks = /type=["']?password|\b(log|sign)[ -]?in\b|\bsso\b|saml/i;

/** What stands where JSON was expected. */
function nameOf(answer: WireAnswer): string {
  if (answer.text.trim() === '') return 'an empty body';
  const isHtml =
    /html/i.test(answer.headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(answer.text);
  if (isHtml) return loginMarks.test(answer.text) ? 'an HTML login page' : 'an HTML page';
  return 'something else';
}

/** The answer as callers see it. */
export function toHttpAnswer(
  method: HttpRequest['method'],
  answer: WireAnswer,
  redact: (text: string) => string,
): HttpAnswer {
  const url = answer.url.href;
  return {
    status: answer.status,
    headers: answer.headers,
    url,
    text: answer.text,
    json() {
      try {
        return JSON.parse(answer.text);
      } catch {
        // The parser's own error is left out: it quotes the text, unredacted.
        const shown = redact(showUrl(answer.url));
        throw new TielineError(
          'answer-unexpected',
          `${method} ${shown} answered ${answer.status} with ${nameOf(answer)} where JSON was expected`,
          { details: { status: answer.status, url: shown, answer: excerpt(answer.text, redact) } },
        );
      }
    },
  };
}
