import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { EnvironmentType } from '../../kit/jira.ts';
import { environmentTypeOf } from '../../report/environment.ts';
import { baseAddress } from '../../report/index.ts';
import type { ConnectionStore, EnvironmentRules } from '../connections/index.ts';

/** What a report is held against and completed by: the site of its connect key. */
export interface Sites {
  /** @throws site-mismatch when the pipeline believes that it reports to another site, request-invalid */
  check(connectionId: string, instance: string): Promise<void>;
  /** The type of an environment by the connection's rules, else by the words of its name. */
  environmentTypeOf(connectionId: string, name: string): Promise<EnvironmentType>;
}

/** What is said of a connection is remembered for so long; it changes about never. */
const rememberMs = 5_000;

/** Reads the sites' addresses and rules from the connections. */
export function createSites(connections: ConnectionStore, now: () => Date): Sites {
  const remembered = new Map<string, Site>();
  const siteOf = async (connectionId: string): Promise<Site> => {
    const known = remembered.get(connectionId);
    if (known !== undefined && known.at + rememberMs > now().getTime()) return known;
    const { settings, environmentRules: rules } = await connections.get(connectionId);
    const site = { address: new URL(String(settings.baseUrl)), rules, at: now().getTime() };
    remembered.set(connectionId, site);
    return site;
  };
  return {
    async check(connectionId, instance) {
      const wanted = readInstance(instance);
      const { host, pathname } = (await siteOf(connectionId)).address;
      // Often only the host is given, also where Jira has a context path.
      if (wanted.host === host && ['/', pathname].includes(wanted.pathname)) return;
      throw new TielineError(
        'site-mismatch',
        `INSTANCE is ${nameOf(wanted)}, but the connect key is for ${nameOf({ host, pathname })}`,
      );
    },
    async environmentTypeOf(connectionId, name) {
      return environmentTypeOf(name, { rules: (await siteOf(connectionId)).rules });
    },
  };
}

interface Site {
  address: URL;
  rules: EnvironmentRules;
  at: number;
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
