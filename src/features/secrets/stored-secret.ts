import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';

/** A file as a secret: its bytes are sealed, its name and size are shown. */
export interface FileName {
  name: string;
  bytes: number;
}

/** A secret as it is shown: never its value. */
export interface StoredSecret {
  id: string;
  scope: string;
  name: string;
  description: string;
  kind: 'text' | 'file';
  /** Null for a text. */
  file: FileName | null;
  /** Where it may be used: its own scope, or scopes below it. */
  usageScopes: string[];
  version: number;
  /** The version whose value was taken again, when it was. */
  restoredFrom: number | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What a row of `secrets` gives as a {@link StoredSecret}. */
export const columns = sql`id, scope, name, description, kind,
  case when file_name is null then null else json_build_object('name', file_name, 'bytes', file_bytes) end as file,
  coalesce(usage_scopes, array[scope]) as "usageScopes", version, restored_from as "restoredFrom",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** The secret as it is until the transaction ends. @throws resource-not-found */
export async function lockSecret(trx: Kysely<Schema>, id: string): Promise<StoredSecret> {
  const found = await sql<StoredSecret>`
    select ${columns} from secrets where id = ${id}::uuid for update`.execute(trx);
  return the(found.rows[0], id);
}

/** @throws resource-not-found */
export function the(row: StoredSecret | undefined, id: string): StoredSecret {
  if (row === undefined) throw noSecret(id);
  return row;
}

export const noSecret = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no secret ${id}`);
