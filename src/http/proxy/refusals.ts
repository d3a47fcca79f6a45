import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { type RetryVerdict, TielineError } from '../../kit/errors.ts';
import type { ProxyAddress } from './proxy-address.ts';

/** Whom the proxy was asked for. */
export interface Destination {
  /** A name, or a literal address without brackets. */
  host: string;
  port: number;
}

/** Whom a request to this URL is for. */
export function destinationOf({
  hostname,
  port,
  protocol,
}: Pick<URL, 'hostname' | 'port' | 'protocol'>): Destination {
  const defaultPort = protocol === 'https:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) };
}

/** `host:port`, as URLs and CONNECT write it. */
export function authorityOf({ host, port }: Destination): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What a proxy's refusal means. `says` ends the sentence "The proxy … did not connect to …: ". */
export interface Refusal {
  code: Extract<ErrorCode, 'proxy-refused' | 'proxy-unauthorized'>;
  says: string;
  hint?: string;
  retry?: RetryVerdict;
}

const notAProxy = 'Check the scheme (http, https or socks5) and the port of the proxy in the connection.';

/** What stands there is no proxy of the kind that was expected. */
export const foreign = (protocol: string): Refusal => ({
  code: 'proxy-refused',
  says: `it does not speak ${protocol} there`,
  hint: notAProxy,
  retry: 'once-repaired',
});

/** The proxy wants credentials, or others. */
export const unauthorized = ({ credentials }: ProxyAddress): Refusal => ({
  code: 'proxy-unauthorized',
  says: credentials === undefined ? 'it wants a user name and a password' : 'it refused the credentials',
});

/** A refusal as an error that names the proxy, without credentials, and whom it was asked for. */
export function refusedBy(
  proxy: ProxyAddress,
  destination: Destination,
  { code, says, hint, retry }: Refusal,
  details: Record<string, unknown> = {},
): TielineError {
  const authority = authorityOf(destination);
  return new TielineError(code, `The proxy ${proxy.shown} did not connect to ${authority}: ${says}`, {
    hint,
    retry,
    details: { proxy: proxy.shown, destination: authority, ...details },
  });
}
