import type { CodeHost } from '../../kit/code-host.ts';
import type { Connection, Settings } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { OpenConnections } from '../connections/index.ts';

/** A code host, opened by one of its connections. */
export interface OpenedHost {
  codeHost: CodeHost<Settings>;
  connection: Connection<Settings>;
  /** The host's address, by which one host is told from another: scheme, host, port and path. */
  address: string;
}

/** Opens code hosts. */
export interface CodeHosts {
  /** @throws resource-not-found, reference-not-found, request-invalid when the connection is not one to a code host */
  open(connectionId: string): Promise<OpenedHost>;
  /** The code host without its connection opened: what reading a webhook takes. @throws as open */
  find(connectionId: string): Promise<CodeHost<Settings>>;
}

/** Code hosts of open connections. */
export function createCodeHosts(open: OpenConnections): CodeHosts {
  const connectors = new Map<string, CodeHost<Settings>>();
  const openHost = async (connectionId: string): Promise<OpenedHost> => {
    const { connector, connection, stored } = await open.get(connectionId);
    const { codeHost } = connector;
    if (codeHost === undefined) {
      throw new TielineError('request-invalid', `"${stored.name}" is not a connection to a code host`);
    }
    return { codeHost, connection, address: addressOf(stored.settings) };
  };
  return {
    open: openHost,
    async find(connectionId) {
      // A connection never changes its connector.
      const codeHost = connectors.get(connectionId) ?? (await openHost(connectionId)).codeHost;
      connectors.set(connectionId, codeHost);
      return codeHost;
    },
  };
}

/** Every connector of a code host has its address in the same setting. */
export function addressOf({ baseUrl }: Settings): string {
  if (typeof baseUrl === 'string') return baseUrl.toLowerCase().replace(/\/+$/, '');
  throw new TypeError('a code host without a base URL');
}
