import type { AnyConnector, Connection, Settings } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { HttpFactory, HttpRouting } from '../../kit/http.ts';
import type { Log } from '../../kit/log.ts';
import { openSettings } from '../../kit/settings.ts';
import { wrongFields } from '../../kit/wrong-fields.ts';
import type { Referrer, SecretReferences } from '../secrets/index.ts';
import type { StoredConnection } from './stored-connection.ts';

/** A connection with its connector, ready to be used. */
export interface OpenedConnection {
  connector: AnyConnector;
  connection: Connection<Settings>;
  /** How its requests leave. */
  routing: HttpRouting;
}

/** What opening a connection needs of its surroundings. */
export interface ConnectionParts {
  connectors: Map<string, AnyConnector>;
  secrets: SecretReferences;
  http: HttpFactory;
  log: Log;
  now(): Date;
}

/** The part of a stored connection that opening needs; a connection that is not saved yet has no id of its own. */
export type Openable = Pick<StoredConnection, 'id' | 'scope' | 'name' | 'connector' | 'settings'> & {
  usageScopes?: string[];
};

/** A connection as one that refers to secrets. */
export function referrerOf(parts: ConnectionParts, { connector, scope, usageScopes }: Openable): Referrer {
  return { scope, usageScopes, isSource: getConnector(parts, connector).secretSource !== undefined };
}

/**
 * Checks settings against their connector's schema.
 * @throws request-invalid naming the wrong fields by path, or the connectors that exist
 */
export function parseSettings(parts: ConnectionParts, connectorId: string, settings: unknown): Settings {
  const connector = getConnector(parts, connectorId);
  const parsed = connector.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new TielineError('request-invalid', `The settings are not those of a ${connector.label} connection`, {
    fields: wrongFields(parsed.error.issues, ['settings']),
  });
}

/** The connector of this id. @throws request-invalid naming those that exist */
function getConnector(parts: ConnectionParts, id: string): AnyConnector {
  const connector = parts.connectors.get(id);
  if (connector !== undefined) return connector;
  const known = [...parts.connectors.keys()].join(', ');
  throw new TielineError('request-invalid', `There is no connector "${id}"`, {
    hint: `The connectors are: ${known}.`,
    fields: [{ path: 'connector', message: `expected one of: ${known}` }],
  });
}

/**
 * Resolves the secrets of a connection and aims its clients.
 * @throws reference-not-found and what else keeps a secret away, with the verdict that somebody must repair it
 */
export async function openConnection(parts: ConnectionParts, stored: Openable): Promise<OpenedConnection> {
  const connector = getConnector(parts, stored.connector);
  const referrer = referrerOf(parts, stored);
  const settings = await openSettings(stored.settings, (reference) =>
    parts.secrets.resolve(reference, referrer),
  ).catch(onceRepaired);
  const { certificateAuthority, allowAddresses, pinnedCertificates, proxy } = settings;
  const routing: HttpRouting = {
    // One name for all parts: a quota pauses the whole connection.
    name: stored.id,
    certificateAuthority,
    allowAddresses,
    pinnedCertificates,
    proxy,
  };
  return {
    connector,
    routing,
    connection: {
      id: stored.id,
      name: stored.name,
      scope: stored.scope,
      settings,
      log: parts.log,
      now: parts.now,
      aim: (target) => parts.http.aim({ ...target, ...routing }),
    },
  };
}

/** A secret that is not there will not come by trying again, but when somebody puts it there. */
function onceRepaired(thrown: unknown): never {
  const error = asTielineError(thrown);
  if (error.retry !== 'never') throw thrown;
  const { code, message, hint, details } = error;
  throw new TielineError(code, message, { hint, details, retry: 'once-repaired', cause: thrown });
}
