import type { Database } from '../../database/index.ts';
import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { type Hold, listHolds } from '../../work/index.ts';

/**
 * Nobody gave the connection such a credential. An action that needs it fails without a request, and says so; one that
 * needs another credential of the connection, as that for issues beside that for builds, is not concerned.
 */
export const absentCredential: ErrorCode = 'jira-credential-absent';

/** Why nothing that an action would ask by a connection is worth asking; undefined where it is. */
export async function findHold(database: Database, connectionId: string): Promise<Hold | undefined> {
  const [hold] = await listHolds(database, [connectionId]);
  return hold?.code === absentCredential ? undefined : hold;
}
