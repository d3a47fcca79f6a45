import { sql } from 'kysely';
import { type Database, prepared } from '../../database/index.ts';
import { secretStamp } from '../secrets/index.ts';
import type { ConnectionStore } from './connection-store.ts';
import { type ConnectionParts, referrerOf } from './open-connection.ts';

/** Changes with a connection's settings and with every value that its secrets have. Undefined once it is deleted. */
export async function findStamp(
  database: Database,
  parts: ConnectionParts & { connections: ConnectionStore },
  connectionId: string,
): Promise<string | undefined> {
  const found = await sql<{ own: string; stored: string; outside: boolean }>`${prepared}
    select updated_at::text as own, stamp.stored, stamp.outside
    from connections, lateral ${secretStamp('connection', 'connections.id')} as stamp
    where connections.id = ${connectionId}::uuid`.execute(database.kysely);
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const stamp = `${row.own} ${row.stored}`;
  if (!row.outside) return stamp;
  const connection = await parts.connections.get(connectionId);
  const outside = await parts.secrets.stampOutside(
    { kind: 'connection', id: connectionId },
    referrerOf(parts, connection),
  );
  return `${stamp} ${outside}`;
}
