import type { AnyConnector, Connection, Settings } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { HttpFactory } from '../../kit/http.ts';
import type { Log } from '../../kit/log.ts';
import { openSettings } from '../../kit/settings.ts';
import { wrongFields } from '../../kit/wrong-fields.ts';
import type { SecretStore } from '../secrets/index.ts';
import type { StoredConnection } from './connection-store.ts';

/** A connection with its connector, ready to be used. */
export interface OpenedConnection {
  connector: AnyConnector;
  connection: Connection<Settings>;
}

/** What opening a connection needs of its surroundings. */
export interface ConnectionParts {
  connectors: Map<string, AnyConnector>;
  secrets: SecretStore;
  http: HttpFactory;
  log: Log;
  now(): Date;
}

/** The part of a stored connection that opening needs; a connection that is not saved yet has no id of its own. */
export type Openable = Pick<StoredConnection, 'id' | 'scope' | 'name' | 'connector' | 'settings'>;

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

/** Resolves the secrets of a connection and aims its clients. @throws reference-not-found */
export async function openConnection(parts: ConnectionParts, stored: Openable): Promise<OpenedConnection> {
  const connector = getConnector(parts, stored.connector);
  const settings = await openSettings(stored.settings, (reference) =>
    parts.secrets.resolve(reference, stored.scope),
  );
  const { certificateAuthority, allowAddresses } = stored.settings;
  return {
    connector,
    connection: {
      id: stored.id,
      name: stored.name,
      scope: stored.scope,
      settings,
      log: parts.log,
      now: parts.now,
      aim: (target) =>
        parts.http.aim({
          ...target,
          // One name for all parts: a quota pauses the whole connection.
          name: stored.id,
          certificateAuthority,
          allowAddresses,
        }),
    },
  };
}
