import { TielineError } from '../kit/errors.ts';

const isLocal = (host: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(host);

/** An address with a scheme: only this machine goes without TLS unless the text says so. */
function withScheme(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const host = text.startsWith('[::1]') ? '[::1]' : (text.split(/[:/]/, 1)[0] ?? '');
  return `${isLocal(host) ? 'http' : 'https'}://${text}`;
}

/** A bare word, unless it is this machine's own name. */
const isSiteName = (text: string) => /^[a-z0-9-]+$/i.test(text) && !isLocal(text);

function parseAddress(text: string, setting: string, hint: string): URL {
  // An address parser would take `https:///jira` for the host jira.
  const url = /^([a-z]+:\/\/)?\//i.test(text) ? null : URL.parse(withScheme(text));
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new TielineError('usage-wrong', `${setting} is neither a name, a host nor an address`, { hint });
  }
  if (url.username !== '' || url.password !== '') {
    throw new TielineError('usage-wrong', `${setting} holds a user name or password`, {
      hint: `Give ${setting} without them; credentials have their own settings.`,
    });
  }
  return url;
}

const withoutSlash = (path: string) => path.replace(/\/+$/, '');

/**
 * The base address of a Jira site, without a slash at its end: `myorg` and `myorg.atlassian.net` become
 * `https://myorg.atlassian.net`; an address keeps its host, port and context path.
 * @param setting the setting's name, for the error
 * @throws TielineError `usage-wrong` when it is neither a name, a host nor an http(s) address, or holds a password
 */
export function baseAddress(text: string, setting: string): string {
  const given = text.trim();
  const hint = `Give ${setting} as myorg, myorg.atlassian.net or https://jira.example.com/jira.`;
  const url = parseAddress(isSiteName(given) ? `${given}.atlassian.net` : given, setting, hint);
  // Atlassian's cloud has no context path: what follows the host was copied from a page.
  const path = url.hostname.endsWith('.atlassian.net') ? '' : withoutSlash(url.pathname);
  return `${url.origin}${path}`;
}

/**
 * The base address of a server that is no Jira site, such as the hub, without a slash at its end: a host without a
 * scheme is https, this machine http.
 * @param setting the setting's name, for the error
 * @throws TielineError `usage-wrong` as {@link baseAddress}
 */
export function serverAddress(text: string, setting: string): string {
  const hint = `Give ${setting} with its scheme, as https://tieline.example.com.`;
  const url = parseAddress(text.trim(), setting, hint);
  return `${url.origin}${withoutSlash(url.pathname)}`;
}
