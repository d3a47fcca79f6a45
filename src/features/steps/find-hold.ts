import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../database/index.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import type { Hold } from '../../work/index.ts';

/**
 * Nobody gave the connection such a credential. An action that needs it fails without a request, and says so; one that
 * needs another credential of the connection, as that for issues beside that for builds, is not concerned.
 */
export const absentCredential: ErrorCode = 'jira-credential-absent';

/**
 * Whether a row of `connection_holds`, called `hold`, holds what is done as the connection's user. Not so when a test that
 * was made since then was signed in all the same: then it is the credential for builds that is refused.
 */
export const holdsUser = (since: RawBuilder<Date>): RawBuilder<boolean> => sql<boolean>`(
  hold.released_at is null and hold.code <> ${absentCredential} and not exists (
    select from connections as tested where tested.id = hold.connection_id and tested.tested_at >= ${since}
      and tested.last_test -> 'capabilities' @> '[{"capability": "account", "state": "ok"}]'))`;

/** Why nothing that an action would ask by a connection is worth asking; undefined where it is. */
export async function findHold({ kysely }: Database, connectionId: string): Promise<Hold | undefined> {
  const found = await sql<Hold>`
    select connection_id as "connectionId", since, code, message, hint from connection_holds as hold
    where connection_id = ${connectionId}::uuid and ${holdsUser(sql`hold.since`)}`.execute(kysely);
  return found.rows[0];
}
