import { TielineError } from '../../kit/errors.ts';
import { baseAddress } from '../../report/index.ts';
import type { ConnectionStore } from '../connections/index.ts';

/** Holds a report against the site of its connect key. */
export interface Sites {
  /** @throws site-mismatch when the pipeline believes that it reports to another site */
  check(connectionId: string, instance: string): Promise<void>;
}

/** A connection's address is remembered for so long; it changes about never. */
const rememberMs = 5_000;

/** Reads the sites' addresses from the connections. */
export function createSites(connections: ConnectionStore, now: () => Date): Sites {
  const remembered = new Map<string, { host: string; at: number }>();
  const hostOf = async (connectionId: string): Promise<string> => {
    const known = remembered.get(connectionId);
    if (known !== undefined && known.at + rememberMs > now().getTime()) return known.host;
    const { settings } = await connections.get(connectionId);
    const host = new URL(String(settings.baseUrl)).host;
    remembered.set(connectionId, { host, at: now().getTime() });
    return host;
  };
  return {
    async check(connectionId, instance) {
      const wanted = new URL(baseAddress(instance, 'INSTANCE')).host;
      const host = await hostOf(connectionId);
      if (wanted === host) return;
      throw new TielineError('site-mismatch', `INSTANCE is ${wanted}, but the connect key is for ${host}`);
    },
  };
}
