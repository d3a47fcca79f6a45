import type { CodeHost } from '../../kit/code-host.ts';
import type { Connection, Settings } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import { type ConnectionParts, type ConnectionStore, openConnection } from '../connections/index.ts';

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

/** Opens code hosts through the connection store. */
export function createCodeHosts(parts: ConnectionParts & { connections: ConnectionStore }): CodeHosts {
  const connectors = new Map<string, CodeHost<Settings>>();
  const codeHostOf = (connectorId: string, name: string): CodeHost<Settings> => {
    const codeHost = parts.connectors.get(connectorId)?.codeHost;
    if (codeHost !== undefined) return codeHost;
    throw new TielineError('request-invalid', `"${name}" is not a connection to a code host`);
  };
  return {
    async open(connectionId) {
      const stored = await parts.connections.get(connectionId);
      const codeHost = codeHostOf(stored.connector, stored.name);
      const { connection } = await openConnection(parts, stored);
      return { codeHost, connection, address: addressOf(stored.settings) };
    },
    async find(connectionId) {
      const known = connectors.get(connectionId);
      if (known !== undefined) return known;
      const stored = await parts.connections.get(connectionId);
      const codeHost = codeHostOf(stored.connector, stored.name);
      // A connection never changes its connector.
      connectors.set(connectionId, codeHost);
      return codeHost;
    },
  };
}

/** Every connector of a code host has its address in the same setting. */
function addressOf({ baseUrl }: Settings): string {
  if (typeof baseUrl === 'string') return baseUrl.toLowerCase().replace(/\/+$/, '');
  throw new TypeError('a code host without a base URL');
}
