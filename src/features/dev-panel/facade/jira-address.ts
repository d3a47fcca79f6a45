import { TielineError } from '../../../kit/errors.ts';
import type { StoredConnection } from '../../connections/index.ts';

/** The address at which the hub reaches a connection's Jira. */
export function siteOf({ settings, name }: Pick<StoredConnection, 'settings' | 'name'>): string {
  if (typeof settings.baseUrl === 'string') return settings.baseUrl;
  throw new TypeError(`the Jira connection ${name} has no base URL`);
}

/**
 * Where an address leads below another: what stands behind the other's path, from a slash on, with its query; undefined
 * when it leads elsewhere. Scheme, host and port must be the same, and no user may stand before the host.
 */
export function pathBelow(address: string, base: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const [url, top] = [new URL(address), new URL(base)];
  const folder = top.pathname.replace(/\/+$/, '');
  const isBelow = url.pathname === top.pathname || url.pathname.startsWith(`${folder}/`);
  if (url.origin !== top.origin || !isBelow || url.username !== '') return undefined;
  return url.pathname.slice(folder.length) + url.search;
}

/**
 * Where a webhook leads at Jira, which is known by several addresses: browsers may have another one than the hub.
 * @throws request-invalid when it leads elsewhere
 */
export function pathAtJira(url: string, [known, ...others]: [string, ...string[]]): string {
  for (const base of [known, ...others]) {
    const path = pathBelow(url, base);
    if (path !== undefined) return path;
  }
  throw new TielineError(
    'request-invalid',
    `A webhook may only lead to the Jira at ${known}, not to ${url.slice(0, 200)}`,
    {
      hint: 'If that is its address, delete the application of the link and make one with that "callbackUrl".',
    },
  );
}
