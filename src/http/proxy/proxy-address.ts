import { TielineError } from '../../kit/errors.ts';
import type { HttpProxy } from '../../kit/http.ts';
import { clearText } from '../../kit/secret.ts';

/** The way in which a proxy is asked to connect. */
export type ProxyKind = 'http' | 'socks5';

/** A proxy whose settings were checked. */
export interface ProxyAddress {
  kind: ProxyKind;
  /** Of the connection to the proxy itself. */
  protocol: 'http:' | 'https:';
  /** Without the brackets of an IPv6 address. */
  host: string;
  port: number;
  /** `scheme://host:port`, for messages: without credentials. */
  shown: string;
  credentials?: { username: string; password: string };
}

const schemes: Record<string, Pick<ProxyAddress, 'kind' | 'protocol'> & { port: number }> = {
  'http:': { kind: 'http', protocol: 'http:', port: 80 },
  'https:': { kind: 'http', protocol: 'https:', port: 443 },
  'socks5:': { kind: 'socks5', protocol: 'http:', port: 1080 },
};

/**
 * Checks a target's proxy.
 * @throws TielineError `request-invalid` for another scheme, for credentials or a path inside the URL, and for
 *   credentials that the proxy's protocol cannot carry; it never quotes them.
 */
export function parseProxy({ url: text, username, password }: HttpProxy, targetName: string): ProxyAddress {
  const wrong = (what: string) =>
    new TielineError('request-invalid', `The proxy of ${targetName} ${what}`, {
      hint: 'Write http://host:port, https://host:port or socks5://host:port; user name and password apart.',
    });
  const url = URL.parse(text);
  if (url === null) throw wrong('is not a URL');
  const scheme = schemes[url.protocol];
  if (scheme === undefined) throw wrong(`has the scheme ${url.protocol}, which is not known`);
  if (url.username !== '' || url.password !== '') throw wrong('has credentials in its URL');
  if (url.hostname === '' || /[^/]/.test(url.pathname + url.search + url.hash)) {
    throw wrong('has more or less in its URL than host and port');
  }
  const port = url.port === '' ? scheme.port : Number(url.port);
  const address: ProxyAddress = {
    ...scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    shown: `${url.protocol}//${url.hostname}:${port}`,
  };
  if (username === undefined || username === '') {
    if (password !== undefined) throw wrong('has a password without a user name');
    return address;
  }
  const credentials = { username, password: password === undefined ? '' : clearText(password) };
  // RFC 7617 §2 ends the user name at the first colon; RFC 1929 §2 counts each part in one byte.
  if (scheme.kind === 'http' && username.includes(':')) throw wrong('has a colon in its user name');
  if (scheme.kind === 'socks5' && Object.values(credentials).some((part) => Buffer.byteLength(part) > 255)) {
    throw wrong('has a user name or password of more than 255 bytes');
  }
  return { ...address, credentials };
}

/** The header by which an HTTP proxy knows us, RFC 9110 §11.7.2; none without credentials. */
export function proxyHeaders({ credentials }: ProxyAddress): Record<string, string> {
  if (credentials === undefined) return {};
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  return { 'proxy-authorization': `Basic ${pair}` };
}
