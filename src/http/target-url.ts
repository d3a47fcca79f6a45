import { TielineError } from '../kit/errors.ts';

/** `..` in any spelling that a URL parser reads as one: `encodeURIComponent('..')` is `..`, and `%2e` is a dot. */
const dotSegment = /(^|[\\/])(\.|%2e){1,2}([\\/?#]|$)/i;

/** Query parameters whose values are credentials wherever they appear. */
const secretParameters =
  /^(access_token|api_?key|auth|authorization|client_secret|code|jwt|key|password|secret|sig|signature|token|x-amz-(credential|security-token|signature))$/i;

/**
 * The URL of a request: absolute as it is, or a path joined to the base URL, whose own path (Jira's context
 * path) is kept.
 * @throws TielineError `request-invalid` for what is no URL or climbs out of the base, `address-denied` for
 *   other schemes than http and https.
 */
export function resolveUrl(baseUrl: string, url: string): URL {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return parseUrl(url);
  if (dotSegment.test(url.split(/[?#]/, 1)[0] ?? '')) {
    throw new TielineError('request-invalid', `The path "${url}" holds a "." or ".." segment`, {
      hint: 'Check the names from which the path is made.',
    });
  }
  const base = baseUrl.replace(/\/+$/, '');
  const path = url.replace(/^[\\/]+/, '');
  return parseUrl(path === '' || path.startsWith('?') ? `${base}${path}` : `${base}/${path}`);
}

/** A URL that may be called by its scheme; errors as {@link resolveUrl}. */
export function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) {
    throw new TielineError('request-invalid', `"${text}" is not a URL`, {
      hint: 'Give an absolute URL such as https://jira.example.com.',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TielineError('address-denied', `${showUrl(url)} may not be called: only http and https are`, {
      hint: 'Use an http or https address.',
    });
  }
  return url;
}

/**
 * Whether credentials meant for one URL may go to another: the same scheme, host and port, or the step from
 * http up to https on the same host.
 */
export function isSameHost(from: URL, to: URL): boolean {
  if (from.hostname !== to.hostname) return false;
  return from.origin === to.origin || (from.protocol === 'http:' && to.protocol === 'https:');
}

/** Of a longer query, such as one that names every permission, a reader of messages has nothing. */
const longestShownQuery = 80;

/**
 * A URL for messages and logs: without user info and fragment, the values of telling parameters masked and
 * what is too long of a query left out.
 */
export function showUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  for (const name of new Set(shown.searchParams.keys())) {
    if (secretParameters.test(name)) shown.searchParams.set(name, '[secret]');
  }
  // Whole parameters only: half a secret would not be known for one.
  const parameters = shown.search.slice(1).split('&');
  const fitting = parameters.filter(
    (_, index) => parameters.slice(0, index + 1).join('&').length <= longestShownQuery,
  );
  shown.search = fitting.join('&');
  const mark = fitting.length === parameters.length ? '' : fitting.length === 0 ? '?…' : '&…';
  return shown.href.replaceAll('%5Bsecret%5D', '[secret]') + mark;
}
