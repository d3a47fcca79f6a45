import { TielineError } from '../kit/errors.ts';
import type { HttpRequest } from '../kit/http.ts';
import { isSameHost, parseUrl, showUrl } from './target-url.ts';

const maxRedirects = 3;

/** The statuses of RFC 9110 §15.4 that name another address to ask; 300 and 304 do not. */
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * Where a redirected read goes next; undefined when the answer is no redirect. A read follows up to three on
 * its own host, from http up to https too.
 * @throws TielineError `redirect-refused`, naming the new address: for writes, which a redirect would turn into
 *   reads or send twice; for other hosts, to which no credentials may go; and for the fourth redirect.
 */
export function nextHop(
  method: HttpRequest['method'],
  url: URL,
  answer: { status: number; headers: Record<string, string> },
  hopsMade: number,
): URL | undefined {
  const location = answer.headers.location;
  if (location === undefined || !redirectStatuses.has(answer.status)) return undefined;
  const next = parseUrl(location, url);
  const reason = refusal(method, url, next, hopsMade);
  if (reason === undefined) return next;
  throw new TielineError(
    'redirect-refused',
    `${method} ${showUrl(url)} was redirected to ${showUrl(next)}, which is not followed: ${reason}`,
    {
      hint: `If ${next.origin} is right, make it the address of the connection; if it is a login page, the credentials were not taken.`,
      details: { status: answer.status, url: showUrl(url), location: showUrl(next) },
    },
  );
}

function refusal(method: HttpRequest['method'], url: URL, next: URL, hopsMade: number): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return 'a write is sent to the right address or not at all';
  if (!isSameHost(url, next)) return 'it is another host, port or a step down to http';
  if (hopsMade >= maxRedirects) return `${maxRedirects} redirects were followed before`;
  return undefined;
}
