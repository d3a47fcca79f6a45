import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';

/** One kind of what may use a connection, and so stands in the way of its deletion. */
interface ConnectionUser {
  /** In the plural, as the error begins. */
  title: string;
  /** What to do first. */
  hint: string;
  /** The names of those that use it. */
  listNames(trx: Kysely<Schema>, connectionId: string): Promise<string[]>;
}

/** Every kind, beside those that read secrets through a connection. */
const connectionUsers: ConnectionUser[] = [
  {
    title: 'Connect keys',
    hint: 'Revoke them first; pipelines that use them would fail.',
    async listNames(trx, connectionId) {
      const { rows } = await sql<{ name: string }>`
        select name from connect_keys where connection_id = ${connectionId}::uuid and revoked_at is null
          and (expires_at is null or expires_at > now()) order by name`.execute(trx);
      return rows.map(({ name }) => name);
    },
  },
  {
    title: 'Links',
    hint: 'Disconnect them first; what they have shown in Jira is then taken back.',
    async listNames(trx, connectionId) {
      const { rows } = await sql<{ name: string }>`
        select name from links
        where ${connectionId}::uuid in (host_connection_id, jira_connection_id) order by name`.execute(trx);
      return rows.map(({ name }) => name);
    },
  },
  {
    title: 'Steps that wait for issues',
    hint: 'Wait until they are decided, or abort their runs.',
    async listNames(trx, connectionId) {
      const { rows } = await sql<{ name: string }>`
        select distinct issue_key as name from step_waits where connection_id = ${connectionId}::uuid
        order by name limit 20`.execute(trx);
      return rows.map(({ name }) => name);
    },
  },
];

/** Asserts that nothing uses a connection. @throws resource-in-use, saying what does */
export async function assertUnused(trx: Kysely<Schema>, connectionId: string): Promise<void> {
  for (const { title, hint, listNames } of connectionUsers) {
    const names = (await listNames(trx, connectionId)).map((one) => `"${one}"`);
    if (names.length === 0) continue;
    throw new TielineError('resource-in-use', `${title} use this connection: ${names.join(', ')}`, { hint });
  }
}
