import { TielineError } from '../kit/errors.ts';

const isLocal = (host: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(host);

/** A name or host without a scheme: a bare word is a site of Atlassian's cloud, and only this machine goes without TLS. */
function withScheme(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const host = text.split(/[:/]/, 1)[0] ?? '';
  if (isLocal(host) || text.startsWith('[::1]')) return `http://${text}`;
  return /^[a-z0-9-]+$/i.test(text) ? `https://${text}.atlassian.net` : `https://${text}`;
}

/**
 * The base address of a Jira site or a hub, without a slash at its end: `myorg` and `myorg.atlassian.net` become
 * `https://myorg.atlassian.net`; an address keeps its host, port and context path.
 * @param setting the setting's name, for the error
 * @throws TielineError `usage-wrong` when it is neither a name, a host nor an http(s) address, or holds a password
 */
export function baseAddress(text: string, setting: string): string {
  const given = text.trim();
  // An address parser would take `https:///jira` for the host jira.
  const url = /^([a-z]+:\/\/)?\//i.test(given) ? null : URL.parse(withScheme(given));
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new TielineError('usage-wrong', `${setting} is neither a name, a host nor an address`, {
      hint: `Give ${setting} as myorg, myorg.atlassian.net or https://jira.example.com/jira.`,
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new TielineError('usage-wrong', `${setting} holds a user name or password`, {
      hint: `Give ${setting} without them; credentials have their own settings.`,
    });
  }
  // Atlassian's cloud has no context path: what follows the host was copied from a page.
  const path = url.hostname.endsWith('.atlassian.net') ? '' : url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path}`;
}
