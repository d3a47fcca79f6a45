import { asTielineError, TielineError } from '../../kit/errors.ts';
import { baseAddress } from '../../report/index.ts';
import type { ConnectionStore } from '../connections/index.ts';

/** Holds a report against the site of its connect key. */
export interface Sites {
  /** @throws site-mismatch when the pipeline believes that it reports to another site, request-invalid */
  check(connectionId: string, instance: string): Promise<void>;
}

/** A connection's address is remembered for so long; it changes about never. */
const rememberMs = 5_000;

/** Reads the sites' addresses from the connections. */
export function createSites(connections: ConnectionStore, now: () => Date): Sites {
  const remembered = new Map<string, { address: URL; at: number }>();
  const addressOf = async (connectionId: string): Promise<URL> => {
    const known = remembered.get(connectionId);
    if (known !== undefined && known.at + rememberMs > now().getTime()) return known.address;
    const { settings } = await connections.get(connectionId);
    const address = new URL(String(settings.baseUrl));
    remembered.set(connectionId, { address, at: now().getTime() });
    return address;
  };
  return {
    async check(connectionId, instance) {
      const wanted = readInstance(instance);
      const { host, pathname } = await addressOf(connectionId);
      // Often only the host is given, also where Jira has a context path.
      if (wanted.host === host && ['/', pathname].includes(wanted.pathname)) return;
      throw new TielineError(
        'site-mismatch',
        `INSTANCE is ${nameOf(wanted)}, but the connect key is for ${nameOf({ host, pathname })}`,
      );
    },
  };
}

const nameOf = ({ host, pathname }: Pick<URL, 'host' | 'pathname'>): string =>
  pathname === '/' ? host : `${host}${pathname}`;

function readInstance(instance: string): URL {
  try {
    return new URL(baseAddress(instance, 'instance'));
  } catch (thrown) {
    const { message, hint } = asTielineError(thrown);
    throw new TielineError('request-invalid', message, { hint, fields: [{ path: 'instance', message }] });
  }
}
